-- By code: how many, and the first $2 documents.
SELECT code AS name, document_id, total
  FROM (SELECT code, document_id,
               sum(count(*)) OVER (PARTITION BY code)::bigint AS total,
               row_number() OVER (PARTITION BY code ORDER BY document_id) AS place
          FROM sunset.warnings
         WHERE collection = $1
         GROUP BY code, document_id) AS counted
 WHERE place <= $2
 ORDER BY code, place
