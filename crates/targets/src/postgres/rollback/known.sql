-- Whether anything of a collection ($1) or of an id ($2) is in the ledger, or was taken back before.
SELECT $1 IS NULL
       OR EXISTS (SELECT FROM sunset.provenance WHERE collection = $1 OR starts_with(collection, $1 || '#'))
       OR EXISTS (SELECT FROM sunset.items WHERE collection = $1)
       OR EXISTS (SELECT FROM sunset.quarantine WHERE collection = $1)
       OR EXISTS (SELECT FROM sunset.conflicts WHERE collection = $1)
       OR EXISTS (SELECT FROM sunset.before_images WHERE provenance ->> 'collection' = $1)
       OR EXISTS (SELECT FROM sunset.runs WHERE program = 'rollback' AND options ->> 'collection' = $1)
       AS collection,
       $2 IS NULL
       OR EXISTS (SELECT FROM sunset.provenance WHERE document_id = $2 OR row_id = $2)
       OR EXISTS (SELECT FROM sunset.items WHERE document_id = $2)
       OR EXISTS (SELECT FROM sunset.quarantine WHERE document_id = $2)
       OR EXISTS (SELECT FROM sunset.conflicts WHERE document_id = $2 OR row_id = $2)
       OR EXISTS (SELECT FROM sunset.before_images WHERE row_id = $2 OR provenance ->> 'document_id' = $2)
       OR EXISTS (SELECT FROM sunset.linked_cells WHERE row_id = $2)
       OR EXISTS (SELECT FROM sunset.assigned_numbers WHERE document_id = $2)
       OR EXISTS (SELECT FROM sunset.runs WHERE program = 'rollback' AND options ->> 'id' = $2)
       AS id
