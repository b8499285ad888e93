//! Tables whose rows lie in several: partitions, and tables that inherit.

use crate::PROGRAM;
use crate::generations::aged;
use crate::scratch::Scratch;

const OWNED: &str = "INSERT INTO \"user\" (id, name, email) VALUES ('u', 'u', 'u'); \
    INSERT INTO opportunities (id, user_id, customer_number, company_name) \
    VALUES ('A', 'u', 'A', 'c'), ('B', 'u', 'B', 'c');";

/// Two rows in each part at the same places, and one part that is longer than the other.
fn rows(of: impl Fn(&str, &str) -> String) -> String {
    let few = of("old", "('c', 'A', 't', 1.5), ('c2', 'B', 't', 11.5)")
        + &of("new", "('d', 'B', 't', 2.5), ('d2', 'A', 't', 12.5)");
    let many = "(SELECT 'm' || i, CASE i % 2 WHEN 0 THEN 'A' ELSE 'B' END, 't', i + 0.25 FROM generate_series(1, 4000) AS i)";
    few + &of("old", many)
}

/// Repairs, finds every row with its own values, and gives them all back.
async fn repaired_and_given_back(scratch: &Scratch) {
    let before = scratch.dump().await;
    let said = scratch.say(PROGRAM, &[]);
    assert!(matches!(said.status, 0 | 3), "{}", said.shown());
    let wrong = "SELECT string_agg(id, ' ') FROM conversations WHERE opportunity_id IS DISTINCT FROM lead_id";
    assert_eq!(scratch.text(wrong).await, "-", "{}", said.shown());
    let rounded =
        "SELECT string_agg(id || duration, ' ' ORDER BY id) FROM conversations WHERE id !~ 'm'";
    assert_eq!(scratch.text(rounded).await, "c2 c212 d3 d213");
    let short = "SELECT count(*) FROM conversations WHERE id ~ 'm' AND 'm' || duration <> id";
    assert_eq!(scratch.text(short).await, "0");
    scratch.take_back().await;
    assert!(scratch.dump().await == before, "what was there is back");
}

#[tokio::test]
async fn rows_of_a_table_that_inherits_keep_their_own_values() {
    let rows = rows(|part, values| {
        let table = match part {
            "old" => "conv_old",
            _ => "conversations",
        };
        let values = if values.starts_with("(SELECT") {
            values.to_owned()
        } else {
            format!("VALUES {values}")
        };
        format!("INSERT INTO {table} (id, lead_id, type, duration) {values};")
    });
    let Some(scratch) = aged(&format!(
        "{OWNED} ALTER TABLE conversations ALTER opportunity_id DROP NOT NULL, ADD lead_id text, \
             ALTER duration TYPE double precision; \
         CREATE TABLE conv_old () INHERITS (conversations); {rows}"
    ))
    .await
    else {
        return;
    };
    repaired_and_given_back(&scratch).await;
    // No key forbids that a row there has the id of one here.
    scratch
        .run("INSERT INTO conv_old (id, lead_id, type, duration) VALUES ('d', 'A', 't', 7.5)")
        .await;
    let said = scratch.say(PROGRAM, &[]);
    assert_eq!(said.status, 3, "{}", said.shown());
    assert!(
        said.out
            .contains("values of conversations.id that name no single row")
            && said.out.contains("d (2 rows)"),
        "{}",
        said.shown()
    );
    let held = "SELECT string_agg(duration::text, ' ' ORDER BY duration) FROM conversations WHERE id = 'd'";
    assert_eq!(scratch.text(held).await, "2.5 7.5");
}

#[tokio::test]
async fn rows_of_partitions_keep_their_own_values() {
    let rows = rows(|part, values| {
        let values = if values.starts_with("(SELECT") {
            values.to_owned()
        } else {
            format!("(VALUES {values})")
        };
        format!(
            "INSERT INTO conversations (region, id, lead_id, type, duration) \
             SELECT '{part}', v.* FROM {values} AS v;"
        )
    });
    let Some(scratch) = aged(&format!(
        "{OWNED} CREATE TABLE parts (LIKE conversations INCLUDING DEFAULTS, region text, lead_id text) \
             PARTITION BY LIST (region); \
         DROP TABLE conversations CASCADE; ALTER TABLE parts RENAME TO conversations; \
         ALTER TABLE conversations ALTER opportunity_id DROP NOT NULL, ALTER duration TYPE double precision; \
         CREATE TABLE conv_o PARTITION OF conversations FOR VALUES IN ('old'); \
         CREATE TABLE conv_n PARTITION OF conversations FOR VALUES IN ('new'); {rows}"
    ))
    .await
    else {
        return;
    };
    repaired_and_given_back(&scratch).await;
}
