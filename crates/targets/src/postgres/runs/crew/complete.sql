UPDATE sunset.work SET outcome = $5::text::jsonb, done_at = coalesce(done_at, clock_timestamp())
 WHERE run = $1 AND stage = $2 AND number = $3 AND worker = $4
