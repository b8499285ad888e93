-- The transaction, and the database that it is in.
SELECT pg_backend_pid()::text, transaction_timestamp()::text,
       concat_ws('/', {cluster}, nullif(current_setting('neon.timeline_id', true), ''),
                 current_database())
