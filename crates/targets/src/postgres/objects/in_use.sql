-- Those of the URLs ($1) that a row names. Before a rollback ($2) those of rows do not count that
-- will be removed, or get back what they named before: all but $4. $3: rows stay, URLs go.
SELECT DISTINCT c.audio_url
  FROM public.conversations AS c
  JOIN unnest($1::text[]) AS wanted (url) ON wanted.url = c.audio_url
 WHERE NOT $2 OR c.id = ANY ($4::text[])
    OR (NOT EXISTS (SELECT FROM sunset.linked_cells AS l
                     WHERE l.table_name = 'conversations' AND l.row_id = c.id
                       AND l.column_name = 'audio_url')
        AND ($3 OR NOT EXISTS (SELECT FROM sunset.provenance AS p
                                WHERE p.table_name = 'conversations' AND p.row_id = c.id
                                  AND p.action = 'inserted')))
