-- One statement, so one view of the table: what is copied is what is counted.
WITH copied AS (
    INSERT INTO {copy} SELECT t.* FROM {table} AS t WHERE {rows} RETURNING 1
)
SELECT (SELECT count(*) FROM copied) AS copied, d.rows, d.digest FROM (
    SELECT count(*) AS rows, {digest} AS digest FROM {table} AS t WHERE {rows}
) AS d
