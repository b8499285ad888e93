SELECT number, md5, state
  FROM sunset.object_parts
 WHERE source_uri = $1 AND generation IS NOT DISTINCT FROM $2 AND size = $3 AND part_size = $4
 ORDER BY number
