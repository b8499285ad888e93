SELECT count(*) FROM sunset.workers
 WHERE run = $1 AND left_at IS NULL AND fenced_at IS NULL
   AND heartbeat_at > clock_timestamp() - make_interval(secs => $2)
