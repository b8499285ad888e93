SELECT coalesce(a.state <> 'active' OR (c.pid IS NOT NULL AND a.wait_event = 'ClientRead'), false)
           AS waits_for_client,
       concat_ws(' ', a.state, a.state_change, a.query_start, c.bytes_processed) AS mark
  FROM pg_catalog.pg_stat_activity AS a
  LEFT JOIN {copies} AS c ON c.pid = a.pid
 WHERE a.pid = $1 AND a.xact_start = $2::text::timestamptz
