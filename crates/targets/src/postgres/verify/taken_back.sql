SELECT asked.ordinal, t.run
  FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS asked (collection, document_id, ordinal)
  JOIN sunset.taken_back AS t USING (collection, document_id)
 WHERE NOT EXISTS (SELECT FROM sunset.items AS i
                    WHERE i.collection = t.collection AND i.document_id = t.document_id)
