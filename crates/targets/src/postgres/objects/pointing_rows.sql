-- Rows that have one of the hosts ($1) in them. Before a rollback ($2) those do not count that will
-- be removed, nor cells that get back what they held before: all but $4. $3 is the table as the
-- ledger names it; $5: rows stay, URLs go.
SELECT coalesce({key}, t.ctid::text) AS "row", j.cells
  FROM {table} AS t
 CROSS JOIN LATERAL (
       SELECT (to_jsonb(t) - ARRAY(SELECT l.column_name FROM sunset.linked_cells AS l
                                    WHERE $2 AND l.table_name = $3 AND l.row_id = {key}
                                      AND l.row_id <> ALL ($4::text[])))::text AS cells
       OFFSET 0) AS j
 WHERE (NOT $2 OR $5 OR {key} = ANY ($4::text[])
        OR NOT EXISTS (SELECT FROM sunset.provenance AS p
                        WHERE p.table_name = $3 AND p.row_id = {key} AND p.action = 'inserted'))
   AND EXISTS (SELECT FROM unnest($1::text[]) AS h (host) WHERE strpos(lower(j.cells), h.host) > 0)
