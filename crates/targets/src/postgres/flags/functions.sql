-- The decision rule of docs/rollout.md, the same as in the crate sunset-rollout. Everything is
-- reckoned in whole numbers, so that tenants on the border agree: bucket × 100 < percentage × 2^64.
CREATE OR REPLACE FUNCTION public.feature_flag_bucket(flag text, tenant text) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $function$
    SELECT mod(
        ('x' || encode(substr(sha256(convert_to($1 || ':' || $2, 'UTF8')), 1, 8), 'hex'))
            ::bit(64)::bigint::numeric + 18446744073709551616,
        18446744073709551616)
$function$;

CREATE OR REPLACE FUNCTION public.feature_flag_enabled(flag text, tenant text) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE AS $function$
    SELECT coalesce((
        SELECT CASE
            WHEN f.enabled IS NOT TRUE THEN false
            WHEN jsonb_typeof(f.tenant_overrides) = 'object'
                 AND jsonb_typeof(f.tenant_overrides -> $2) = 'boolean'
                THEN (f.tenant_overrides ->> $2)::boolean
            WHEN f.rollout_percentage = 'NaN' THEN false
            ELSE public.feature_flag_bucket($1, $2) * 100
                 < f.rollout_percentage * 18446744073709551616
        END
          FROM public.feature_flags AS f WHERE f.name = $1), false)
$function$;

CREATE OR REPLACE FUNCTION public.voice_agent_v2_enabled(tenant text) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE AS $function$
    SELECT public.feature_flag_enabled('voice_agent_v2', $1)
$function$;
