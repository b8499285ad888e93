-- How long the server waits for a lock before it looks who is in the way, and whether a table is
-- there and may be locked. $1 is its name, quoted where needed.
SELECT (SELECT setting::bigint FROM pg_catalog.pg_settings WHERE name = 'deadlock_timeout') AS milliseconds,
       coalesce(pg_catalog.has_table_privilege(pg_catalog.to_regclass($1), 'UPDATE, DELETE, TRUNCATE'), false)
           AS lockable
