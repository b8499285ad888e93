//! Databases that nobody foresaw. Whatever they hold, the plan says what cannot be done and what to
//! do about it, and execution does exactly the rest: no statement fails half way.

use crate::PROGRAM;
use crate::scratch::Scratch;

const OWNED: &str = "INSERT INTO \"user\" (id, name, email) VALUES ('u', 'U', 'u@x'); \
    INSERT INTO opportunities (id, user_id, customer_number, company_name) VALUES ('o', 'u', 'c', 'C'); ";

struct Strange {
    name: &'static str,
    /// Made before anything else.
    before: &'static str,
    /// Done to the desired schema, where there is one; `None` leaves the database as `before` made it.
    changed: Option<&'static str>,
    /// What the plan says.
    says: &'static [&'static str],
    /// What a person does about it; behind it everything is as desired.
    mended: &'static str,
}

impl Strange {
    const fn made(name: &'static str, before: &'static str, says: &'static [&'static str]) -> Self {
        Self {
            name,
            before,
            changed: None,
            says,
            mended: "",
        }
    }

    const fn changed(
        name: &'static str,
        changed: &'static str,
        says: &'static [&'static str],
    ) -> Self {
        Self {
            name,
            before: "",
            changed: Some(changed),
            says,
            mended: "",
        }
    }

    const fn mended(mut self, by: &'static str) -> Self {
        self.mended = by;
        self
    }

    async fn holds(&self) -> bool {
        let Some(scratch) = Scratch::with(self.before).await else {
            return false;
        };
        if let Some(changed) = self.changed {
            assert_eq!(scratch.say(PROGRAM, &[]).status, 0, "{}", self.name);
            scratch.run("DROP SCHEMA sunset CASCADE").await;
            scratch.run(&format!("{OWNED}{changed}")).await;
        }
        let untouched = scratch.structure().await;
        let plan = scratch.say(PROGRAM, &["--dry-run"]);
        let what = |shown: String| format!("{}: {shown}", self.name);
        for part in self.says {
            assert!(plan.out.contains(part), "{part}\n{}", what(plan.shown()));
        }
        assert_eq!(scratch.structure().await, untouched, "{}", self.name);
        let said = scratch.say(PROGRAM, &[]);
        assert!(!said.err.contains("SQLSTATE"), "{}", what(said.shown()));
        assert_eq!(said.status, plan.status, "{}", what(said.shown()));
        // Again: what is left is left for the same reasons.
        let again = scratch.say(PROGRAM, &[]);
        assert!(!again.err.contains("SQLSTATE"), "{}", what(again.shown()));
        assert!(
            again.out.starts_with("nothing to do"),
            "{}",
            what(again.shown())
        );
        if !self.mended.is_empty() {
            assert_eq!(said.status, 3, "{}", what(said.shown()));
            scratch.run(self.mended).await;
            let said = scratch.say(PROGRAM, &[]);
            assert_eq!(said.status, 0, "{}", what(said.shown()));
        }
        if said.status == 0 || !self.mended.is_empty() {
            let check = scratch.say(PROGRAM, &["--check"]);
            assert_eq!(check.status, 0, "{}", what(check.shown()));
        }
        true
    }
}

async fn all_hold(all: &[Strange]) {
    for each in all {
        if !each.holds().await {
            return;
        }
    }
}

#[tokio::test]
async fn what_uses_a_column_or_its_rows() {
    all_hold(&[
        Strange::changed(
            "a materialized view in another schema",
            "ALTER TABLE opportunities ALTER notes TYPE varchar(50); CREATE SCHEMA reports; \
             CREATE MATERIALIZED VIEW reports.recent AS SELECT notes FROM opportunities",
            &["opportunities.notes: materialized view reports.recent uses it"],
        )
        .mended("DROP MATERIALIZED VIEW reports.recent"),
        Strange::changed(
            "a policy",
            "ALTER TABLE opportunities ALTER notes TYPE varchar(50), ENABLE ROW LEVEL SECURITY; \
             CREATE POLICY seen ON opportunities USING (notes <> '')",
            &["opportunities.notes: policy seen on table public.opportunities uses it"],
        )
        .mended("DROP POLICY seen ON opportunities"),
        Strange::changed(
            "a publication of some rows",
            "ALTER TABLE opportunities ALTER notes TYPE varchar(50); \
             CREATE PUBLICATION noted FOR TABLE opportunities WHERE (notes <> '') WITH (publish = 'insert')",
            &["opportunities.notes: publication of table public.opportunities in publication noted uses it"],
        )
        .mended("DROP PUBLICATION noted"),
        Strange::changed(
            "a column that holds whole rows",
            "ALTER TABLE opportunities ALTER notes TYPE varchar(50); CREATE TABLE history (was opportunities)",
            &["opportunities.notes: column was of table public.history uses it"],
        )
        .mended("DROP TABLE history"),
        Strange::changed(
            "a column that somebody else hands down",
            "ALTER TABLE utm_campaigns ALTER name TYPE varchar(50); \
             CREATE TABLE named (name varchar(50)); ALTER TABLE utm_campaigns INHERIT named",
            &["utm_campaigns.name: inheritance from public.named uses it"],
        )
        .mended("ALTER TABLE utm_campaigns NO INHERIT named"),
        Strange::changed(
            "a foreign key to the unique constraint that would be replaced",
            "ALTER TABLE opportunities DROP CONSTRAINT opportunities_customer_number_unique, \
                 ADD CONSTRAINT opportunities_customer_number_unique UNIQUE NULLS NOT DISTINCT (customer_number); \
             CREATE SCHEMA other; CREATE TABLE other.orders (number text CONSTRAINT to_customer REFERENCES opportunities (customer_number))",
            &["opportunities_customer_number_unique: the foreign key to_customer of other.orders refers to it"],
        )
        .mended("DROP TABLE other.orders"),
    ])
    .await;
}

#[tokio::test]
async fn tables_that_are_no_plain_tables() {
    all_hold(&[
        Strange::made(
            "a partition under the name of a table",
            "CREATE TABLE events (id text, at timestamp) PARTITION BY RANGE (at); \
             CREATE TABLE alerts PARTITION OF events DEFAULT",
            &["alerts: a partition has this name"],
        )
        .mended("ALTER TABLE events DETACH PARTITION alerts; DROP TABLE alerts"),
        Strange::made(
            "a table of an extension",
            "CREATE TABLE verification (id integer); ALTER EXTENSION plpgsql ADD TABLE verification",
            &["verification: an extension's relation has this name"],
        )
        .mended("ALTER EXTENSION plpgsql DROP TABLE verification; DROP TABLE verification"),
        Strange::made(
            "a table that is made of a type",
            "CREATE TYPE verified AS (id text, identifier varchar(40), value text, expires_at timestamp); \
             CREATE TABLE verification OF verified (PRIMARY KEY (id))",
            &["verification: the table is made of the type public.verified"],
        )
        .mended("ALTER TABLE verification NOT OF"),
        Strange::made(
            "a table whose rows stand in another that inherits from it",
            "CREATE TABLE \"user\" (id text PRIMARY KEY, name text NOT NULL, email text NOT NULL UNIQUE); \
             CREATE TABLE gone_users () INHERITS (\"user\"); INSERT INTO gone_users VALUES ('u', 'U', 'u@x'); \
             CREATE TABLE session (id text PRIMARY KEY, expires_at timestamp NOT NULL, token text NOT NULL UNIQUE, \
                 created_at timestamp NOT NULL DEFAULT now(), updated_at timestamp NOT NULL, user_id text NOT NULL); \
             INSERT INTO session VALUES ('s', now(), 't', now(), now(), 'u')",
            &["rows of session whose user_id names no row of user: 1"],
        )
        .mended("INSERT INTO \"user\" (id, name, email) VALUES ('u', 'U', 'v@x')"),
        Strange::changed(
            "tables that a crash would empty, one of them without rows",
            "ALTER TABLE session SET UNLOGGED; ALTER TABLE account SET UNLOGGED; ALTER TABLE verification SET UNLOGGED; \
             ALTER TABLE meddic_analyses SET UNLOGGED; ALTER TABLE alerts SET UNLOGGED; ALTER TABLE conversations SET UNLOGGED; \
             INSERT INTO conversations (id, opportunity_id, type) VALUES ('k', 'o', 'demo')",
            &["make conversations survive a crash", "make alerts survive a crash"],
        ),
    ])
    .await;
}

#[tokio::test]
async fn columns_of_other_kinds() {
    all_hold(&[
        Strange::changed(
            "a domain",
            "CREATE DOMAIN short AS varchar(10); ALTER TABLE \"user\" ALTER name TYPE short",
            &["user.name: public.short does not become text without a person"],
        )
        .mended("ALTER TABLE \"user\" ALTER name TYPE text"),
        Strange::made(
            "identity columns and serial numbers as keys",
            "CREATE TABLE \"user\" (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, email text NOT NULL UNIQUE); \
             INSERT INTO \"user\" (name, email) VALUES ('U', 'u@x'); \
             CREATE TABLE lead_sources (id serial PRIMARY KEY, name text NOT NULL, type text NOT NULL); \
             INSERT INTO lead_sources (name, type) VALUES ('n', 't')",
            &[
                "user.id: integer does not become text without a person",
                "lead_sources.id: integer does not become text without a person",
            ],
        ),
        Strange::changed(
            "values that do not fit",
            "ALTER TABLE opportunities ALTER opportunity_score TYPE text; UPDATE opportunities SET opportunity_score = 'high'; \
             ALTER TABLE user_profiles ALTER email_notifications DROP DEFAULT, ALTER email_notifications TYPE text; \
             INSERT INTO user_profiles (user_id, email_notifications) VALUES ('u', 'sometimes')",
            &["o (high)", "u (sometimes)"],
        )
        .mended("UPDATE opportunities SET opportunity_score = '7'; UPDATE user_profiles SET email_notifications = 'true'"),
        Strange::changed(
            "text that would not come back as it is",
            "ALTER TABLE opportunities ALTER opportunity_score TYPE text; UPDATE opportunities SET opportunity_score = '007'; \
             ALTER TABLE user_profiles ALTER email_notifications DROP DEFAULT, ALTER email_notifications TYPE text; \
             INSERT INTO user_profiles (user_id, email_notifications) VALUES ('u', 'Yes')",
            &["o (007)", "u (Yes)"],
        )
        .mended("UPDATE opportunities SET opportunity_score = '-7'; UPDATE user_profiles SET email_notifications = 'false'"),
        Strange::changed(
            "arrays",
            "ALTER TABLE opportunities ALTER opportunity_score TYPE numeric(10,2)[] USING NULL, \
                 ALTER first_touch_at TYPE timestamp[] USING NULL",
            &[
                "opportunities.opportunity_score: numeric(10,2)[] does not become integer without a person",
                "opportunities.first_touch_at: timestamp without time zone[] does not become",
            ],
        )
        .mended(
            "ALTER TABLE opportunities ALTER opportunity_score TYPE integer USING NULL, ALTER first_touch_at TYPE timestamp USING NULL",
        ),
        Strange::changed(
            "a rule of the table",
            "ALTER TABLE conversations ALTER title TYPE varchar(20); \
             CREATE RULE ru AS ON UPDATE TO conversations WHERE new.title = 'z' DO INSTEAD NOTHING",
            &["conversations.title: rule ru on table public.conversations uses it"],
        )
        .mended("DROP RULE ru ON conversations"),
        Strange::changed(
            "JSON that jsonb does not take, or not as it is",
            "ALTER TABLE opportunities ALTER raw_form_data TYPE json; \
             INSERT INTO opportunities (id, user_id, customer_number, company_name, raw_form_data) VALUES \
                 ('n', 'u', 'n', 'N', '{\"a\":\"\\u0000\"}'), ('h', 'u', 'h', 'N', '{\"a\":\"\\ud800x\"}'), \
                 ('l', 'u', 'l', 'N', '[\"\\udc00\"]'), ('b', 'u', 'b', 'N', '[1e999999]'), ('p', 'u', 'p', 'N', '[\"\\ud83d\\ude00\"]'), \
                 ('t', 'u', 't', 'N', '{\"a\":1,\"a\":2}'), ('i', 'u', 'i', 'N', '[{\"b\":{\"k\":1,\"k\":1}},{\"b\":2}]')",
            &["rows of opportunities whose raw_form_data the new type cannot hold as it is: 6"],
        )
        .mended("UPDATE opportunities SET raw_form_data = NULL WHERE id <> 'p'"),
        Strange::made(
            "types that no key and no index can be made of",
            "CREATE TABLE verification (id json, identifier json, value text, expires_at timestamp); \
             INSERT INTO verification VALUES ('1', '1', 'v', now()); CREATE TABLE account (id point, user_id point)",
            &[
                "change column verification.id from json to text",
                "account: the type of the column of its primary key is not as desired",
                "account_userId_idx: the type of its column user_id is not as desired",
                "account_user_id_user_id_fk: the type of its column is not as desired",
            ],
        )
        .mended("DROP TABLE account"),
        Strange::changed(
            "a generated column and one that holds what the desired one should compute",
            "ALTER TABLE form_submissions DROP COLUMN user_agent, ADD COLUMN user_agent text GENERATED ALWAYS AS (id) STORED",
            &["form_submissions.user_agent: a generated column takes no value"],
        )
        .mended("ALTER TABLE form_submissions ALTER user_agent DROP EXPRESSION"),
    ])
    .await;
}

#[tokio::test]
async fn names_and_keys_that_are_something_else() {
    all_hold(&[
        Strange::changed(
            "a partial index has the name of a unique constraint, and there are rows",
            "ALTER TABLE \"user\" DROP CONSTRAINT user_email_unique; CREATE UNIQUE INDEX user_email_unique ON \"user\" (email) WHERE email <> ''",
            &["user_email_unique: an index has this name (CREATE UNIQUE INDEX user_email_unique"],
        )
        .mended("DROP INDEX user_email_unique"),
        Strange::changed(
            "an index has the name of a unique constraint, and there are no rows",
            "ALTER TABLE session DROP CONSTRAINT session_token_unique; CREATE INDEX session_token_unique ON session (token)",
            &["session_token_unique: an index has this name"],
        )
        .mended("DROP INDEX session_token_unique"),
        Strange::changed(
            "an index has the name of a primary key",
            "ALTER TABLE verification DROP CONSTRAINT verification_pkey; CREATE INDEX verification_pkey ON verification (value)",
            &["verification: its primary key verification_pkey: an index has this name"],
        )
        .mended("DROP INDEX verification_pkey"),
        Strange::changed(
            "a constraint has the name of an index",
            "DROP INDEX \"session_userId_idx\"; ALTER TABLE session ADD CONSTRAINT \"session_userId_idx\" UNIQUE (user_id)",
            &["session_userId_idx: a constraint of session has the name of this index"],
        )
        .mended("ALTER TABLE session DROP CONSTRAINT \"session_userId_idx\""),
        Strange::changed(
            "broken indexes have the names of constraints, and there are no rows",
            "ALTER TABLE session DROP CONSTRAINT session_token_unique; CREATE UNIQUE INDEX session_token_unique ON session (token); \
             ALTER TABLE verification DROP CONSTRAINT verification_pkey; CREATE UNIQUE INDEX verification_pkey ON verification (id); \
             UPDATE pg_index SET indisvalid = false WHERE indexrelid IN ('session_token_unique'::regclass, 'verification_pkey'::regclass)",
            &["add unique constraint session_token_unique", "add the primary key of verification"],
        ),
        Strange::made(
            "a table that others refer to has no key, and rows that make none",
            "CREATE TABLE \"user\" (id text, name text, email text); INSERT INTO \"user\" VALUES ('u', 'U', 'u@x'), ('u', 'V', 'v@x'); \
             CREATE TABLE session (id text PRIMARY KEY, expires_at timestamp, token text, updated_at timestamp, user_id text); \
             INSERT INTO session VALUES ('s', now(), 't', now(), 'u')",
            &[
                "values of user (id) that make no key: 1",
                "add foreign key session_user_id_user_id_fk: comes behind what could not be done: add the primary key of user",
            ],
        )
        .mended("UPDATE \"user\" SET id = 'v' WHERE name = 'V'"),
        Strange::changed(
            "a key that waits, and others refer to it",
            "ALTER TABLE user_profiles DROP CONSTRAINT user_profiles_pkey, ADD CONSTRAINT user_profiles_pkey PRIMARY KEY (user_id) DEFERRABLE; \
             ALTER TABLE form_submissions DROP CONSTRAINT form_submissions_source_id_lead_sources_id_fk; \
             ALTER TABLE lead_sources DROP CONSTRAINT lead_sources_pkey, ADD CONSTRAINT lead_sources_pkey PRIMARY KEY (id) DEFERRABLE",
            &[
                "user_profiles: ON CONFLICT works with no deferrable key",
                "form_submissions_source_id_lead_sources_id_fk: lead_sources has no key (id) to refer to",
            ],
        )
        .mended(
            "ALTER TABLE user_profiles DROP CONSTRAINT user_profiles_pkey, ADD PRIMARY KEY (user_id); \
             ALTER TABLE lead_sources DROP CONSTRAINT lead_sources_pkey, ADD PRIMARY KEY (id)",
        ),
        Strange::changed(
            "values that are too long for an index",
            "ALTER TABLE opportunities DROP CONSTRAINT opportunities_customer_number_unique; \
             UPDATE opportunities SET customer_number = (SELECT string_agg(md5(i::text), '') FROM generate_series(1, 300) AS i); \
             INSERT INTO opportunities (id, user_id, customer_number, company_name) VALUES ('w', 'u', repeat('w', 9000), 'W')",
            &["or are too long for an index: 1", "o (960"],
        )
        .mended("UPDATE opportunities SET customer_number = 'c' WHERE id = 'o'"),
        Strange::changed(
            "names of 63 bytes in letters of several",
            "ALTER TABLE opportunities ADD COLUMN \"客戶客戶客戶客戶客戶客戶客戶客戶客戶客戶客\" text DEFAULT '戶'; \
             ALTER TABLE opportunities RENAME CONSTRAINT opportunities_customer_number_unique TO \"戶客戶客戶客戶客戶客戶客戶客戶客戶客戶客戶\"; \
             ALTER TABLE alerts RENAME CONSTRAINT alerts_user_id_user_id_fk TO \"鍵鍵鍵鍵鍵鍵鍵鍵鍵鍵鍵鍵鍵鍵鍵鍵鍵鍵鍵鍵鍵\"",
            &["rename constraint 戶客戶客戶客戶客戶客戶客戶客戶客戶客戶客戶 to opportunities_customer_number_unique"],
        ),
    ])
    .await;
}
