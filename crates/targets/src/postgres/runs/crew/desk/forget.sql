-- Notes of this run when nobody else takes part in it, and of every run before it.
DELETE FROM sunset.survey_notes AS n
 WHERE n.run < $1
    OR (n.run = $1 AND NOT EXISTS (
           SELECT FROM sunset.workers AS w
            WHERE w.run = $1 AND w.left_at IS NULL AND w.fenced_at IS NULL
              AND w.heartbeat_at > clock_timestamp() - make_interval(secs => $2)))
