-- Which of the tables named in $1 do not exist in public.
SELECT wanted
FROM unnest($1::text[]) AS wanted
WHERE NOT EXISTS (
    SELECT 1 FROM pg_catalog.pg_class AS c
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE n.nspname = 'public' AND c.relname = wanted AND c.relkind IN ('r', 'p')
)
ORDER BY wanted
