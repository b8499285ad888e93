-- Customers of a CRM before plan leora-phase2: `n` of them, their ids in no order.
CREATE TYPE "AccountType" AS ENUM ('ACTIVE', 'TARGET', 'PROSPECT');
CREATE TABLE "Tenant" (id uuid PRIMARY KEY, name text);
CREATE TABLE "CallPlan" (id uuid PRIMARY KEY, "tenantId" uuid, "userId" uuid, name text);
CREATE TABLE "ActivityType" (id uuid PRIMARY KEY, "tenantId" uuid, name text, code text);
CREATE TABLE "Customer" (id uuid, "tenantId" uuid NOT NULL, name text NOT NULL, email text,
    address text, "lastOrderDate" timestamp(3), "accountType" "AccountType", "createdAt" timestamp(3));
INSERT INTO "Customer"
SELECT md5(n::text)::uuid, md5((n % 40)::text)::uuid, 'Customer ' || n, 'mail' || n || '@example.org',
       'Street ' || n || ', 12345 Town', timestamp '2026-03-01' - (n % 900) * interval '1 day', NULL, now()
  FROM generate_series(1, :n) AS n;
ALTER TABLE "Customer" ADD PRIMARY KEY (id);
CREATE INDEX "Customer_tenantId_idx" ON "Customer" ("tenantId");
VACUUM ANALYZE "Customer";
