SELECT target, count(DISTINCT key) AS objects
  FROM sunset.objects
 WHERE state = 'copied' AND target <> $1
 GROUP BY target ORDER BY target
