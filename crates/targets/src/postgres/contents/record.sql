INSERT INTO sunset.kept_tables (plan, namespace, table_name, columns, row_count, digest, snapshot, run)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (plan, namespace, table_name) DO UPDATE
   SET columns = excluded.columns, row_count = excluded.row_count, digest = excluded.digest,
       snapshot = excluded.snapshot, run = excluded.run, taken_at = clock_timestamp()
