-- What was copied under a key ($2) before is there no longer, now that another object ($3, $4) is
-- proven there. An object that V2 still has stays as the duplicate that it is; what V2 has no longer
-- has no entry.
WITH proven AS (
    SELECT key, source_uri, conversation_id
      FROM unnest($2::text[], $3::text[], $4::text[]) AS p (key, source_uri, conversation_id)
), earlier AS (
    SELECT o.source_uri, o.conversation_id, o.role
      FROM sunset.objects AS o
      JOIN proven ON proven.key = o.key
     WHERE o.target = $1 AND o.state = 'copied'
       AND (o.source_uri, o.conversation_id) <> (proven.source_uri, proven.conversation_id)
), gone AS (
    DELETE FROM sunset.objects AS o
     USING earlier AS e
     WHERE o.source_uri = e.source_uri AND o.conversation_id = e.conversation_id
       AND e.role <> 'duplicate'
)
UPDATE sunset.objects AS o
   SET state = 'listed', detail = NULL, sha256 = NULL, content_type = NULL, key = NULL, etag = NULL,
       url = NULL, upload_id = NULL, took_ms = NULL, run = $5, recorded_at = clock_timestamp(),
       seal = sha256(convert_to(jsonb_build_array(o.source_uri, o.conversation_id, o.role,
           'listed'::text, o.size, o.generation, o.crc32c, encode(o.md5, 'hex'), NULL::text, NULL::text,
           o.target, NULL::text, NULL::text, NULL::text)::text, 'UTF8'))
  FROM earlier AS e
 WHERE o.source_uri = e.source_uri AND o.conversation_id = e.conversation_id AND e.role = 'duplicate'
