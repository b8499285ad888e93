SELECT count(*) FILTER (WHERE version IS DISTINCT FROM 'v2') AS v1,
       count(*) FILTER (WHERE version = 'v2') AS v2,
       count(*) FILTER (WHERE version = 'v2' AND status = 'failed') AS v2_failed
  FROM public.voice_agent_calls WHERE created_at > now() - interval '24 hours'
