COPY sunset.provenance (table_name, row_id, collection, document_id, mapped, written, shape, action, created_run, run) FROM STDIN (FORMAT binary)
