SELECT b.pid, coalesce(b.xact_start::text, '') AS began,
       coalesce(b.application_name LIKE 'sunset/%' AND b.usename = current_user, false) AS ours,
       coalesce(b.state <> 'active' OR (c.pid IS NOT NULL AND b.wait_event = 'ClientRead'), false)
           AS waits_for_client,
       concat_ws(' ', b.state, b.state_change, b.query_start, c.bytes_processed) AS mark,
       'server process ' || b.pid
           || coalesce(' (' || nullif(concat_ws(', ', nullif(b.application_name, ''), 'user ' || b.usename,
                                                host(b.client_addr)), '') || ')', '')
           || coalesce(', ' || b.state, '')
           || coalesce(', its transaction began '
                       || to_char(b.xact_start AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), '') AS shown
  FROM unnest(pg_blocking_pids($1)) AS blocking (pid)
  JOIN pg_catalog.pg_stat_activity AS b ON b.pid = blocking.pid
  LEFT JOIN {copies} AS c ON c.pid = b.pid
