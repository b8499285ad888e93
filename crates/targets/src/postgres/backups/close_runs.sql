-- Runs since the one that took the backup ($1), but for this one ($2), have left nothing in rows.
UPDATE sunset.runs AS r
   SET state = 'rolled_back'
 WHERE r.id >= $1 AND r.id <> $2 AND r.state <> 'rolled_back'
   AND r.program NOT IN ('rollback', 'schema-push', 'fix-schema')
