-- Every step that changed the schema, with what undoes it. A step outside of transactions is
-- recorded as 'begun' before its statements and becomes 'done' behind them.
CREATE TABLE IF NOT EXISTS sunset.schema_steps (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run       bigint NOT NULL,
    namespace text NOT NULL,         -- the schema of the database that it changed
    title     text NOT NULL,
    stage     text NOT NULL,
    effect    jsonb NOT NULL,        -- what it made
    sql       text[] NOT NULL,
    inverse   text[] NOT NULL,       -- in the order in which they run; empty: cannot be undone
    state     text NOT NULL CHECK (state IN ('begun', 'done', 'undone')),
    at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    undone_at timestamptz
);

-- What a step changed in rows, as it was before. A row with neither column nor value is one that
-- the step made.
CREATE TABLE IF NOT EXISTS sunset.schema_kept (
    step        bigint NOT NULL,
    relation    text NOT NULL,
    row_id      text NOT NULL,
    column_name text,
    value       text
);
CREATE INDEX IF NOT EXISTS schema_kept_step ON sunset.schema_kept (step, row_id);
