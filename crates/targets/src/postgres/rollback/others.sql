SELECT count(*), coalesce(sum(hashtextextended({row}::text, 0)::numeric), 0)::text
  FROM {table} AS {row}
 WHERE NOT EXISTS (SELECT FROM sunset.provenance AS p
                    WHERE p.table_name = $5 AND p.row_id = {row}.{key}::text AND {rows})
   AND NOT EXISTS (SELECT FROM sunset.linked_cells AS l
                    WHERE l.table_name = $5 AND l.row_id = {row}.{key}::text AND {links})
   AND NOT EXISTS (SELECT FROM sunset.before_images AS i
                    WHERE i.table_name = $5 AND i.row_id = {row}.{key}::text AND {images})
   AND ($6::text[] IS NULL OR {row}.{key}::text = ANY ($6))
