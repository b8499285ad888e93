-- By reason: how many, and the first $2 documents.
SELECT reason AS name, document_id, total
  FROM (SELECT reason, document_id,
               count(*) OVER (PARTITION BY reason) AS total,
               row_number() OVER (PARTITION BY reason ORDER BY document_id) AS place
          FROM sunset.quarantine
         WHERE collection = $1 AND gone_run IS NULL) AS counted
 WHERE place <= $2
 ORDER BY reason, place
