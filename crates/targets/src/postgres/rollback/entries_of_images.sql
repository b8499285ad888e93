-- The ledger's entries as they were when the images were taken.
INSERT INTO sunset.provenance
       (table_name, row_id, collection, document_id, mapped, written, shape, action, created_run, run)
SELECT b.table_name, b.row_id, b.provenance ->> 'collection', b.provenance ->> 'document_id',
       decode(b.provenance ->> 'mapped', 'hex'), decode(b.provenance ->> 'written', 'hex'),
       (b.provenance ->> 'shape')::int4, b.provenance ->> 'action',
       (b.provenance ->> 'created_run')::int8, (b.provenance ->> 'run')::int8
  FROM sunset.before_images AS b WHERE b.id = ANY ($1) AND b.provenance IS NOT NULL
ON CONFLICT (table_name, row_id) DO UPDATE
SET collection = excluded.collection, document_id = excluded.document_id,
    mapped = excluded.mapped, written = excluded.written, shape = excluded.shape,
    action = excluded.action, created_run = excluded.created_run, run = excluded.run
