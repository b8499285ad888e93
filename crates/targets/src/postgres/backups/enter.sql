INSERT INTO sunset.backups (id, run, plan, namespace, schema_name, last_change, tables, sort, branch)
SELECT $1, $2, r.plan, $3, $4, coalesce((SELECT max(c.id) FROM sunset.changes AS c), 0), $5::text::jsonb,
       $6, $7::text::jsonb
  FROM sunset.runs AS r WHERE r.id = $2
