UPDATE sunset.rollout_runs
   SET record = $3::text::jsonb, saved_at = clock_timestamp(), state = coalesce($4, state),
       finished_at = CASE WHEN $4 IS NULL THEN finished_at ELSE clock_timestamp() END
 WHERE id = $1 AND token = $2
