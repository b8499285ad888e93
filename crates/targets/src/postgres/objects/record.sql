WITH recorded AS (
    SELECT source_uri, coalesce(conversation_id, '') AS conversation_id, role, state, detail,
           duplicate_of, size, generation, crc32c, decode(md5, 'hex') AS md5,
           decode(sha256, 'hex') AS sha256, content_type, $2::text AS target, key, etag, url,
           upload_id, took_ms
      FROM jsonb_to_recordset($1::text::jsonb) AS r (
           source_uri text, conversation_id text, role text, state text, detail text,
           duplicate_of text, size bigint, generation bigint, crc32c bigint, md5 text, sha256 text,
           content_type text, key text, etag text, url text, upload_id text, took_ms bigint)
)
INSERT INTO sunset.objects (source_uri, conversation_id, role, state, detail, duplicate_of, size,
                            generation, crc32c, md5, sha256, content_type, target, key, etag, url,
                            upload_id, took_ms, seal, run)
SELECT source_uri, conversation_id, role, state, detail, duplicate_of, size, generation, crc32c, md5,
       sha256, content_type, target, key, etag, url, upload_id, took_ms,
       sha256(convert_to(jsonb_build_array(source_uri, conversation_id, role, state, size,
           generation, crc32c, encode(md5, 'hex'), encode(sha256, 'hex'), content_type, target, key,
           etag, url)::text, 'UTF8')),
       $3
  FROM recorded
ON CONFLICT (source_uri, conversation_id)
DO UPDATE SET role = excluded.role, state = excluded.state, detail = excluded.detail,
              duplicate_of = excluded.duplicate_of, size = excluded.size,
              generation = excluded.generation, crc32c = excluded.crc32c, md5 = excluded.md5,
              sha256 = excluded.sha256, content_type = excluded.content_type,
              target = excluded.target, key = excluded.key, etag = excluded.etag,
              url = excluded.url, upload_id = excluded.upload_id, took_ms = excluded.took_ms,
              seal = excluded.seal, run = excluded.run, recorded_at = clock_timestamp()
