-- Half way: opportunities beside leads, lead_id beside opportunity_id.
CREATE TABLE "user" (id text PRIMARY KEY, name text NOT NULL, email text NOT NULL UNIQUE);
INSERT INTO "user" VALUES ('u1', 'A', 'a@x');
CREATE TABLE leads (id text PRIMARY KEY, user_id text, customer_number text UNIQUE, company_name text,
    opportunity_score double precision, created_at timestamptz DEFAULT '2025-01-01 08:00+08');
INSERT INTO leads VALUES ('l1', 'u1', '202501-000001', 'One', 1), ('l2', NULL, NULL, NULL, 2.5),
    ('l3', 'ghost', '202501-000003', 'Three', 3), ('l4', 'u1', 'TAKEN', 'Four', 4);
CREATE TABLE opportunities (id text PRIMARY KEY, customer_number text NOT NULL, company_name text, user_id text,
    created_at timestamp NOT NULL DEFAULT '2025-02-02');
INSERT INTO opportunities VALUES ('l1', '202501-000001', 'One, as V3 has it', 'u1'), ('o9', 'TAKEN', NULL, NULL);
CREATE TABLE conversations (id text PRIMARY KEY, lead_id text NOT NULL REFERENCES leads (id), opportunity_id text,
    type text NOT NULL, created_at timestamp NOT NULL DEFAULT '2025-02-02', updated_at timestamp NOT NULL DEFAULT '2025-02-02');
INSERT INTO conversations VALUES ('c1', 'l1', 'l1', 'demo'), ('c2', 'l2', NULL, 'demo'), ('c4', 'l4', NULL, 'demo');
