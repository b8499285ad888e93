-- Some of V3 as other tools make it, with rows.
CREATE TYPE mood AS ENUM ('new', 'old');
CREATE TABLE "user" (
    id varchar(36) PRIMARY KEY,
    name varchar(10) NOT NULL,
    email text NOT NULL UNIQUE,
    email_verified boolean DEFAULT true,
    created_at timestamptz DEFAULT now(),
    tenant text
);
INSERT INTO "user" VALUES ('u1', 'A', 'a@x', true, '2025-01-01 08:00+08', 't1'),
                          ('u2', 'B', 'b@x', false, '2025-06-01 00:00Z', 't1');
CREATE TABLE session (
    id text PRIMARY KEY,
    expires_at timestamp NOT NULL,
    token text NOT NULL,
    created_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,
    updated_at timestamp NOT NULL DEFAULT now(),
    ip_address text NOT NULL DEFAULT '',
    user_agent text,
    user_id varchar(36) NOT NULL REFERENCES "user" (id)
);
CREATE INDEX session_by_user ON session (user_id);
CREATE UNIQUE INDEX session_token ON session (token);
INSERT INTO session VALUES ('s1', now(), 't1', now(), now(), 'ip', 'ua', 'u1');
CREATE TABLE opportunities (
    id text,
    user_id text NOT NULL,
    customer_number text NOT NULL,
    company_name text NOT NULL,
    status mood NOT NULL DEFAULT 'new',
    opportunity_score bigint,
    meddic_score json,
    raw_form_data jsonb,
    CONSTRAINT score CHECK (opportunity_score < 101)
);
INSERT INTO opportunities VALUES ('o1', 'u1', '1', 'C', 'old', 7, '{"a": 2, "b": 1}', NULL);
CREATE TABLE lead_sources (id text PRIMARY KEY, name text NOT NULL, type integer NOT NULL, user_id text);
CREATE TABLE tenant_notes (id integer PRIMARY KEY, name text, kind text DEFAULT 'x');
INSERT INTO tenant_notes VALUES (1, 'a'), (2, 'b');
