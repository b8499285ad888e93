COPY sunset.items (collection, document_id, source_digest, outcome_digest, basis, state, run) FROM STDIN (FORMAT binary)
