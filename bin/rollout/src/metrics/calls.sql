SELECT coalesce(version, 'v1') AS version,
       count(*) AS requests,
       count(*) FILTER (WHERE status = 'failed') AS errors,
       count(*) FILTER (WHERE status IN ('completed', 'failed')) AS received,
       count(*) FILTER (WHERE status = 'completed') AS processed,
       percentile_disc(0.95) WITHIN GROUP (ORDER BY latency_ms) AS p95_ms
  FROM public.voice_agent_calls
 WHERE created_at > clock_timestamp() - $1 * interval '1 second'
 GROUP BY 1
