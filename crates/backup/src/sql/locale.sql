SELECT pg_encoding_to_char(encoding)::text AS encoding, datcollate::text AS collate, datctype::text AS ctype,
       to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYYMMDDHH24MISS') || '_' || pg_backend_pid() AS stem
  FROM pg_catalog.pg_database
 WHERE datname = current_database()
