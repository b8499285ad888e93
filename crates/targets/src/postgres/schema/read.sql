-- One schema as a JSON document (see sunset_core::schema::live). $1 is its name.
-- The transaction has an empty search_path, so that types and expressions print qualified.
WITH RECURSIVE space AS (
    SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = $1
),
relations AS (
    SELECT c.oid, c.relname, c.relkind, c.relowner, c.relpersistence, c.reloftype
      FROM pg_catalog.pg_class AS c
      JOIN space ON space.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
       AND NOT c.relispartition
       -- What an extension brought along is not the application's.
       AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend AS d
                        WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
                          AND d.objid = c.oid AND d.deptype = 'e')
),
-- Views, triggers, policies, functions and generated columns that use a column.
uses AS (
    SELECT DISTINCT d.refobjid AS relation, d.refobjsubid AS number,
           CASE WHEN d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass
                -- A view is its rule; any other rule is something of its own.
                THEN (SELECT CASE WHEN w.rulename = '_RETURN'
                                  THEN pg_catalog.pg_describe_object('pg_catalog.pg_class'::pg_catalog.regclass, w.ev_class, 0)
                                  ELSE pg_catalog.pg_describe_object(d.classid, d.objid, 0) END
                        FROM pg_catalog.pg_rewrite AS w WHERE w.oid = d.objid)
                WHEN d.classid IN ('pg_catalog.pg_attrdef'::pg_catalog.regclass, 'pg_catalog.pg_class'::pg_catalog.regclass)
                THEN (SELECT 'generated column ' || a.attname
                        FROM pg_catalog.pg_attribute AS a
                        LEFT JOIN pg_catalog.pg_attrdef AS f ON f.adrelid = a.attrelid AND f.adnum = a.attnum
                       WHERE a.attgenerated <> '' AND a.attrelid = r.oid
                         AND (f.oid = d.objid OR d.objid = r.oid AND a.attnum = d.objsubid) LIMIT 1)
                ELSE pg_catalog.pg_describe_object(d.classid, d.objid, d.objsubid) END AS what,
           d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass
               OR d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass
                  -- A table's own rule goes with it.
                  AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_rewrite AS w
                                   WHERE w.oid = d.objid AND w.ev_class = r.oid) AS outside
      FROM relations AS r
      JOIN pg_catalog.pg_depend AS d ON d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
                                    AND d.refobjid = r.oid
     WHERE d.classid IN ('pg_catalog.pg_rewrite'::pg_catalog.regclass, 'pg_catalog.pg_policy'::pg_catalog.regclass,
                         'pg_catalog.pg_proc'::pg_catalog.regclass)
        OR d.classid = 'pg_catalog.pg_publication_rel'::pg_catalog.regclass AND d.refobjsubid > 0
        OR d.classid = 'pg_catalog.pg_trigger'::pg_catalog.regclass AND d.refobjsubid > 0
        OR d.refobjsubid > 0 AND d.deptype <> 'i'
           AND d.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass
           AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_attrdef AS f
                            WHERE f.oid = d.objid AND f.adrelid = d.refobjid AND f.adnum = d.refobjsubid)
        OR d.refobjsubid > 0 AND d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
           AND d.objid = d.refobjid AND d.objsubid > 0
),
-- What is made of the type of a table's rows: columns of other tables, functions.
row_uses AS (
    SELECT DISTINCT r.oid AS relation,
           pg_catalog.pg_describe_object(d.classid, d.objid, d.objsubid) AS what,
           d.classid <> 'pg_catalog.pg_proc'::pg_catalog.regclass AS stored
      FROM relations AS r
      JOIN pg_catalog.pg_type AS t ON t.typrelid = r.oid
      JOIN pg_catalog.pg_depend AS d ON d.refclassid = 'pg_catalog.pg_type'::pg_catalog.regclass
                                    AND d.refobjid IN (t.oid, t.typarray) AND d.deptype = 'n'
     WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objsubid > 0
        OR d.classid IN ('pg_catalog.pg_proc'::pg_catalog.regclass, 'pg_catalog.pg_type'::pg_catalog.regclass)
),
-- What can be dropped: tables, columns, unique indexes with their constraints.
droppable AS (
    SELECT r.oid AS relation, 0 AS number, NULL::pg_catalog.name AS index,
           'pg_catalog.pg_class'::pg_catalog.regclass::oid AS classid, r.oid AS objid, 0 AS objsubid
      FROM relations AS r
     WHERE r.relkind IN ('r', 'p')
     UNION ALL
    SELECT r.oid, a.attnum, NULL, 'pg_catalog.pg_class'::pg_catalog.regclass, r.oid, a.attnum
      FROM relations AS r
      JOIN pg_catalog.pg_attribute AS a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
     WHERE r.relkind IN ('r', 'p')
     UNION ALL
    SELECT r.oid, 0, i.relname,
           CASE WHEN k.oid IS NULL THEN 'pg_catalog.pg_class'::pg_catalog.regclass
                ELSE 'pg_catalog.pg_constraint'::pg_catalog.regclass END,
           coalesce(k.oid, i.oid), 0
      FROM relations AS r
      JOIN pg_catalog.pg_index AS x ON x.indrelid = r.oid AND x.indisunique
      JOIN pg_catalog.pg_class AS i ON i.oid = x.indexrelid
      LEFT JOIN pg_catalog.pg_constraint AS k ON k.conindid = i.oid AND k.conrelid = r.oid
                                             AND k.contype IN ('p', 'u', 'x')
),
-- What goes with each of them.
going AS (
    SELECT * FROM droppable
     UNION
    SELECT g.relation, g.number, g.index, d.classid, d.objid, d.objsubid
      FROM going AS g
      JOIN pg_catalog.pg_depend AS d ON d.refclassid = g.classid AND d.refobjid = g.objid
                                    AND (g.objsubid = 0 OR d.refobjsubid = g.objsubid)
     WHERE d.deptype IN ('a', 'i', 'P', 'S')
),
-- What depends on that, and does not go with it.
holding AS (
    SELECT DISTINCT g.relation, g.number, g.index, d.classid, d.objid, d.objsubid
      FROM going AS g
      JOIN pg_catalog.pg_depend AS d ON d.refclassid = g.classid AND d.refobjid = g.objid
                                    AND (g.objsubid = 0 OR d.refobjsubid = g.objsubid)
     WHERE d.deptype = 'n'
       -- Who uses a column itself is told with the column.
       AND NOT (g.number > 0 AND g.objid = g.relation AND g.objsubid = g.number
                AND g.classid = 'pg_catalog.pg_class'::pg_catalog.regclass)
       AND NOT EXISTS (SELECT 1 FROM going AS o
                        WHERE o.relation = g.relation AND o.number = g.number
                          AND o.index IS NOT DISTINCT FROM g.index
                          AND o.classid = d.classid AND o.objid = d.objid
                          AND (o.objsubid = 0 OR o.objsubid = d.objsubid))
       AND NOT (d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
                AND EXISTS (SELECT 1 FROM pg_catalog.pg_inherits AS i
                             WHERE i.inhrelid = d.objid AND i.inhparent = g.relation))
),
holds AS (
    SELECT h.relation, h.number, h.index,
           CASE WHEN w.rulename = '_RETURN'
                THEN pg_catalog.pg_describe_object('pg_catalog.pg_class'::pg_catalog.regclass, w.ev_class, 0)
                ELSE pg_catalog.pg_describe_object(h.classid, h.objid, h.objsubid) END AS what,
           n.nspname AS namespace, c.relname AS of, k.conname AS key
      FROM holding AS h
      LEFT JOIN pg_catalog.pg_rewrite AS w ON h.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND w.oid = h.objid
      LEFT JOIN pg_catalog.pg_policy AS p ON h.classid = 'pg_catalog.pg_policy'::pg_catalog.regclass AND p.oid = h.objid
      LEFT JOIN pg_catalog.pg_attrdef AS f ON h.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass AND f.oid = h.objid
      LEFT JOIN pg_catalog.pg_trigger AS g ON h.classid = 'pg_catalog.pg_trigger'::pg_catalog.regclass AND g.oid = h.objid
      LEFT JOIN pg_catalog.pg_constraint AS k ON h.classid = 'pg_catalog.pg_constraint'::pg_catalog.regclass
                                             AND k.oid = h.objid AND k.contype = 'f'
      LEFT JOIN pg_catalog.pg_class AS c
             ON c.oid = CASE WHEN h.classid = 'pg_catalog.pg_class'::pg_catalog.regclass THEN h.objid
                             ELSE coalesce(w.ev_class, p.polrelid, f.adrelid, g.tgrelid, k.conrelid) END
      LEFT JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
     -- A copy of a foreign key, of a partition or to one, goes with the key.
     WHERE k.conparentid IS NULL OR k.conparentid = 0
),
-- Foreign keys of other schemas' tables.
outer_keys AS (
    SELECT k.confrelid,
           jsonb_agg(jsonb_build_object(
               'name', k.conname,
               'namespace', n.nspname,
               'table', f.relname,
               'columns', (SELECT jsonb_agg(a.attname ORDER BY u.place)
                             FROM unnest(k.confkey) WITH ORDINALITY AS u (number, place)
                             JOIN pg_catalog.pg_attribute AS a ON a.attrelid = k.confrelid AND a.attnum = u.number)
           ) ORDER BY n.nspname, f.relname, k.conname) AS list
      FROM relations AS r
      JOIN pg_catalog.pg_constraint AS k ON k.confrelid = r.oid AND k.contype = 'f' AND k.conparentid = 0
      JOIN pg_catalog.pg_class AS f ON f.oid = k.conrelid
      JOIN pg_catalog.pg_namespace AS n ON n.oid = f.relnamespace
     WHERE n.nspname <> $1
     GROUP BY k.confrelid
),
-- Sequences that go with their columns.
owned AS (
    SELECT d.refobjid AS relation, d.refobjsubid AS number, d.objid AS sequence
      FROM relations AS r
      JOIN pg_catalog.pg_depend AS d ON d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
                                    AND d.refobjid = r.oid AND d.refobjsubid > 0
      JOIN pg_catalog.pg_class AS c ON c.oid = d.objid AND c.relkind = 'S'
     WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.deptype IN ('a', 'i')
),
columns AS (
    SELECT a.attrelid,
           jsonb_agg(jsonb_build_object(
               'name', a.attname,
               'type_name', pg_catalog.format_type(a.atttypid, a.atttypmod),
               'is_enum', t.typtype = 'e',
               -- NOT NULL that was never checked (PostgreSQL 18) says nothing about the rows.
               'required', a.attnotnull
                   AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_constraint AS k
                                    WHERE k.conrelid = a.attrelid AND k.contype = 'n' AND NOT k.convalidated
                                      AND k.conkey = ARRAY[a.attnum]),
               'unproven', (SELECT k.conname FROM pg_catalog.pg_constraint AS k
                             WHERE k.conrelid = a.attrelid AND k.contype = 'n' AND NOT k.convalidated
                               AND k.conkey = ARRAY[a.attnum]),
               'default', CASE WHEN a.attgenerated = '' THEN pg_catalog.pg_get_expr(d.adbin, d.adrelid) END,
               'generated', a.attgenerated <> '' OR a.attidentity <> '',
               'fixed', a.attgenerated <> '' OR a.attidentity = 'a',
               'generation', CASE
                   WHEN a.attgenerated <> ''
                   THEN 'GENERATED ALWAYS AS (' || pg_catalog.pg_get_expr(d.adbin, d.adrelid)
                        || CASE a.attgenerated WHEN 's' THEN ') STORED' ELSE ') VIRTUAL' END
                   WHEN a.attidentity <> ''
                   THEN CASE a.attidentity WHEN 'a' THEN 'GENERATED ALWAYS' ELSE 'GENERATED BY DEFAULT' END
                        || ' AS IDENTITY'
                        || coalesce((SELECT pg_catalog.format(' (INCREMENT BY %s MINVALUE %s MAXVALUE %s START WITH %s CACHE %s%s)',
                                                s.seqincrement, s.seqmin, s.seqmax, s.seqstart, s.seqcache,
                                                CASE WHEN s.seqcycle THEN ' CYCLE' ELSE '' END)
                                       FROM owned AS o JOIN pg_catalog.pg_sequence AS s ON s.seqrelid = o.sequence
                                      WHERE o.relation = a.attrelid AND o.number = a.attnum LIMIT 1), '') END,
               'collation', CASE WHEN a.attcollation <> t.typcollation
                   THEN (SELECT pg_catalog.format('%I.%I', n.nspname, l.collname)
                           FROM pg_catalog.pg_collation AS l
                           JOIN pg_catalog.pg_namespace AS n ON n.oid = l.collnamespace
                          WHERE l.oid = a.attcollation) END,
               'sequence', CASE WHEN a.attidentity = ''
                   THEN (SELECT pg_catalog.pg_describe_object('pg_catalog.pg_class'::pg_catalog.regclass, o.sequence, 0)
                           FROM owned AS o WHERE o.relation = a.attrelid AND o.number = a.attnum LIMIT 1) END,
               'used_by', (SELECT coalesce(jsonb_agg(u.what ORDER BY u.what), '[]')
                             FROM (SELECT u.what FROM uses AS u
                                    WHERE u.relation = a.attrelid AND u.number = a.attnum
                                    UNION
                                   SELECT 'inheritance from ' || i.inhparent::pg_catalog.regclass
                                     FROM pg_catalog.pg_inherits AS i
                                    WHERE i.inhrelid = a.attrelid AND a.attinhcount > 0) AS u
                            WHERE u.what IS NOT NULL)
           ) ORDER BY a.attnum) AS list
      FROM relations AS r
      JOIN pg_catalog.pg_attribute AS a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
      JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid
      LEFT JOIN pg_catalog.pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
     GROUP BY a.attrelid
),
constraints AS (
    SELECT k.conrelid,
           jsonb_agg(jsonb_build_object(
               'name', k.conname,
               'kind', k.contype,
               'validated', k.convalidated,
               -- A constraint that is not enforced is new with PostgreSQL 18, NULLS NOT DISTINCT with 15.
               'plain', NOT k.condeferrable AND coalesce((to_jsonb(k) ->> 'conenforced')::boolean, true)
                   AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_index AS x
                                    WHERE x.indexrelid = k.conindid AND k.contype = 'u'
                                      AND (to_jsonb(x) ->> 'indnullsnotdistinct')::boolean),
               'columns', (SELECT coalesce(jsonb_agg(a.attname ORDER BY u.place), '[]')
                             FROM unnest(k.conkey) WITH ORDINALITY AS u (number, place)
                             JOIN pg_catalog.pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = u.number),
               'definition', pg_catalog.pg_get_constraintdef(k.oid),
               'target', CASE WHEN k.contype = 'f' THEN (
                   SELECT jsonb_build_object(
                              'namespace', n.nspname,
                              'table', f.relname,
                              'columns', (SELECT jsonb_agg(a.attname ORDER BY u.place)
                                            FROM unnest(k.confkey) WITH ORDINALITY AS u (number, place)
                                            JOIN pg_catalog.pg_attribute AS a ON a.attrelid = k.confrelid AND a.attnum = u.number),
                              'on_delete', k.confdeltype,
                              'plain', k.confupdtype = 'a' AND k.confmatchtype = 's' AND NOT k.condeferrable
                                       AND coalesce((to_jsonb(k) ->> 'conenforced')::boolean, true))
                     FROM pg_catalog.pg_class AS f
                     JOIN pg_catalog.pg_namespace AS n ON n.oid = f.relnamespace
                    WHERE f.oid = k.confrelid) END
           ) ORDER BY k.conname) AS list
      FROM relations AS r
      JOIN pg_catalog.pg_constraint AS k ON k.conrelid = r.oid AND k.contype IN ('p', 'u', 'f', 'c', 'x')
                                        -- To each partition of a target PostgreSQL keeps a copy of the key.
                                        AND (k.contype <> 'f' OR k.conparentid = 0)
     GROUP BY k.conrelid
),
triggers AS (
    SELECT g.tgrelid,
           jsonb_agg(jsonb_build_object(
               'name', g.tgname,
               'changes_row', g.tgtype & 3 = 3,
               'on_insert', g.tgtype & 4 > 0,
               'on_delete', g.tgtype & 8 > 0,
               'on_update', g.tgtype & 16 > 0,
               'columns', (SELECT coalesce(jsonb_agg(a.attname ORDER BY a.attnum), '[]')
                             FROM pg_catalog.pg_attribute AS a
                            WHERE a.attrelid = g.tgrelid AND a.attnum = ANY (g.tgattr::smallint[]))
           ) ORDER BY g.tgname) AS list
      FROM relations AS r
      JOIN pg_catalog.pg_trigger AS g ON g.tgrelid = r.oid AND NOT g.tgisinternal AND g.tgenabled IN ('O', 'A')
     GROUP BY g.tgrelid
),
indexes AS (
    SELECT x.indrelid,
           jsonb_agg(jsonb_build_object(
               'name', i.relname,
               'method', m.amname,
               'keys', (SELECT jsonb_agg(
                                   pg_catalog.pg_get_indexdef(x.indexrelid, place, true)
                                   || CASE WHEN o.opcdefault THEN '' ELSE ' ' || o.opcname END
                                   || CASE x.indoption[place - 1] & 3
                                          WHEN 3 THEN ' DESC' WHEN 1 THEN ' DESC NULLS LAST'
                                          WHEN 2 THEN ' NULLS FIRST' ELSE '' END
                                   ORDER BY place)
                          FROM generate_series(1, x.indnkeyatts) AS place
                          JOIN pg_catalog.pg_opclass AS o ON o.oid = x.indclass[place - 1]),
               'unique', x.indisunique,
               'nulls_not_distinct', coalesce((to_jsonb(x) ->> 'indnullsnotdistinct')::boolean, false),
               'valid', x.indisvalid AND x.indisready,
               'condition', pg_catalog.pg_get_expr(x.indpred, x.indrelid),
               'definition', pg_catalog.pg_get_indexdef(x.indexrelid),
               'of_constraint', EXISTS (SELECT 1 FROM pg_catalog.pg_constraint AS k
                                         WHERE k.conindid = x.indexrelid AND k.contype IN ('p', 'u', 'x'))
           ) ORDER BY i.relname) AS list
      FROM relations AS r
      JOIN pg_catalog.pg_index AS x ON x.indrelid = r.oid
      JOIN pg_catalog.pg_class AS i ON i.oid = x.indexrelid
      JOIN pg_catalog.pg_am AS m ON m.oid = i.relam
     GROUP BY x.indrelid
)
SELECT jsonb_build_object(
    'namespace', $1::text,
    'exists', EXISTS (SELECT 1 FROM space),
    'role', current_user,
    'encoding', pg_catalog.current_setting('server_encoding'),
    'may_create', coalesce((SELECT pg_catalog.has_schema_privilege(oid, 'CREATE') FROM space),
                           pg_catalog.has_database_privilege(current_database(), 'CREATE')),
    'read_only', pg_catalog.pg_is_in_recovery()
                 OR pg_catalog.current_setting('default_transaction_read_only')::boolean,
    'may_keep_ledger', pg_catalog.has_database_privilege(current_database(), 'CREATE')
                       OR EXISTS (SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = 'sunset'),
    'tables', (SELECT coalesce(jsonb_agg(jsonb_build_object(
                   'name', r.relname,
                   'kind', r.relkind,
                   'owner', pg_catalog.pg_get_userbyid(r.relowner),
                   'may_alter', pg_catalog.pg_has_role(r.relowner, 'USAGE'),
                   -- What may not be read counts as full.
                   'has_rows', NOT pg_catalog.has_table_privilege(r.oid, 'SELECT'),
                   'unlogged', r.relpersistence = 'u',
                   'typed', CASE WHEN r.reloftype <> 0 THEN pg_catalog.format_type(r.reloftype, NULL) END,
                   'has_children', r.relkind = 'r'
                       AND EXISTS (SELECT 1 FROM pg_catalog.pg_inherits AS i WHERE i.inhparent = r.oid),
                   'used_by', (SELECT coalesce(jsonb_agg(u.what ORDER BY u.what), '[]')
                                 FROM (SELECT u.what FROM uses AS u WHERE u.relation = r.oid AND u.outside
                                        UNION SELECT w.what FROM row_uses AS w WHERE w.relation = r.oid) AS u
                                WHERE u.what IS NOT NULL),
                   'row_used_by', (SELECT coalesce(jsonb_agg(w.what ORDER BY w.what), '[]') FROM row_uses AS w
                                    WHERE w.relation = r.oid AND w.stored),
                   'outer_keys', coalesce(outer_keys.list, '[]'),
                   'triggers', coalesce(triggers.list, '[]'),
                   'of_superuser', (SELECT o.rolsuper FROM pg_catalog.pg_roles AS o WHERE o.oid = r.relowner),
                   -- LOCK TABLE wants more than REFERENCES.
                   'may_refer', pg_catalog.has_table_privilege(r.oid, 'REFERENCES')
                                AND pg_catalog.has_table_privilege(r.oid, 'UPDATE, DELETE, TRUNCATE'),
                   'columns', coalesce(columns.list, '[]'),
                   'constraints', coalesce(constraints.list, '[]'),
                   'indexes', coalesce(indexes.list, '[]')
               ) ORDER BY r.relname), '[]')
                 FROM relations AS r
                 LEFT JOIN columns ON columns.attrelid = r.oid
                 LEFT JOIN constraints ON constraints.conrelid = r.oid
                 LEFT JOIN indexes ON indexes.indrelid = r.oid
                 LEFT JOIN outer_keys ON outer_keys.confrelid = r.oid
                 LEFT JOIN triggers ON triggers.tgrelid = r.oid),
    'enums', (SELECT coalesce(jsonb_agg(jsonb_build_object(
                  'name', t.typname,
                  'values', (SELECT coalesce(jsonb_agg(e.enumlabel ORDER BY e.enumsortorder), '[]')
                               FROM pg_catalog.pg_enum AS e WHERE e.enumtypid = t.oid),
                  'owner', pg_catalog.pg_get_userbyid(t.typowner),
                  'may_alter', pg_catalog.pg_has_role(t.typowner, 'USAGE'),
                  'uses', (SELECT coalesce(jsonb_agg(jsonb_build_object(
                                      'what', pg_catalog.pg_describe_object(d.classid, d.objid, d.objsubid),
                                      'table', r.relname,
                                      'column', a.attname) ORDER BY d.classid, d.objid, d.objsubid), '[]')
                             FROM pg_catalog.pg_depend AS d
                             LEFT JOIN relations AS r ON d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
                                                     AND r.oid = d.objid AND d.objsubid > 0
                             LEFT JOIN pg_catalog.pg_attribute AS a ON a.attrelid = r.oid AND a.attnum = d.objsubid
                            WHERE d.refclassid = 'pg_catalog.pg_type'::pg_catalog.regclass
                              AND d.refobjid IN (t.oid, t.typarray) AND d.deptype = 'n'
                              AND (d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objsubid > 0
                                   OR d.classid IN ('pg_catalog.pg_proc'::pg_catalog.regclass,
                                                    'pg_catalog.pg_type'::pg_catalog.regclass)))
              ) ORDER BY t.typname), '[]')
                FROM pg_catalog.pg_type AS t
                JOIN space ON space.oid = t.typnamespace
               WHERE t.typtype = 'e'),
    'holds', (SELECT coalesce(jsonb_agg(DISTINCT jsonb_build_object(
                  'table', r.relname,
                  'column', a.attname,
                  'index', h.index,
                  'what', h.what,
                  'namespace', h.namespace,
                  'of', h.of,
                  'key', h.key)), '[]')
                FROM holds AS h
                JOIN relations AS r ON r.oid = h.relation
                LEFT JOIN pg_catalog.pg_attribute AS a ON a.attrelid = h.relation AND a.attnum = h.number AND h.number > 0
               WHERE h.what IS NOT NULL),
    'names', (SELECT coalesce(jsonb_agg(jsonb_build_object('name', n.name, 'kind', n.kind) ORDER BY n.name), '[]')
                FROM (SELECT c.relname AS name,
                             CASE WHEN c.relkind = 'S' THEN 'sequence' WHEN c.relkind = 'c' THEN 'composite type'
                                  WHEN c.relispartition THEN 'partition' ELSE 'extension''s relation' END AS kind
                        FROM pg_catalog.pg_class AS c
                        JOIN space ON space.oid = c.relnamespace
                       -- Indexes are told with their tables.
                       WHERE c.relkind IN ('S', 'c') OR c.relispartition AND c.relkind IN ('r', 'p', 'f')
                          OR c.relkind IN ('r', 'p', 'v', 'm', 'f')
                             AND NOT EXISTS (SELECT 1 FROM relations AS r WHERE r.oid = c.oid)
                       UNION ALL
                      SELECT t.typname, CASE t.typtype WHEN 'd' THEN 'domain' WHEN 'r' THEN 'range type'
                                             WHEN 'm' THEN 'range type' ELSE 'type' END
                        FROM pg_catalog.pg_type AS t
                        JOIN space ON space.oid = t.typnamespace
                       -- An array's type gives way by itself.
                       WHERE t.typtype IN ('b', 'd', 'r', 'm') AND t.typelem = 0) AS n)
)::text AS document
