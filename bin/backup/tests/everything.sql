SELECT md5(string_agg(line, E'\n' ORDER BY line)) FROM (
    SELECT 'u' || t::text AS line FROM users AS t
    UNION ALL SELECT 'c' || t::text FROM chats AS t
    UNION ALL SELECT 's' || t::text FROM sessions AS t
    UNION ALL SELECT 'o' || t::text FROM "Odd Schema"."Odd ""Table""" AS t
    UNION ALL SELECT 'n' || t::text FROM no_key AS t
    UNION ALL SELECT 'e' || t::text FROM events AS t
    UNION ALL SELECT 'q' || last_value::text FROM tickets
    UNION ALL SELECT 'r' || c.oid::regclass::text || c.relkind::text || coalesce(pg_get_viewdef(CASE WHEN c.relkind IN ('v', 'm') THEN c.oid END), '')
                FROM pg_class AS c JOIN pg_namespace AS s ON s.oid = c.relnamespace
               WHERE s.nspname NOT LIKE 'pg\_%' AND s.nspname <> 'information_schema'
    UNION ALL SELECT 'k' || conrelid::regclass::text || conname || pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid <> 0 AND connamespace <> 'pg_catalog'::regnamespace
    UNION ALL SELECT 'y' || typname FROM pg_type AS t JOIN pg_namespace AS s ON s.oid = t.typnamespace WHERE t.typtype = 'e' AND s.nspname = 'public'
    UNION ALL SELECT 'f' || p.oid::regprocedure::text FROM pg_proc AS p JOIN pg_namespace AS s ON s.oid = p.pronamespace WHERE s.nspname = 'public'
) AS lines
