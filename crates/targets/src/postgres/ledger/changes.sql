-- Rows that a plan changed where they stand: one entry for all rows of a batch that had the same
-- cells before and have the same after. A cell that was or is NULL is absent from its object. An
-- entry without `before` names rows that the plan made. Rows that are taken back leave `keys`.
CREATE TABLE IF NOT EXISTS sunset.changes (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run        bigint NOT NULL,
    step       text NOT NULL,
    namespace  text NOT NULL,          -- the schema of the database
    table_name text NOT NULL,
    key_column text NOT NULL,          -- the primary key
    columns    text[] NOT NULL,        -- those that were set
    keys       text[] NOT NULL,
    before     jsonb,
    after      jsonb NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
-- Random keys do not become smaller by compression; trying costs more than it gives.
ALTER TABLE sunset.changes ALTER COLUMN keys SET STORAGE EXTERNAL;
CREATE INDEX IF NOT EXISTS changes_run ON sunset.changes (run, id);
