INSERT INTO sunset.object_intents (target, key, source_uri, url, found, run)
SELECT $1, key, source_uri, url, found, $6
  FROM unnest($2::text[], $3::text[], $4::text[], $5::text[]) AS i (key, source_uri, url, found)
ON CONFLICT (target, key) DO NOTHING
