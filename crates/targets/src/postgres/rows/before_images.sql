INSERT INTO sunset.before_images (run, table_name, row_id, image, json_nulls, digest, shape, provenance, links)
SELECT $1, $2, {row}.{key}::text, to_jsonb({row}), {json_nulls}, {digest}, $4,
       (SELECT jsonb_build_object(
                   'collection', p.collection, 'document_id', p.document_id,
                   'mapped', encode(p.mapped, 'hex'), 'written', encode(p.written, 'hex'),
                   'shape', p.shape, 'action', p.action,
                   'created_run', p.created_run, 'run', p.run)
          FROM sunset.provenance AS p
         WHERE p.table_name = $2 AND p.row_id = {row}.{key}::text),
       (SELECT jsonb_agg(jsonb_build_object(
                   'column_name', l.column_name, 'mapped', l.mapped,
                   'linked', l.linked, 'run_id', l.run_id, 'earlier', l.earlier))
          FROM sunset.linked_cells AS l
         WHERE l.table_name = $2 AND l.row_id = {row}.{key}::text)
  FROM {table} AS {row}
 WHERE {row}.{key} = ANY($3)
ON CONFLICT (table_name, row_id, run) DO NOTHING
