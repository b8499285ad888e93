-- Whether an index ($2 of schema $1) is there, and whole; and the attempt to build it that this run
-- ($3) began by a step of that title ($4).
SELECT (SELECT x.indisvalid AND x.indisready
          FROM pg_catalog.pg_index AS x
          JOIN pg_catalog.pg_class AS i ON i.oid = x.indexrelid
          JOIN pg_catalog.pg_namespace AS n ON n.oid = i.relnamespace
         WHERE n.nspname = $1 AND i.relname = $2) AS whole,
       (SELECT max(s.id) FROM sunset.schema_steps AS s
         WHERE s.run = $3 AND s.namespace = $1 AND s.title = $4 AND s.state = 'begun') AS attempt
