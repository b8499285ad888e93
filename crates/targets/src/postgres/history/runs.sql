-- The first and the last runs; a watch makes one a pass.
WITH numbered AS (
    SELECT r.*, row_number() OVER (ORDER BY r.id) AS place, count(*) OVER () AS total
      FROM sunset.runs AS r
)
SELECT id, coalesce(origin, id) AS origin, plan, program, version, source, read_time,
       options::text AS options, state, host, pid,
       to_char(started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS started_at,
       to_char(finished_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS finished_at,
       counts::text AS counts, phases::text AS phases, error, total
  FROM numbered WHERE place <= 10 OR place > total - 40 ORDER BY id
