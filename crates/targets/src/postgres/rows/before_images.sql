INSERT INTO sunset.before_images (run, table_name, row_id, image, json_nulls, digest, shape, provenance)
SELECT $1, $2, {row}.{key}::text, to_jsonb({row}), {json_nulls}, {digest}, $4,
       (SELECT jsonb_build_object(
                   'collection', p.collection, 'document_id', p.document_id,
                   'mapped', encode(p.mapped, 'hex'), 'written', encode(p.written, 'hex'),
                   'shape', p.shape, 'action', p.action,
                   'created_run', p.created_run, 'run', p.run)
          FROM sunset.provenance AS p
         WHERE p.table_name = $2 AND p.row_id = {row}.{key}::text)
  FROM {table} AS {row}
 WHERE {row}.{key} = ANY($3)
ON CONFLICT (table_name, row_id, run) DO NOTHING
