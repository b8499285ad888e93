-- A page of the items that V3 holds something of, behind ($1, $2) in order. An item that a rollback
-- forgot may still be the origin of a row that it put back.
SELECT collection, document_id
  FROM ((SELECT collection, document_id
           FROM sunset.items
          WHERE state IN ('migrated', 'conflict')
            AND ($1::text IS NULL OR (collection, document_id) > ($1, $2::text))
          ORDER BY collection, document_id
          LIMIT $3)
        UNION
        (SELECT DISTINCT collection, document_id
           FROM sunset.provenance
          WHERE $1::text IS NULL OR (collection, document_id) > ($1, $2::text)
          ORDER BY collection, document_id
          LIMIT $3)) AS page
 ORDER BY collection, document_id
 LIMIT $3
