-- Documents with the state and the digests that the ledger must have of them ($5: of the document
-- that it keeps of one in quarantine, $6 why it is there, $7: of what was read) where it has
-- something else. One in conflict is judged by its rows.
SELECT w.ordinal, w.state, i.state AS held_state,
       encode(w.outcome_digest, 'hex') AS outcome, encode(i.outcome_digest, 'hex') AS held_outcome,
       i.state <> 'conflict' AND i.outcome_digest <> w.outcome_digest AS other_outcome,
       w.raw IS NOT NULL AND (q.raw IS NULL OR sha256(q.raw) <> w.raw) AS not_kept,
       w.reason, q.reason AS held_reason
  FROM unnest($1::text[], $2::text[], $3::text[], $4::bytea[], $5::bytea[], $6::text[], $7::bytea[])
       WITH ORDINALITY
       AS w (collection, document_id, state, outcome_digest, raw, reason, source_digest, ordinal)
  LEFT JOIN sunset.items AS i USING (collection, document_id)
  LEFT JOIN sunset.quarantine AS q USING (collection, document_id)
 WHERE i.state IS NULL
    OR (i.state <> 'conflict' AND (i.state <> w.state OR i.outcome_digest <> w.outcome_digest))
    OR (w.raw IS NOT NULL AND (q.raw IS NULL OR sha256(q.raw) <> w.raw OR q.reason <> w.reason))
    OR i.source_digest <> w.source_digest
 ORDER BY w.ordinal
