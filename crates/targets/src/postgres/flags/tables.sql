SELECT to_regclass('public.feature_flags') IS NOT NULL AS flags,
       to_regclass('public.tenants') IS NOT NULL AS tenants,
       to_regclass('public.voice_agent_calls') IS NOT NULL AS calls,
       to_regprocedure('public.feature_flag_enabled(text, text)') IS NOT NULL AS functions
