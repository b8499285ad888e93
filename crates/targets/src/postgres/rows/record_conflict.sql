INSERT INTO sunset.conflicts (collection, document_id, table_name, row_id, reason, detail, wanted, run)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (collection, document_id, table_name, row_id)
DO UPDATE SET reason = excluded.reason, detail = excluded.detail, wanted = excluded.wanted,
              run = excluded.run, found_at = clock_timestamp()
