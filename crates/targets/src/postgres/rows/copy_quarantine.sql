COPY sunset.quarantine (collection, document_id, reason, detail, raw, place, run) FROM STDIN (FORMAT binary)
