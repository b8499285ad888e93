WITH known AS (
    SELECT id FROM sunset.shapes WHERE table_name = $1 AND columns = $2 AND json_columns = $3
), made AS (
    INSERT INTO sunset.shapes (table_name, columns, json_columns)
    SELECT $1, $2, $3 WHERE NOT EXISTS (SELECT FROM known)
    ON CONFLICT (table_name, columns, json_columns) DO UPDATE SET table_name = excluded.table_name
    RETURNING id
)
SELECT id FROM known UNION ALL SELECT id FROM made
