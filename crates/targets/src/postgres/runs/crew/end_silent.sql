-- Transactions that a silent worker left open would keep its row from being locked, and its share of
-- the run lock would outlast the run.
SELECT count(pg_terminate_backend(a.pid))
  FROM sunset.workers AS w JOIN pg_catalog.pg_stat_activity AS a
    ON a.application_name = 'sunset/worker-' || w.id
    OR (a.application_name = 'sunset/run-lock' AND a.pid = w.backend)
 WHERE w.run = $1 AND w.fenced_at IS NULL AND w.left_at IS NULL
   AND w.heartbeat_at < clock_timestamp() - make_interval(secs => $2)
   AND a.usename = current_user AND a.datname = current_database()
