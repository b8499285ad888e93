-- A page of the items behind ($1, $2) in order. An item that a rollback forgot may still be the
-- origin of a row that it put back.
SELECT collection, document_id,
       coalesce(i.state IN ('migrated', 'conflict'), false) OR page.has_rows AS has_rows,
       coalesce(i.state = 'quarantined', false) AS quarantined,
       CASE WHEN i.state IN ('migrated', 'quarantined') THEN i.basis END AS basis
  FROM (SELECT collection, document_id, bool_or(has_rows) AS has_rows
          FROM ((SELECT collection, document_id, false AS has_rows
                   FROM sunset.items
                  WHERE state <> 'gone'
                    AND ($1::text IS NULL OR (collection, document_id) > ($1, $2::text))
                  ORDER BY collection, document_id
                  LIMIT $3)
                UNION ALL
                (SELECT DISTINCT collection, document_id, true
                   FROM sunset.provenance
                  WHERE $1::text IS NULL OR (collection, document_id) > ($1, $2::text)
                  ORDER BY collection, document_id
                  LIMIT $3)) AS either
         GROUP BY collection, document_id
         ORDER BY collection, document_id
         LIMIT $3) AS page
  LEFT JOIN sunset.items AS i USING (collection, document_id)
 ORDER BY collection, document_id
