-- The first generation: leads, and everything refers to them.
CREATE TABLE "user" (id text PRIMARY KEY, name text NOT NULL, email text NOT NULL UNIQUE,
    email_verified boolean NOT NULL DEFAULT false, image text,
    created_at timestamp NOT NULL DEFAULT now(), updated_at timestamp NOT NULL DEFAULT now());
INSERT INTO "user" (id, name, email) VALUES ('u1', 'A', 'a@x');
CREATE TABLE leads (id text PRIMARY KEY, user_id text NOT NULL REFERENCES "user" (id) ON DELETE CASCADE,
    customer_number text NOT NULL UNIQUE, company_name text NOT NULL, first_seen text NOT NULL,
    status text DEFAULT 'new', created_at timestamptz DEFAULT '2025-01-01T00:00:00Z');
INSERT INTO leads (id, user_id, customer_number, company_name, first_seen)
    SELECT 'l' || i, 'u1', '202501-00000' || i, 'Company ' || i, 'x' FROM generate_series(1, 5) AS i;
CREATE TABLE conversations (id text PRIMARY KEY, lead_id text NOT NULL REFERENCES leads (id),
    case_number varchar(40), type text NOT NULL, status text DEFAULT 'pending',
    created_at timestamp DEFAULT '2025-01-01');
CREATE TABLE meddic_analyses (id text PRIMARY KEY, conversation_id text NOT NULL REFERENCES conversations (id),
    lead_id text NOT NULL, overall_score integer);
CREATE TABLE alerts (id text PRIMARY KEY, lead_id text, user_id text, type text NOT NULL,
    severity text NOT NULL, status text DEFAULT 'pending', title text NOT NULL, message text NOT NULL);
INSERT INTO conversations (id, lead_id, type) SELECT 'c' || i, 'l' || (i % 5 + 1), 'demo' FROM generate_series(1, 8) AS i;
INSERT INTO meddic_analyses SELECT 'm' || i, 'c' || i, 'l' || (i % 5 + 1), i FROM generate_series(1, 8) AS i;
INSERT INTO alerts SELECT 'a' || i, 'l' || i, 'u1', 'close_now', 'high', 'pending', 't', 'm' FROM generate_series(1, 3) AS i;
