INSERT INTO sunset.lease (run, token, backend) VALUES ($1, $2, $3)
ON CONFLICT (single) DO UPDATE
SET run = excluded.run, token = excluded.token, backend = excluded.backend,
    heartbeat_at = clock_timestamp(), acquired_at = clock_timestamp(), released_at = NULL
