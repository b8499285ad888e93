-- Runs that changed the database in place are taken back by their own plan.
UPDATE sunset.runs AS r SET state = 'rolled_back'
 WHERE ($1::int8[] IS NULL OR r.id = ANY ($1))
   AND r.state IN ('done', 'failed', 'interrupted')
   AND r.program NOT IN ('rollback', 'schema-push', 'fix-schema')
   AND NOT EXISTS (SELECT FROM sunset.changes AS c WHERE c.run = r.id)
