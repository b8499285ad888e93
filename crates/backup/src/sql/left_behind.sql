SELECT d.datname::text AS name
  FROM pg_catalog.pg_database AS d
 WHERE d.datname LIKE replace($1::text, '_', '\_')
   AND substr(d.datname, 15, 14) ~ '^[0-9]{14}$'
   AND to_timestamp(substr(d.datname, 15, 14), 'YYYYMMDDHH24MISS') AT TIME ZONE current_setting('TimeZone')
       < (now() AT TIME ZONE 'UTC') - interval '1 hour'
   AND pg_has_role(d.datdba, 'MEMBER')
   AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_stat_activity AS a WHERE a.datname = d.datname)
