-- Marks silent workers and gives their units back. One whose row is held by a batch is left for the
-- next time.
WITH silent AS (
    SELECT id FROM sunset.workers
     WHERE run = $1 AND fenced_at IS NULL AND left_at IS NULL
       AND heartbeat_at < clock_timestamp() - make_interval(secs => $2)
       FOR UPDATE SKIP LOCKED
), fenced AS (
    UPDATE sunset.workers AS w SET fenced_at = clock_timestamp() FROM silent
     WHERE w.id = silent.id
), freed AS (
    UPDATE sunset.work AS k SET worker = NULL, claimed_at = NULL, taken_over = k.taken_over + 1
      FROM silent WHERE k.worker = silent.id AND k.done_at IS NULL
    RETURNING k.worker
)
SELECT array_agg(id) AS workers, (SELECT count(*) FROM freed) AS units FROM silent
