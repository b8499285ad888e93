-- Rows that items give ($1 to $7), with what the ledger must say of them, against its entries; and
-- entries of these items ($8, $9) for rows that they do not give.
WITH given AS (
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bytea[], $6::bytea[],
                         $7::int4[])
        AS g (table_name, row_id, collection, document_id, mapped, written, shape)
), held AS (
    SELECT p.table_name, p.row_id, p.collection, p.document_id, p.mapped, p.written, p.shape
      FROM unnest($8::text[], $9::text[]) AS i (collection, document_id)
      JOIN sunset.provenance AS p USING (collection, document_id)
)
SELECT coalesce(g.table_name, h.table_name) AS table_name, coalesce(g.row_id, h.row_id) AS row_id,
       coalesce(g.collection, h.collection) AS collection,
       coalesce(g.document_id, h.document_id) AS document_id,
       g.row_id IS NOT NULL AS given,
       (SELECT o.collection || '/' || o.document_id FROM sunset.provenance AS o
         WHERE o.table_name = g.table_name AND o.row_id = g.row_id) AS held_by,
       encode(g.mapped, 'hex') AS mapped, encode(h.mapped, 'hex') AS held_mapped,
       encode(g.written, 'hex') AS written, encode(h.written, 'hex') AS held_written,
       g.shape AS shape, h.shape AS held_shape
  FROM given AS g
  FULL JOIN held AS h ON h.table_name = g.table_name AND h.row_id = g.row_id
 WHERE g.row_id IS NULL OR h.row_id IS NULL
    OR g.collection <> h.collection OR g.document_id <> h.document_id
    OR g.mapped <> h.mapped OR g.written <> h.written OR g.shape <> h.shape
 ORDER BY 1, 2
