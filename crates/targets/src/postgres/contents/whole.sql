SELECT count(*) AS rows,
       encode(sha256(convert_to(concat_ws(':', count(*), coalesce(sum(d.head), 0), coalesce(sum(d.tail), 0)), 'UTF8')), 'hex') AS digest,
       pg_current_snapshot()::text AS snapshot
  FROM (SELECT ('x' || encode(substr(h.hash, 1, 8), 'hex'))::bit(64)::bigint AS head,
               ('x' || encode(substr(h.hash, 9, 8), 'hex'))::bit(64)::bigint AS tail
          FROM (SELECT sha256(convert_to({row}::text, 'UTF8')) AS hash FROM {table} AS t) AS h) AS d
