-- Entries that hold something else than was recorded; those of older versions have no seal.
SELECT count(*) OVER () AS total,
       source_uri || CASE WHEN conversation_id = '' THEN '' ELSE ', ' || conversation_id END AS id
  FROM sunset.objects
 WHERE seal <> sha256(convert_to(jsonb_build_array(source_uri, conversation_id, role, state, size,
                 generation, crc32c, encode(md5, 'hex'), encode(sha256, 'hex'), content_type, target, key,
                 etag, url)::text, 'UTF8'))
 ORDER BY source_uri, conversation_id
 LIMIT 50
