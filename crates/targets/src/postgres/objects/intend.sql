WITH intended AS (
    SELECT key, source_uri, url, found
      FROM unnest($2::text[], $3::text[], $4::text[], $5::text[]) AS i (key, source_uri, url, found)
), is_there AS (
    -- Where the ledger has an entry of the key, what stands there is this migration's, or was noted.
    INSERT INTO sunset.objects_found (target, key, etag, run)
    SELECT $1, i.key, i.found, $6
      FROM intended AS i
     WHERE i.found IS NOT NULL
       AND NOT EXISTS (SELECT FROM sunset.object_intents AS n WHERE n.target = $1 AND n.key = i.key)
       AND NOT EXISTS (SELECT FROM sunset.objects AS o
                        WHERE o.key = i.key AND (o.target = $1 OR o.target IS NULL) AND o.state <> 'listed')
    ON CONFLICT (target, key) DO NOTHING
), is_gone AS (
    DELETE FROM sunset.objects_found AS f
     USING intended AS i
     WHERE f.target = $1 AND f.key = i.key AND i.found IS NULL
)
INSERT INTO sunset.object_intents (target, key, source_uri, url, found, run)
SELECT $1, key, source_uri, url, found, $6 FROM intended
ON CONFLICT (target, key) DO NOTHING
