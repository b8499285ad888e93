INSERT INTO public.feature_flag_audit
       (flag_name, changed_at, changed_by, reason, action, before, after)
VALUES ($1, clock_timestamp(), $2, $3, $4, $5::text::jsonb, $6::text::jsonb)
