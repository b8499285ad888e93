-- What run $2 takes the place of: recordings of earlier runs under the same keys, with other bytes.
-- A duplicate that is copied was copied by an earlier run, also where this one found it to be one.
INSERT INTO sunset.objects_replaced (run, target, key, source_uri, etag)
SELECT $2, o.target, o.key, o.source_uri, o.etag
  FROM unnest($3::text[], $4::text[]) AS proven (key, etag)
  JOIN sunset.objects AS o ON o.key = proven.key
 WHERE o.target = $1 AND o.state = 'copied' AND (o.run <> $2 OR o.role = 'duplicate')
   AND o.etag IS DISTINCT FROM proven.etag
ON CONFLICT (run, target, key) DO NOTHING
