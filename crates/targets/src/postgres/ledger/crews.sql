-- Runs that several workers share, and the units of their work.
CREATE TABLE IF NOT EXISTS sunset.crews (
    run          bigint PRIMARY KEY REFERENCES sunset.runs (id),
    name         text NOT NULL,      -- as the operator names it; empty where that was not done
    terms        jsonb NOT NULL,     -- what all workers must agree on
    read_time    text,               -- the snapshot that all read
    fingerprint  text,               -- of what was surveyed; set when the work is published
    formed_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    published_at timestamptz
);

-- Whoever gives a worker's units to others locks its row FOR UPDATE and marks it; every batch of
-- the worker holds the row FOR KEY SHARE until it commits, and finds the mark from then on.
CREATE TABLE IF NOT EXISTS sunset.workers (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run          bigint NOT NULL REFERENCES sunset.crews (run),
    host         text NOT NULL,
    pid          bigint NOT NULL,
    backend      integer NOT NULL,   -- server process of the connection that holds the lock
    joined_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    heartbeat_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    left_at      timestamptz,        -- it went by itself
    fenced_at    timestamptz,        -- it was silent, and its units went to others
    error        text
);
CREATE INDEX IF NOT EXISTS workers_run ON sunset.workers (run);

-- A unit without a worker waits. Stages follow one another.
CREATE TABLE IF NOT EXISTS sunset.work (
    run        bigint NOT NULL REFERENCES sunset.crews (run),
    stage      integer NOT NULL,
    number     integer NOT NULL,
    task       jsonb NOT NULL,
    worker     bigint,
    claimed_at timestamptz,
    taken_over integer NOT NULL DEFAULT 0,
    done_at    timestamptz,
    outcome    jsonb,
    PRIMARY KEY (run, stage, number)
);
CREATE INDEX IF NOT EXISTS work_left ON sunset.work (run, stage, number) WHERE done_at IS NULL;
CREATE INDEX IF NOT EXISTS work_waiting ON sunset.work (run, stage, taken_over DESC, number)
    WHERE done_at IS NULL AND worker IS NULL;
CREATE INDEX IF NOT EXISTS work_held ON sunset.work (worker) WHERE done_at IS NULL;

-- What workers noted of the documents of a unit of the survey, where the survey is shared. In a
-- table of its own, and not compressed: written once and read once by every worker.
CREATE TABLE IF NOT EXISTS sunset.survey_notes (
    run    bigint NOT NULL REFERENCES sunset.crews (run),
    number integer NOT NULL,
    notes  bytea NOT NULL,
    PRIMARY KEY (run, number)
);
ALTER TABLE sunset.survey_notes ALTER COLUMN notes SET STORAGE EXTERNAL;
