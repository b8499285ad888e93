INSERT INTO sunset.cut_overs (run, plan, source, read_time, by_whom, accepted)
VALUES ($1, $2, $3, $4, $5, $6::text::jsonb)
