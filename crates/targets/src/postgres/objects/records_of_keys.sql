SELECT source_uri, nullif(o.conversation_id, '') AS conversation_id, role, state, detail, duplicate_of,
       size, generation, crc32c, md5, sha256, content_type, key, etag, url, upload_id, took_ms
  FROM sunset.objects AS o
 WHERE (target = $1 OR target IS NULL) AND state <> 'listed' AND key = ANY ($2)
 ORDER BY source_uri, o.conversation_id
