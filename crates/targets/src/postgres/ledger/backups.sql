-- Copies of tables: which, where, and that they were compared with their tables.
CREATE TABLE IF NOT EXISTS sunset.backups (
    id          text PRIMARY KEY,      -- backup_YYYYMMDD_HHMMSS, UTC
    run         bigint NOT NULL,
    plan        text NOT NULL,
    namespace   text NOT NULL,         -- the schema that the tables stand in
    schema_name text NOT NULL,         -- the schema that holds the copies
    last_change bigint NOT NULL,       -- the last of sunset.changes before it
    tables      jsonb NOT NULL,        -- table, noun, rows, bytes and digest, in order
    taken_at    timestamptz NOT NULL DEFAULT clock_timestamp()
);
-- What it consists of: the copies of a plan's step, whole tables, or a branch of a Neon project,
-- which has no schema of its own.
ALTER TABLE sunset.backups ADD COLUMN IF NOT EXISTS sort text NOT NULL DEFAULT 'step';
ALTER TABLE sunset.backups ADD COLUMN IF NOT EXISTS branch jsonb;
