-- The user to whom most of the rows of a table belong that the ledger accounts for.
SELECT t.{column}::text AS id, min(u.email::text) AS email
  FROM sunset.provenance AS p
  JOIN {table} AS t ON t.id = p.row_id
  LEFT JOIN public."user" AS u ON u.id::text = t.{column}::text
 WHERE p.table_name = $1 AND t.{column} IS NOT NULL
 GROUP BY t.{column}
 ORDER BY count(*) DESC, t.{column}
 LIMIT 1
