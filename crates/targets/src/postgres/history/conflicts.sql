SELECT g.name, g.count, n.items
  FROM (SELECT reason AS name, count(*) AS count FROM sunset.conflicts GROUP BY reason) AS g
 CROSS JOIN LATERAL (
       SELECT array_agg(i.item) AS items
         FROM (SELECT c.collection || '/' || c.document_id || ': ' || c.table_name || ' '
                      || c.row_id || ': ' || c.detail AS item
                 FROM sunset.conflicts AS c WHERE c.reason = g.name
                ORDER BY c.collection, c.document_id, c.table_name, c.row_id LIMIT $1) AS i) AS n
