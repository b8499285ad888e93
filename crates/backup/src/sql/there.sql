SELECT 'SCHEMA ' || nspname AS name FROM pg_catalog.pg_namespace
UNION ALL
SELECT 'EXTENSION ' || extname FROM pg_catalog.pg_extension
