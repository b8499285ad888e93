-- Whoever is still making the database to restore into: its program is being stopped.
SELECT pg_terminate_backend(a.pid), pg_sleep(0.2)
  FROM pg_catalog.pg_stat_activity AS a
 WHERE strpos(a.query, {making}) = 1 AND a.state = 'active' AND a.pid <> pg_backend_pid()
