-- Seconds with fractions.
INSERT INTO "user" (id, name, email) VALUES ('u1', 'A', 'a@x');
INSERT INTO opportunities (id, user_id, customer_number, company_name) VALUES ('o1', 'u1', 'n1', 'C');
ALTER TABLE conversations ALTER duration TYPE double precision;
INSERT INTO conversations (id, opportunity_id, type, duration) VALUES
    ('c01', 'o1', 'demo', 12.5), ('c02', 'o1', 'demo', 12.4), ('c03', 'o1', 'demo', 0.49999999999999994),
    ('c04', 'o1', 'demo', -0.5), ('c05', 'o1', 'demo', -0.51), ('c06', 'o1', 'demo', -7),
    ('c07', 'o1', 'demo', 'NaN'), ('c08', 'o1', 'demo', 'Infinity'), ('c09', 'o1', 'demo', '-Infinity'),
    ('c10', 'o1', 'demo', 2147483647.4), ('c11', 'o1', 'demo', 2147483647.5), ('c12', 'o1', 'demo', NULL),
    ('c13', 'o1', 'demo', 60), ('c14', 'o1', 'demo', 4503599627370497.5), ('c15', 'o1', 'demo', 1073741823.5);
