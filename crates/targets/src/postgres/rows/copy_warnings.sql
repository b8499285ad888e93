COPY sunset.warnings (collection, document_id, ordinal, code, path, raw, run) FROM STDIN (FORMAT binary)
