-- A stage begins when everything before it is done; what was taken from a silent worker goes first.
WITH stage AS (
    SELECT min(stage) AS stage FROM sunset.work
     WHERE run = $1 AND stage < $3 AND done_at IS NULL
), unit AS (
    SELECT k.stage, k.number FROM sunset.work AS k, stage
     WHERE k.run = $1 AND k.stage = stage.stage AND k.done_at IS NULL AND k.worker IS NULL
     ORDER BY k.taken_over DESC, k.number
     LIMIT 1 FOR UPDATE OF k SKIP LOCKED
)
UPDATE sunset.work AS k SET worker = $2, claimed_at = clock_timestamp()
  FROM unit WHERE k.run = $1 AND k.stage = unit.stage AND k.number = unit.number
RETURNING k.stage, k.number, k.task::text AS task
