//! Plans `leora-phase2` and `voice-agent` from end to end, on real servers: the programs are run as people run them.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test that fails says so"
)]

mod classification;
mod killed;
mod main_server;
mod plan_file;
mod rules;
mod schema;
mod scratch;
mod undo;
mod verified;
mod voice;
mod words;

/// The tables that the application has before the plan.
const HEAD: &str = r#"
CREATE TYPE "AccountType" AS ENUM ('ACTIVE', 'TARGET', 'PROSPECT');
CREATE TABLE "Tenant" ("id" uuid PRIMARY KEY DEFAULT gen_random_uuid(), "name" text);
CREATE TABLE "Customer" ("id" uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    "tenantId" uuid REFERENCES "Tenant" ("id"), "name" text NOT NULL, "lastOrderDate" timestamp(3),
    "accountType" "AccountType");
CREATE TABLE "CallPlan" ("id" uuid PRIMARY KEY DEFAULT gen_random_uuid(), "tenantId" uuid, "userId" uuid, "name" text);
CREATE TABLE "ActivityType" ("id" uuid PRIMARY KEY DEFAULT gen_random_uuid(), "tenantId" uuid, "name" text, "code" text);
INSERT INTO "Tenant" VALUES ('10000000-0000-4000-8000-000000000001', 'one');
"#;

/// Some customers of every sort, as of 2026-03-01.
const SOME: &str = r#"
INSERT INTO "Customer" ("name", "lastOrderDate")
SELECT 'customer ' || n, CASE WHEN n % 9 = 0 THEN NULL ELSE date '2026-03-01' - (n * 7 % 800) + time '13:30' END
  FROM generate_series(1, 900) AS n;
"#;

/// Whatever the plan may change of customers, and that nothing of them was written.
const VERSIONS: &str = r#"SELECT md5(string_agg(id::text || xmin::text || ctid::text, ',' ORDER BY id)) FROM "Customer""#;

const AS_OF: [&str; 4] = ["--plan", "leora-phase2", "--as-of", "2026-03-01"];
