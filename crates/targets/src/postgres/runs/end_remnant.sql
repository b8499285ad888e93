SELECT pg_terminate_backend(a.pid)
  FROM sunset.lease AS l JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.backend
    OR a.pid IN (SELECT w.backend FROM sunset.workers AS w WHERE w.run = l.run)
 WHERE a.xact_start < l.released_at AND a.application_name = 'sunset/run-lock'
   AND a.usename = current_user AND a.datname = current_database()
