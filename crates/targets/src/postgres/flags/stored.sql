-- xmin is another one after every change of the row.
SELECT xmin::text AS version, coalesce(updated_by, '') AS updated_by,
       to_char(updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS updated_at
  FROM public.feature_flags WHERE name = $1
