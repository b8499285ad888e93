//! A large table that is being vacuumed, as one is after most of its rows were changed.

use std::time::{Duration, Instant};

use super::super::workplace::Workplace;
use super::server::Server;

/// A vacuum that begins at once and takes minutes.
const SLOW: [&str; 5] = [
    "autovacuum_naptime=1s",
    "autovacuum_vacuum_cost_delay=100ms",
    "autovacuum_vacuum_cost_limit=1",
    "autovacuum_vacuum_threshold=1",
    "autovacuum_vacuum_scale_factor=0",
];

const VACUUMED: &str = "SELECT count(*) FROM pg_stat_activity \
    WHERE backend_type = 'autovacuum worker' AND query LIKE '%public.conversations%' \
      AND datname = current_database()";

/// Changes many rows and waits until the server has begun to clean up behind it.
fn vacuumed(place: &Workplace) {
    place.query("UPDATE conversations SET title = title || '.'");
    let began = Instant::now();
    while place.query(VACUUMED) == ["0"] {
        assert!(
            began.elapsed() < Duration::from_secs(60),
            "the server does not vacuum"
        );
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn an_automatic_vacuum_of_a_large_table_gives_way_to_the_schema() {
    let Some(server) = Server::new(&SLOW) else {
        return;
    };
    let place = Workplace::on(&server.admin());
    place.expect(0, "schema-push", &[]);
    place.query(
        "INSERT INTO \"user\" (id, name, email, updated_at) VALUES ('u', 'U', 'u@x.tw', now()); \
         INSERT INTO opportunities (id, user_id, customer_number, company_name) VALUES ('o', 'u', 'n', 'N'); \
         INSERT INTO conversations (id, opportunity_id, title, type, status) \
         SELECT 'c' || n, 'o', repeat('t', 500), 'demo', 'pending' FROM generate_series(1, 20000) AS n; \
         ALTER TABLE conversations DROP COLUMN participants",
    );
    vacuumed(&place);
    // The column comes back at the first attempt.
    let pushed = place.expect(0, "schema-push", &[]);
    assert!(!pushed.stderr.contains("waiting"), "{}", pushed.stderr);
    place.expect(0, "schema-push", &["--check"]);
    // And goes again, with the tables.
    vacuumed(&place);
    let undone = place.expect(0, "rollback", &["--schema", "--yes", "--force"]);
    assert!(!undone.stderr.contains("waiting"), "{}", undone.stderr);
    let columns = "SELECT count(*) FROM information_schema.columns \
                   WHERE table_name = 'conversations' AND column_name = 'participants'";
    assert_eq!(place.query(columns), ["0"]);
}
