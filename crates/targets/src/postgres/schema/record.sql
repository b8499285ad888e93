INSERT INTO sunset.schema_steps (run, namespace, title, stage, effect, sql, inverse, state)
VALUES ($1, $2, $3, $4, $5::text::jsonb, $6, $7, $8)
RETURNING id
