INSERT INTO "Tenant" ("id", "name")
SELECT ('10000000-0000-4000-8000-' || lpad(number::text, 12, '0'))::uuid, 'Tenant ' || number
  FROM generate_series(1, 3) AS number;
-- An order of the first day of a sort is one of midnight: it still counts.
INSERT INTO "Customer" ("id", "tenantId", "name", "lastOrderDate")
SELECT ('20000000-0000-4000-8000-' || lpad(number::text, 12, '0'))::uuid,
       ('10000000-0000-4000-8000-' || lpad(tenant::text, 12, '0'))::uuid,
       name,
       (now() AT TIME ZONE 'UTC')::date - days
       + CASE WHEN days IN (180, 365) THEN 0 ELSE seconds END * interval '1 second'
  FROM drawn ORDER BY number;
INSERT INTO "CallPlan" ("id", "tenantId", "userId", "name")
SELECT ('30000000-0000-4000-8000-' || lpad(number::text, 12, '0'))::uuid,
       ('10000000-0000-4000-8000-' || lpad((number % 3 + 1)::text, 12, '0'))::uuid,
       ('40000000-0000-4000-8000-' || lpad((number % 7 + 1)::text, 12, '0'))::uuid,
       'Week plan ' || number
  FROM generate_series(1, 24) AS number;
INSERT INTO "ActivityType" ("id", "tenantId", "name", "code")
SELECT gen_random_uuid(), t."id", kind, upper(kind)
  FROM "Tenant" AS t CROSS JOIN unnest(ARRAY['visit', 'call', 'email']) AS kind;
COMMIT;
