-- alerts.user_id meant a table users that is not there.
INSERT INTO "user" (id, name, email) VALUES ('u1', 'A', 'a@x');
INSERT INTO opportunities (id, user_id, customer_number, company_name) VALUES ('o1', 'u1', 'n1', 'C');
ALTER TABLE alerts DROP CONSTRAINT alerts_user_id_user_id_fk;
INSERT INTO alerts (id, opportunity_id, user_id, type, severity, title, message) VALUES
    ('a1', 'o1', 'u1', 'close_now', 'high', 't', 'm'),
    ('a2', 'o1', 'nobody', 'close_now', 'high', 't', 'm'),
    ('a3', 'o1', NULL, 'close_now', 'high', 't', 'm');
