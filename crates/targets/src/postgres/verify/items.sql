-- Documents with the state and the digests that the ledger must have of them ($5: of the document
-- that it keeps of one in quarantine) where it has something else. One in conflict is judged by its
-- rows.
SELECT w.ordinal, w.state, i.state AS held_state,
       encode(w.outcome_digest, 'hex') AS outcome, encode(i.outcome_digest, 'hex') AS held_outcome,
       w.raw IS NOT NULL AND (q.raw IS NULL OR sha256(q.raw) <> w.raw) AS not_kept
  FROM unnest($1::text[], $2::text[], $3::text[], $4::bytea[], $5::bytea[]) WITH ORDINALITY
       AS w (collection, document_id, state, outcome_digest, raw, ordinal)
  LEFT JOIN sunset.items AS i USING (collection, document_id)
  LEFT JOIN sunset.quarantine AS q USING (collection, document_id)
 WHERE i.state IS NULL
    OR (i.state <> 'conflict' AND (i.state <> w.state OR i.outcome_digest <> w.outcome_digest))
    OR (w.raw IS NOT NULL AND (q.raw IS NULL OR sha256(q.raw) <> w.raw))
 ORDER BY w.ordinal
