SELECT g.name, g.count, n.items
  FROM (SELECT code AS name, count(*) AS count FROM sunset.warnings GROUP BY code) AS g
 CROSS JOIN LATERAL (
       SELECT array_agg(i.item) AS items
         FROM (SELECT w.collection || '/' || w.document_id || ': ' || w.path AS item
                 FROM sunset.warnings AS w WHERE w.code = g.name
                ORDER BY w.collection, w.document_id, w.ordinal LIMIT $1) AS i) AS n
