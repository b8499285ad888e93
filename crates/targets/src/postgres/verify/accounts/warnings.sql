-- Warnings that documents ($1, $2) give ($3 to $7, by the documents' places), against those that the
-- ledger has of them; of each document the first that is otherwise.
WITH asked AS (
    SELECT * FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS a (collection, document_id, document)
), given AS (
    SELECT * FROM unnest($3::int8[], $4::int4[], $5::text[], $6::text[], $7::text[])
        AS g (document, number, code, path, raw)
), held AS (
    SELECT a.document, w.ordinal AS number, w.code, w.path, w.raw
      FROM asked AS a
      JOIN sunset.warnings AS w USING (collection, document_id)
)
SELECT DISTINCT ON (1) coalesce(g.document, h.document) AS ordinal,
       coalesce(g.number, h.number) AS number,
       g.code || ' (' || g.path || ')' AS wanted, h.code || ' (' || h.path || ')' AS held
  FROM given AS g
  FULL JOIN held AS h ON h.document = g.document AND h.number = g.number
 WHERE g.code IS NULL OR h.code IS NULL OR g.code <> h.code OR g.path <> h.path OR g.raw <> h.raw
 ORDER BY 1, 2
