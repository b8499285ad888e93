-- Every row of V3 and every entry of the ledger, without what differs from run to run: numbers of
-- runs, shapes and entries, and the times at which something was recorded.
SELECT 'user ' || id || ' ' || md5(t::text) FROM public."user" AS t
UNION ALL SELECT 'opportunities ' || id || ' ' || md5(t::text) FROM public.opportunities AS t
UNION ALL SELECT 'conversations ' || id || ' ' || md5(t::text) FROM public.conversations AS t
UNION ALL SELECT 'meddic_analyses ' || id || ' ' || md5(t::text) FROM public.meddic_analyses AS t
UNION ALL SELECT concat_ws(' ', 'item', collection, document_id, state, encode(source_digest, 'hex'),
                           encode(outcome_digest, 'hex')) FROM sunset.items
UNION ALL SELECT concat_ws(' ', 'provenance', p.table_name, row_id, collection, document_id, action,
                           encode(mapped, 'hex'), encode(written, 'hex'), s.columns::text)
  FROM sunset.provenance AS p LEFT JOIN sunset.shapes AS s ON s.id = p.shape
UNION ALL SELECT concat_ws(' ', 'warning', collection, document_id, ordinal, code, path, raw)
  FROM sunset.warnings
UNION ALL SELECT concat_ws(' ', 'quarantine', collection, document_id, reason, md5(detail), md5(raw),
                           place) FROM sunset.quarantine
UNION ALL SELECT concat_ws(' ', 'conflict', collection, document_id, table_name, row_id, reason,
                           encode(wanted, 'hex')) FROM sunset.conflicts
UNION ALL SELECT concat_ws(' ', 'number', kind, number, collection, document_id)
  FROM sunset.assigned_numbers
UNION ALL SELECT concat_ws(' ', 'image', table_name, row_id, md5(image::text), encode(digest, 'hex'))
  FROM sunset.before_images
UNION ALL SELECT concat_ws(' ', 'link', table_name, row_id, column_name, mapped, linked)
  FROM sunset.linked_cells
UNION ALL SELECT concat_ws(' ', 'baseline', table_name, row_count, digest) FROM sunset.baselines
UNION ALL SELECT 'open run ' || id FROM sunset.runs WHERE state = 'running'
UNION ALL SELECT 'lease of ' || l.run FROM sunset.lease AS l WHERE released_at IS NULL
ORDER BY 1
