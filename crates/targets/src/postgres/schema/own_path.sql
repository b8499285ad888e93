-- $1 is the schema that is changed, quoted. Where a path does not name pg_catalog, that comes first
-- by itself; named, it would also be where a trigger makes its tables.
SELECT pg_catalog.set_config(
    'search_path',
    pg_catalog.concat_ws(
        ', ',
        CASE WHEN 'pg_catalog' OPERATOR(pg_catalog.=) ANY (pg_catalog.current_schemas(false)) THEN 'pg_catalog' END,
        nullif(pg_catalog.current_setting('search_path'), ''),
        $1
    ),
    true
)
