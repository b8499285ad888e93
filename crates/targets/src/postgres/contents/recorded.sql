SELECT table_name, columns, row_count, digest, snapshot,
       to_char(taken_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS taken_at
  FROM sunset.kept_tables
 WHERE plan = $1 AND namespace = $2
 ORDER BY table_name
