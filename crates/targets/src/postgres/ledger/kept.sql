-- Tables that a plan keeps as they were, as they were before it did anything.
CREATE TABLE IF NOT EXISTS sunset.kept_tables (
    plan       text NOT NULL,
    namespace  text NOT NULL,
    table_name text NOT NULL,
    columns    text[] NOT NULL,
    row_count  bigint NOT NULL,
    digest     text NOT NULL,
    snapshot   text NOT NULL,        -- tells rows that were there from rows written since
    run        bigint NOT NULL,
    taken_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (plan, namespace, table_name)
);
