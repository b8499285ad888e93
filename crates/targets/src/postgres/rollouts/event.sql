INSERT INTO sunset.rollout_events
       (subject, run, changed_by, kind, from_percentage, to_percentage, why)
VALUES ($1, $2, $3, $4, $5::text::numeric, $6::text::numeric, $7)
