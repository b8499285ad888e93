SELECT count(*) FILTER (WHERE d.seen) AS rows,
       encode(sha256(convert_to(concat_ws(':', count(*) FILTER (WHERE d.seen), coalesce(sum(d.head) FILTER (WHERE d.seen), 0), coalesce(sum(d.tail) FILTER (WHERE d.seen), 0)), 'UTF8')), 'hex') AS digest,
       count(*) FILTER (WHERE NOT d.seen) AS written
  FROM (SELECT h.seen,
               ('x' || encode(substr(h.hash, 1, 8), 'hex'))::bit(64)::bigint AS head,
               ('x' || encode(substr(h.hash, 9, 8), 'hex'))::bit(64)::bigint AS tail
          FROM (SELECT sha256(convert_to({row}::text, 'UTF8')) AS hash, {seen} AS seen FROM {table} AS t) AS h) AS d
