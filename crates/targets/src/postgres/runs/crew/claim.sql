-- A stage begins when everything before it is done; what was taken from a silent worker goes first,
-- in the order of the index, and with $4 = 1 there is nothing else. The stage is a subquery of its
-- own because of that order: the rows of a join would be sorted, all of them, for each claim.
WITH unit AS MATERIALIZED (
    SELECT w.stage, w.number FROM sunset.work AS w
     WHERE w.run = $1 AND w.done_at IS NULL AND w.worker IS NULL AND w.taken_over >= $4
       AND w.stage = (SELECT min(o.stage) FROM sunset.work AS o
                       WHERE o.run = $1 AND o.stage < $3 AND o.done_at IS NULL)
     ORDER BY w.taken_over DESC, w.number
     LIMIT 1 FOR UPDATE OF w SKIP LOCKED
)
UPDATE sunset.work AS k SET worker = $2, claimed_at = clock_timestamp()
  FROM unit WHERE k.run = $1 AND k.stage = unit.stage AND k.number = unit.number
RETURNING k.stage, k.number, k.task::text AS task
