-- Columns are missing from opportunities, some that must not be NULL among them.
INSERT INTO "user" (id, name, email) VALUES ('u1', 'A', 'a@x');
INSERT INTO opportunities (id, user_id, customer_number, company_name, status) VALUES
    ('客戶壹貳參肆伍陸柒捌玖', 'u1', 'n1', 'C', 'won'), ('o2', 'u1', 'n2', 'D', 'lost'), ('o3', 'u1', 'n3', 'E', 'new');
ALTER TABLE opportunities DROP COLUMN user_id, DROP COLUMN customer_number, DROP COLUMN company_name,
    DROP COLUMN source, DROP COLUMN notes, DROP COLUMN updated_at;
