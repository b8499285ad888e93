-- A CRM's database as Prisma made it, before plan leora-phase2. Generated; no real person's data.
-- 5,394 customers: by their last order 3,512 active, 1,089 targets, 793 prospects on the day on
-- which this file is loaded.
BEGIN;
CREATE TYPE "AccountType" AS ENUM ('ACTIVE', 'TARGET', 'PROSPECT');
CREATE TABLE "Tenant" (
    "id" uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    "name" text NOT NULL,
    "createdAt" timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE TABLE "Customer" (
    "id" uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    "tenantId" uuid NOT NULL REFERENCES "Tenant" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
    "name" text NOT NULL,
    "lastOrderDate" timestamp(3),
    "accountType" "AccountType",
    "createdAt" timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE INDEX "Customer_tenantId_idx" ON "Customer" ("tenantId");
CREATE TABLE "CallPlan" (
    "id" uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    "tenantId" uuid NOT NULL REFERENCES "Tenant" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
    "userId" uuid NOT NULL,
    "name" text NOT NULL
);
CREATE TABLE "ActivityType" (
    "id" uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    "tenantId" uuid NOT NULL REFERENCES "Tenant" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
    "name" text NOT NULL,
    "code" text NOT NULL,
    UNIQUE ("tenantId", "code")
);
CREATE TEMPORARY TABLE drawn (number integer, tenant integer, name text, days integer, seconds integer) ON COMMIT DROP;
INSERT INTO drawn VALUES
