SELECT c.run, c.source, c.read_time, c.by_whom,
       to_char(c.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS at
  FROM sunset.cut_overs AS c
  JOIN sunset.runs AS r ON r.id = c.run
 WHERE c.plan = $1 AND r.state <> 'rolled_back'
 ORDER BY c.at DESC
 LIMIT 1
