-- Runs before the one that took the backup ($1) that were rolled back since, and of which the rows
-- tell again; a cut-over whose rows are back holds again, too.
UPDATE sunset.runs AS r
   SET state = CASE WHEN r.error IS NOT NULL THEN 'failed'
                    WHEN r.finished_at IS NULL THEN 'interrupted' ELSE 'done' END
 WHERE r.id < $1 AND r.state = 'rolled_back'
   AND (r.id IN (SELECT run FROM sunset.provenance UNION SELECT created_run FROM sunset.provenance
                 UNION SELECT run FROM sunset.items UNION SELECT run_id FROM sunset.linked_cells)
        OR EXISTS (SELECT FROM sunset.cut_overs AS c WHERE c.run = r.id)
           AND EXISTS (SELECT FROM sunset.provenance)
           AND NOT EXISTS (SELECT FROM sunset.runs AS b
                            WHERE b.program = 'rollback' AND b.id > r.id AND b.id < $1))
