SELECT r.id FROM sunset.runs AS r
 WHERE coalesce(r.origin, r.id) = (SELECT coalesce(origin, id) FROM sunset.runs WHERE id = $1)
 ORDER BY 1
