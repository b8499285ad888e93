SELECT xmin::text AS version, to_jsonb(f)::text AS content
  FROM public.feature_flags AS f WHERE name = $1 FOR UPDATE
