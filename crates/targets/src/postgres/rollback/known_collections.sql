SELECT DISTINCT split_part(known.collection, '#', 1) AS collection
  FROM (SELECT collection FROM sunset.provenance UNION SELECT collection FROM sunset.items) AS known
 WHERE NOT starts_with(known.collection, '#')
 ORDER BY 1
