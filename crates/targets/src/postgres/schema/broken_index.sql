SELECT EXISTS (SELECT 1
                 FROM pg_catalog.pg_index AS x
                 JOIN pg_catalog.pg_class AS i ON i.oid = x.indexrelid
                 JOIN pg_catalog.pg_namespace AS n ON n.oid = i.relnamespace
                WHERE n.nspname = $1 AND i.relname = $2 AND NOT (x.indisvalid AND x.indisready))
