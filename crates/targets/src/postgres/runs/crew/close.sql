UPDATE sunset.runs
   SET state = $2, counts = $3::text::jsonb, phases = $4::text::jsonb, error = $5,
       finished_at = clock_timestamp()
 WHERE id = $1 AND state = 'running'
