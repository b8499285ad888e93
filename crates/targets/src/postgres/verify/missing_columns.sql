-- Which of the columns named in $1, as table.column, do not exist in public.
SELECT wanted
FROM unnest($1::text[]) AS wanted
WHERE NOT EXISTS (
    SELECT 1 FROM pg_catalog.pg_attribute AS a
    JOIN pg_catalog.pg_class AS c ON c.oid = a.attrelid
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE n.nspname = 'public' AND c.relname || '.' || a.attname = wanted
      AND a.attnum > 0 AND NOT a.attisdropped
)
ORDER BY wanted
