WITH named AS (
    SELECT oid, nspname FROM pg_catalog.pg_namespace
     WHERE nspname <> 'information_schema' AND nspname NOT LIKE 'pg\_%'
), found AS (
    SELECT 'pg_namespace'::regclass AS class, oid FROM named
    UNION ALL
    SELECT 'pg_class'::regclass, c.oid FROM pg_catalog.pg_class AS c JOIN named AS n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
    UNION ALL
    SELECT 'pg_type'::regclass, t.oid FROM pg_catalog.pg_type AS t JOIN named AS n ON n.oid = t.typnamespace
     WHERE t.typtype IN ('e', 'd', 'r')
        OR t.typtype = 'c' AND EXISTS (SELECT 1 FROM pg_catalog.pg_class AS c WHERE c.oid = t.typrelid AND c.relkind = 'c')
    UNION ALL
    SELECT 'pg_proc'::regclass, p.oid FROM pg_catalog.pg_proc AS p JOIN named AS n ON n.oid = p.pronamespace
)
SELECT i.type AS kind, i.identity AS name
  FROM found AS f
 CROSS JOIN LATERAL pg_catalog.pg_identify_object(f.class, f.oid, 0) AS i
 WHERE NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend AS d
                    WHERE d.classid = f.class AND d.objid = f.oid AND d.deptype IN ('e', 'a', 'i', 'P', 'S'))
 ORDER BY 1, 2
