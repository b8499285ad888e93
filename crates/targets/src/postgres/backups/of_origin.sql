-- The backup of a sort ($2) that another attempt of the same run ($1) took, if that was within a day.
SELECT b.id
  FROM sunset.backups AS b
  JOIN sunset.runs AS r ON r.id = b.run
 WHERE coalesce(r.origin, r.id) = (SELECT coalesce(o.origin, o.id) FROM sunset.runs AS o WHERE o.id = $1)
   AND b.sort = $2
   AND b.taken_at > clock_timestamp() - interval '1 day'
   AND (b.branch IS NOT NULL OR to_regnamespace(quote_ident(b.schema_name)) IS NOT NULL)
 ORDER BY b.taken_at
 LIMIT 1
