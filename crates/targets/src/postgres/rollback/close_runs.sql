UPDATE sunset.runs SET state = 'rolled_back'
 WHERE ($1::int8[] IS NULL OR id = ANY ($1))
   AND state IN ('done', 'failed', 'interrupted')
   AND program NOT IN ('rollback', 'schema-push', 'fix-schema')
