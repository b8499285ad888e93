INSERT INTO sunset.rollout_runs (subject, schedule, record, token, host, pid)
VALUES ($1, $2::text::jsonb, $3::text::jsonb, $4, $5, $6) RETURNING id
