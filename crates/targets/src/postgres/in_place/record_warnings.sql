-- $1 table, $2 the rows that were looked at, $3 their warnings as JSON, $4 run.
WITH given AS MATERIALIZED (
    SELECT w.document_id, w.ordinal, w.code, w.path, w.raw
      FROM jsonb_to_recordset($3::text::jsonb)
           AS w (document_id text, ordinal integer, code text, path text, raw text)
),
outdated AS (
    DELETE FROM sunset.warnings AS x
     WHERE x.collection = $1 AND x.document_id = ANY ($2)
       AND NOT EXISTS (SELECT 1 FROM given AS g
                        WHERE g.document_id = x.document_id AND g.ordinal = x.ordinal)
)
INSERT INTO sunset.warnings AS x (collection, document_id, ordinal, code, path, raw, run)
SELECT $1, g.document_id, g.ordinal, g.code, g.path, g.raw, $4 FROM given AS g
ON CONFLICT (collection, document_id, ordinal) DO UPDATE
   SET code = excluded.code, path = excluded.path, raw = excluded.raw, run = excluded.run
 WHERE (x.code, x.path, x.raw) IS DISTINCT FROM (excluded.code, excluded.path, excluded.raw)
