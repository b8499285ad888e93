-- Rows get the now() of this transaction in a column that it adds: what they have since is another.
INSERT INTO sunset.schema_steps (run, namespace, title, stage, effect, sql, inverse, state)
VALUES ($1, $2, $3, $4,
        $5::text::jsonb || CASE WHEN $5::text::jsonb ? 'now_as'
                                THEN jsonb_build_object('now', now()) ELSE '{}' END,
        $6, $7, $8)
RETURNING id
