-- How fast writing went: a row a batch, committed with it. `began_at` is when its transaction
-- began, `booked_at` just before it committed. It is kept when what was written is taken back: it
-- tells of the run, not of the rows.
CREATE TABLE IF NOT EXISTS sunset.batches (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run       bigint NOT NULL,
    step      text NOT NULL,         -- the collections, or the step of a plan in place
    items     bigint NOT NULL,       -- documents, or rows
    written   bigint NOT NULL,       -- rows inserted, changed or removed
    began_at  timestamptz NOT NULL DEFAULT transaction_timestamp(),
    booked_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX IF NOT EXISTS batches_run ON sunset.batches (run, booked_at);
