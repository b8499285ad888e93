-- $2 enabled, $3 percentage, $4 tenant, $5 its override or NULL to take it away; NULL leaves.
-- $7 every override off.
UPDATE public.feature_flags AS f
   SET enabled = coalesce($2, f.enabled),
       rollout_percentage = coalesce($3::text::numeric, f.rollout_percentage),
       tenant_overrides = CASE
           WHEN $7::boolean THEN (SELECT coalesce(jsonb_object_agg(o.key, false), '{}') FROM jsonb_each(kept.overrides) AS o)
           WHEN $4::text IS NULL THEN f.tenant_overrides
           WHEN $5::boolean IS NULL THEN kept.overrides - $4::text
           ELSE kept.overrides || jsonb_build_object($4::text, $5::boolean)
       END,
       updated_at = clock_timestamp(),
       updated_by = $6
  FROM (SELECT CASE WHEN jsonb_typeof(tenant_overrides) = 'object'
                    THEN tenant_overrides ELSE '{}' END AS overrides
          FROM public.feature_flags WHERE name = $1) AS kept
 WHERE f.name = $1
RETURNING to_jsonb(f)::text AS content
