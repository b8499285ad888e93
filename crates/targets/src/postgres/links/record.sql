-- Where the cell followed an earlier run's link, that is kept: rolling this run back gives it back.
INSERT INTO sunset.linked_cells (table_name, row_id, column_name, mapped, linked, run_id, earlier)
SELECT $1, linking.row_id, $2, linking.mapped, linking.linked, $3,
       CASE WHEN l.run_id = $3 THEN l.earlier
            WHEN l.linked = linking.held THEN
                 jsonb_build_array(jsonb_build_object('mapped', l.mapped, 'linked', l.linked,
                                                      'run_id', l.run_id))
                 || coalesce(l.earlier, '[]')
       END
  FROM unnest($4::text[], $5::text[], $6::text[], $7::text[]) AS linking (row_id, mapped, linked, held)
  LEFT JOIN sunset.linked_cells AS l
         ON l.table_name = $1 AND l.row_id = linking.row_id AND l.column_name = $2
ON CONFLICT (table_name, row_id, column_name)
DO UPDATE SET mapped = excluded.mapped, linked = excluded.linked, run_id = excluded.run_id,
              earlier = excluded.earlier, linked_at = clock_timestamp()
