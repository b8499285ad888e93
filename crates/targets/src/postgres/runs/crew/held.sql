-- What this worker holds and is not at work on.
SELECT k.stage, k.number, k.task::text AS task FROM sunset.work AS k
 WHERE k.run = $1 AND k.worker = $2 AND k.stage < $3 AND k.done_at IS NULL
   AND NOT EXISTS (SELECT FROM unnest($4::integer[], $5::integer[]) AS w (stage, number)
                    WHERE w.stage = k.stage AND w.number = k.number)
 ORDER BY k.stage, k.number LIMIT 1
