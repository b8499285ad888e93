-- $1 table, $2 the rows that were looked at, $3 those in quarantine as JSON, $4 run.
WITH given AS MATERIALIZED (
    SELECT q.document_id, q.reason, q.detail, convert_to(q.raw, 'UTF8') AS raw, q.place
      FROM jsonb_to_recordset($3::text::jsonb)
           AS q (document_id text, reason text, detail text, raw text, place text)
),
outdated AS (
    DELETE FROM sunset.quarantine AS x
     WHERE x.collection = $1 AND x.document_id = ANY ($2)
       AND NOT EXISTS (SELECT 1 FROM given AS g WHERE g.document_id = x.document_id)
)
INSERT INTO sunset.quarantine AS x (collection, document_id, reason, detail, raw, place, run)
SELECT $1, g.document_id, g.reason, g.detail, g.raw, g.place, $4 FROM given AS g
ON CONFLICT (collection, document_id) DO UPDATE
   SET reason = excluded.reason, detail = excluded.detail, raw = excluded.raw,
       place = excluded.place, run = excluded.run
 WHERE (x.reason, x.detail, x.raw) IS DISTINCT FROM (excluded.reason, excluded.detail, excluded.raw)
