SELECT split_part(collection, '#', 1) AS collection
  FROM sunset.provenance WHERE NOT starts_with(collection, '#')
UNION SELECT collection FROM sunset.items
 ORDER BY 1
