SELECT coalesce(enabled, false) AS enabled,
       coalesce(rollout_percentage, 0)::text AS rollout_percentage,
       coalesce(tenant_overrides, '{}')::text AS tenant_overrides
  FROM public.feature_flags WHERE name = $1
