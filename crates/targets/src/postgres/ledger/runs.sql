-- Which database this ledger belongs to, the runs, and who is running now.
CREATE SCHEMA IF NOT EXISTS sunset;

CREATE TABLE IF NOT EXISTS sunset.ledger (
    single       boolean PRIMARY KEY DEFAULT true CHECK (single),
    scripts      text NOT NULL,      -- digest of the scripts that made the tables
    target       text NOT NULL,      -- identity of the database they were made in
    installed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE IF NOT EXISTS sunset.runs (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    origin      bigint,              -- first attempt of the run that this one goes on with
    plan        text NOT NULL,
    program     text NOT NULL,
    version     text NOT NULL,
    source      text,                -- without secrets
    read_time   text,                -- RFC 3339
    target      text NOT NULL,
    options     jsonb NOT NULL DEFAULT '{}',
    state       text NOT NULL DEFAULT 'running'
                CHECK (state IN ('running', 'done', 'failed', 'interrupted', 'rolled_back')),
    host        text NOT NULL,
    pid         bigint NOT NULL,
    started_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    finished_at timestamptz,
    counts      jsonb NOT NULL DEFAULT '{}',
    phases      jsonb NOT NULL DEFAULT '{}',   -- milliseconds by phase
    error       text
);

-- The one run that may write. Every batch holds this row FOR SHARE until it commits; who takes
-- the lease over updates it, and so waits for batches under way and stops those behind them.
CREATE TABLE IF NOT EXISTS sunset.lease (
    single       boolean PRIMARY KEY DEFAULT true CHECK (single),
    run          bigint NOT NULL REFERENCES sunset.runs (id),
    token        text NOT NULL,
    backend      integer NOT NULL,   -- server process of the connection that holds the lock
    heartbeat_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    acquired_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    released_at  timestamptz
);

-- When V3 took over from V2. A record counts as long as its run is not taken back.
CREATE TABLE IF NOT EXISTS sunset.cut_overs (
    run       bigint PRIMARY KEY REFERENCES sunset.runs (id),
    plan      text NOT NULL,
    source    text NOT NULL,
    read_time text,
    by_whom   text,
    at        timestamptz NOT NULL DEFAULT clock_timestamp()
);
-- What was found and accepted: cells that users of V3 had filled, by table.
ALTER TABLE sunset.cut_overs ADD COLUMN IF NOT EXISTS accepted jsonb;

CREATE TABLE IF NOT EXISTS sunset.audit (
    id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    run    bigint,
    action text NOT NULL,
    detail jsonb NOT NULL DEFAULT '{}'
);
