SELECT to_char(changed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS changed_at,
       changed_by, reason, action, before::text AS before, after::text AS after
  FROM public.feature_flag_audit AS a WHERE flag_name = $1
 ORDER BY a.changed_at DESC, a.id LIMIT $2
