-- Rollouts that follow a schedule, and what happened in them. A run is gone on with from its
-- record; who takes it over changes the token, so that a process that was thought dead writes no
-- more.
CREATE TABLE IF NOT EXISTS sunset.rollout_runs (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    subject     text NOT NULL,       -- 'flag voice_agent_v2', 'nginx …', 'worker …'
    schedule    jsonb NOT NULL,      -- steps and rules
    record      jsonb NOT NULL,      -- step, time kept, failures, last evaluation
    state       text NOT NULL DEFAULT 'running',
    token       text NOT NULL,
    host        text NOT NULL,
    pid         bigint NOT NULL,
    started_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    saved_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    finished_at timestamptz
);
CREATE INDEX IF NOT EXISTS rollout_runs_subject ON sunset.rollout_runs (subject, id);

CREATE TABLE IF NOT EXISTS sunset.rollout_events (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at              timestamptz NOT NULL DEFAULT clock_timestamp(),
    subject         text NOT NULL,
    run             bigint,
    changed_by      text NOT NULL,
    kind            text NOT NULL,
    from_percentage numeric NOT NULL,
    to_percentage   numeric NOT NULL,
    why             text NOT NULL
);
CREATE INDEX IF NOT EXISTS rollout_events_subject ON sunset.rollout_events (subject, id);
