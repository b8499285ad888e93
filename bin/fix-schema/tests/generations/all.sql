-- Every fault at once: leads beside opportunities, lead_id beside and instead of opportunity_id, missing
-- columns, an alert of nobody, seconds with fractions.
INSERT INTO "user" (id, name, email) VALUES ('u1', 'A', 'a@x');
INSERT INTO opportunities (id, user_id, customer_number, company_name) VALUES
    ('o1', 'u1', 'n1', 'C'), ('o2', 'u1', 'n2', 'D');
CREATE TABLE leads (id text PRIMARY KEY, user_id text, customer_number text UNIQUE, company_name text, notes text);
INSERT INTO leads VALUES ('l1', 'u1', 'm1', 'One', 'a note'), ('l2', NULL, NULL, NULL, NULL),
    ('l3', 'u1', 'n1', 'Taken', NULL);
ALTER TABLE conversations DROP CONSTRAINT conversations_opportunity_id_opportunities_id_fk,
    ALTER opportunity_id DROP NOT NULL, ADD COLUMN lead_id text REFERENCES leads (id),
    ALTER duration TYPE double precision;
INSERT INTO conversations (id, opportunity_id, lead_id, type, duration) VALUES
    ('c1', NULL, 'l1', 'demo', 12.5), ('c2', 'o1', NULL, 'demo', 'NaN'), ('c3', 'o2', 'l2', 'demo', 60);
ALTER TABLE meddic_analyses DROP CONSTRAINT meddic_analyses_opportunity_id_opportunities_id_fk;
ALTER TABLE meddic_analyses RENAME opportunity_id TO lead_id;
INSERT INTO meddic_analyses (id, conversation_id, lead_id) VALUES ('m1', 'c1', 'l1'), ('m2', 'c2', 'o1');
ALTER TABLE alerts DROP CONSTRAINT alerts_user_id_user_id_fk;
INSERT INTO alerts (id, opportunity_id, user_id, type, severity, title, message) VALUES
    ('a1', 'o1', 'u1', 'close_now', 'high', 't', 'm'), ('a2', 'o2', 'nobody', 'close_now', 'high', 't', 'm');
ALTER TABLE opportunities DROP COLUMN user_id, DROP COLUMN company_name, DROP COLUMN source;
