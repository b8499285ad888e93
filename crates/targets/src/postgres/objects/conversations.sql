SELECT c.id, c.case_number, (extract(epoch FROM c.created_at) * 1000000)::bigint AS created_at,
       c.audio_url, l.mapped, l.linked
  FROM sunset.provenance AS p
  JOIN public.conversations AS c ON c.id = p.row_id
  LEFT JOIN sunset.linked_cells AS l
         ON l.table_name = 'conversations' AND l.row_id = c.id AND l.column_name = 'audio_url'
 WHERE p.table_name = 'conversations'
 ORDER BY c.id
