-- The caller holds the advisory lock and the lease row. An attempt that was broken off, or that
-- failed, of the same program on the same source is gone on with.
INSERT INTO sunset.runs (plan, program, version, source, read_time, target, options, host, pid, origin)
SELECT $1, $2, $3, $4, $5, $6, $7::text::jsonb, $8, $9,
       (SELECT CASE WHEN last.state IN ('interrupted', 'failed') THEN last.origin END
          FROM sunset.runs AS last
         WHERE last.plan = $1 AND last.program = $2 AND last.source IS NOT DISTINCT FROM $4
         ORDER BY last.id DESC LIMIT 1)
RETURNING id, coalesce(origin, id) AS origin
