-- The bytes of what was copied say its format; of all else its name does, where that claims one of
-- those ($1, extensions; $2, their media types) at all.
SELECT coalesce(o.content_type, f.media_type, '-') AS format, o.role, o.state, count(*) AS objects,
       coalesce(sum(o.size), 0)::bigint AS bytes
  FROM sunset.objects AS o
  LEFT JOIN unnest($1::text[], $2::text[]) AS f (extension, media_type)
         ON o.content_type IS NULL
        AND f.extension = lower(substring(o.source_uri FROM '[.]([^./]+)$'))
 GROUP BY 1, 2, 3 ORDER BY 5 DESC, 1, 2, 3
