SELECT coalesce(content_type, '-') AS format, role, state, count(*) AS objects,
       coalesce(sum(size), 0)::bigint AS bytes
  FROM sunset.objects GROUP BY 1, 2, 3 ORDER BY 5 DESC, 1, 2, 3
