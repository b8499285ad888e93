INSERT INTO public.feature_flags
       (name, enabled, rollout_percentage, tenant_overrides, updated_at, updated_by)
VALUES ($1, $2, $3::text::numeric, $4::text::jsonb, clock_timestamp(), $5)
ON CONFLICT (name) DO NOTHING
RETURNING to_jsonb(feature_flags)::text AS content
