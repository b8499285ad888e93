-- The caller holds the advisory lock and the lease row.
INSERT INTO sunset.runs (plan, program, version, target, options, host, pid)
VALUES ($1, $2, $3, $4, $5::text::jsonb, $6, $7)
RETURNING id
