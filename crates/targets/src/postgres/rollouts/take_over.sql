UPDATE sunset.rollout_runs
   SET token = $2, host = $3, pid = $4, saved_at = clock_timestamp() WHERE id = $1
