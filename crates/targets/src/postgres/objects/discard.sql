-- Entries ($2, $3) that account for nothing stored, or for what another one accounts for by now.
DELETE FROM sunset.objects AS x
 USING unnest($2::text[], $3::text[]) AS gone (source_uri, conversation_id)
 WHERE x.source_uri = gone.source_uri AND x.conversation_id = gone.conversation_id
   AND (x.target = $1 OR x.target IS NULL)
   AND ((x.key IS NULL AND x.state IN ('listed', 'failed'))
        OR EXISTS (SELECT FROM sunset.objects AS o
                    WHERE o.key = x.key AND o.target = x.target AND o.state = 'copied'
                      AND o.recorded_at > x.recorded_at))
