-- Tables beside those of a backup ($3) that runs wrote to since it was taken by run $1, behind the
-- change $2: what the ledger says of their rows would be lost with the ledger's tables.
SELECT w.table_name
  FROM (SELECT p.table_name FROM sunset.provenance AS p WHERE p.run >= $1
        UNION SELECT i.table_name FROM sunset.before_images AS i WHERE i.run >= $1
        UNION SELECT l.table_name FROM sunset.linked_cells AS l WHERE l.run_id >= $1
        UNION SELECT c.table_name FROM sunset.changes AS c WHERE c.id > $2) AS w
 WHERE w.table_name <> ALL ($3::text[])
 ORDER BY 1
