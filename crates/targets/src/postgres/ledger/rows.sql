-- What became of every document, and where every row comes from.
CREATE TABLE IF NOT EXISTS sunset.items (
    collection     text NOT NULL,
    document_id    text NOT NULL,
    source_digest  bytea NOT NULL,
    outcome_digest bytea NOT NULL,
    state          text NOT NULL,
    run            bigint NOT NULL,
    PRIMARY KEY (collection, document_id)
);
-- Digest of what the outcome rests on: the rules, the document, and what was decided about it.
ALTER TABLE sunset.items ADD COLUMN IF NOT EXISTS basis bytea;
-- `gone`: V2 has the document no longer, and what it gave was removed.
ALTER TABLE sunset.items DROP CONSTRAINT IF EXISTS items_state_check;
ALTER TABLE sunset.items ADD CONSTRAINT items_state_check
    CHECK (state IN ('migrated', 'quarantined', 'conflict', 'gone'));

-- Documents that a rollback took back, and that no run has booked again since.
CREATE TABLE IF NOT EXISTS sunset.taken_back (
    collection  text NOT NULL,
    document_id text NOT NULL,
    run         bigint NOT NULL,     -- the rollback's
    PRIMARY KEY (collection, document_id)
);

-- Lists of columns that digests are taken over; the first is the primary key.
CREATE TABLE IF NOT EXISTS sunset.shapes (
    id           integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    table_name   text NOT NULL,
    columns      text[] NOT NULL,
    json_columns text[] NOT NULL,
    UNIQUE (table_name, columns, json_columns)
);

-- Tables as they were before anything was written to them: number of rows, and the sum of the
-- 64-bit hashes of their texts, which the order of rows does not change.
CREATE TABLE IF NOT EXISTS sunset.baselines (
    table_name text PRIMARY KEY,
    row_count  bigint NOT NULL,
    digest     numeric NOT NULL,
    columns    text[] NOT NULL,
    run        bigint NOT NULL,
    taken_at   timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- The same as they were before one run wrote to them. Without a digest: the table was large, and the
-- run was to read no large table.
CREATE TABLE IF NOT EXISTS sunset.run_baselines (
    run        bigint NOT NULL,
    table_name text NOT NULL,
    row_count  bigint,
    digest     numeric,
    columns    text[] NOT NULL,
    PRIMARY KEY (run, table_name)
);
ALTER TABLE sunset.run_baselines ALTER COLUMN row_count DROP NOT NULL,
                                 ALTER COLUMN digest DROP NOT NULL;

-- `mapped` is the digest of the row as the mapping made it, `written` of the row as this tool
-- left it in the table: they differ where a cell was linked. A row whose digest is not `written`
-- was changed by somebody else.
CREATE TABLE IF NOT EXISTS sunset.provenance (
    table_name  text NOT NULL,
    row_id      text NOT NULL,
    collection  text NOT NULL,
    document_id text NOT NULL,
    mapped      bytea NOT NULL,
    written     bytea NOT NULL,
    shape       integer NOT NULL,    -- what the digests are taken over
    action      text NOT NULL CHECK (action IN ('inserted', 'adopted', 'overwritten')),
    created_run bigint NOT NULL,     -- the run that inserted, adopted or first overwrote it
    run         bigint NOT NULL,     -- the run that wrote it last
    PRIMARY KEY (table_name, row_id)
);
CREATE INDEX IF NOT EXISTS provenance_item ON sunset.provenance (collection, document_id);

-- A row as it was before a run changed or removed it, with its provenance of that time (none for
-- a row that was somebody else's).
CREATE TABLE IF NOT EXISTS sunset.before_images (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run         bigint NOT NULL,
    table_name  text NOT NULL,
    row_id      text NOT NULL,
    image       jsonb NOT NULL,      -- the whole row, all columns of the table
    json_nulls  text[] NOT NULL,     -- its jsonb columns that hold JSON's null, not NULL
    digest      bytea NOT NULL,      -- over `shape`
    shape       integer NOT NULL,
    provenance  jsonb,
    taken_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (table_name, row_id, run)
);
-- Its linked cells of that time.
ALTER TABLE sunset.before_images ADD COLUMN IF NOT EXISTS links jsonb;

CREATE TABLE IF NOT EXISTS sunset.assigned_numbers (
    kind        text NOT NULL,
    number      text NOT NULL,
    collection  text NOT NULL,
    document_id text NOT NULL,
    run         bigint NOT NULL,
    PRIMARY KEY (kind, number),
    UNIQUE (kind, collection, document_id)
);

CREATE TABLE IF NOT EXISTS sunset.warnings (
    collection  text NOT NULL,
    document_id text NOT NULL,
    ordinal     integer NOT NULL,
    code        text NOT NULL,
    path        text NOT NULL,
    raw         text NOT NULL,
    run         bigint NOT NULL,
    PRIMARY KEY (collection, document_id, ordinal)
);

CREATE TABLE IF NOT EXISTS sunset.quarantine (
    collection     text NOT NULL,
    document_id    text NOT NULL,
    reason         text NOT NULL,
    detail         text NOT NULL,
    raw            bytea NOT NULL,
    place          text,
    run            bigint NOT NULL,
    quarantined_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (collection, document_id)
);

-- The run that found that V2 has the document no longer: what it was stays, and counts no more.
ALTER TABLE sunset.quarantine ADD COLUMN IF NOT EXISTS gone_run bigint;

-- Rows that the mapping wants otherwise than somebody else left them.
CREATE TABLE IF NOT EXISTS sunset.conflicts (
    collection  text NOT NULL,
    document_id text NOT NULL,
    table_name  text NOT NULL,
    row_id      text NOT NULL,
    reason      text NOT NULL,
    detail      text NOT NULL,
    wanted      bytea NOT NULL,      -- digest of the mapping's row
    run         bigint NOT NULL,
    found_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (collection, document_id, table_name, row_id)
);

-- Cells that a later step replaced for good: the mapping says `mapped`, the table holds `linked`.
CREATE TABLE IF NOT EXISTS sunset.linked_cells (
    table_name  text NOT NULL,
    row_id      text NOT NULL,
    column_name text NOT NULL,
    mapped      text,
    linked      text NOT NULL,
    run_id      bigint NOT NULL,
    linked_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (table_name, row_id, column_name)
);
-- Links of earlier runs that the cell held before, the last first: {mapped, linked, run_id}.
ALTER TABLE sunset.linked_cells ADD COLUMN IF NOT EXISTS earlier jsonb;
