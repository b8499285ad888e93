SELECT count(*) AS total,
       count(*) FILTER (WHERE public.feature_flag_enabled($1, id::text)) AS on_v2
  FROM public.tenants
