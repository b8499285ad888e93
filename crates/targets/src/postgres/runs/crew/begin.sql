-- Both rows are held until the transaction ends. Whoever fences the worker finds the transaction by
-- its application name.
WITH run AS MATERIALIZED (
    SELECT 1 FROM sunset.lease WHERE token = $1 FOR KEY SHARE
), worker AS MATERIALIZED (
    SELECT 1 FROM sunset.workers WHERE id = $2 AND fenced_at IS NULL FOR KEY SHARE
)
SELECT (SELECT count(*) FROM run) = 1 AS run, (SELECT count(*) FROM worker) = 1 AS worker,
       set_config('application_name', $3, true) AS name
