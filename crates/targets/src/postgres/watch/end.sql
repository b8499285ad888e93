SELECT pg_terminate_backend(a.pid) FROM pg_catalog.pg_stat_activity AS a
 WHERE a.pid = $1 AND a.xact_start = $2::text::timestamptz AND a.usename = current_user
   AND a.datname = current_database()
