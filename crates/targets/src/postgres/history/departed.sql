-- What was in quarantine when V2 still had it.
SELECT g.name, g.count, n.items
  FROM (SELECT reason AS name, count(*) AS count
          FROM sunset.quarantine WHERE gone_run IS NOT NULL GROUP BY reason) AS g
 CROSS JOIN LATERAL (
       SELECT array_agg(i.item) AS items
         FROM (SELECT q.collection || '/' || q.document_id || ': ' || q.detail AS item
                 FROM sunset.quarantine AS q WHERE q.reason = g.name AND q.gone_run IS NOT NULL
                ORDER BY q.collection, q.document_id LIMIT $1) AS i) AS n
