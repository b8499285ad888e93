//! What data-migrate and final-check say, word for word. The other programs' words are held
//! beside them, in their own tests.

use super::workplace::Workplace;

/// Without what differs from run to run: how long a phase took.
fn timeless(text: &str) -> String {
    let lines = text.lines().map(|line| match line.rsplit_once(" (") {
        Some((words, time)) if line.starts_with('[') && time.ends_with("s)") => words,
        _ => line,
    });
    lines.map(|line| format!("{line}\n")).collect()
}

#[test]
fn data_migrate_says_what_it_did() {
    let Some(place) = Workplace::new() else {
        return;
    };
    place.expect(0, "schema-push", &[]);
    let outcome = place.expect(0, "data-migrate", &["--verbose"]);
    assert_eq!(
        timeless(&outcome.stdout),
        "\
[Leads] Migrated 111 leads to opportunities
[Conversations] Migrated 153 conversations
[MEDDIC] Migrated 110 analyses
conversations: 153 inserted, 0 updated, 0 unchanged
meddic_analyses: 110 inserted, 0 updated, 0 unchanged
opportunities: 111 inserted, 0 updated, 0 unchanged
cases: 122 read = 0 repeated + 122 written + 0 unchanged + 0 in conflict + 0 quarantined; 5 superseded
cases#customers: 88 read = 0 repeated + 88 written + 0 unchanged + 0 in conflict + 0 quarantined; 0 superseded
conversations: 28 read = 0 repeated + 28 written + 0 unchanged + 0 in conflict + 0 quarantined; 1 superseded
leads: 23 read = 0 repeated + 23 written + 0 unchanged + 0 in conflict + 0 quarantined; 0 superseded
meddic_analyses: 12 read = 0 repeated + 12 written + 0 unchanged + 0 in conflict + 0 quarantined; 0 superseded
sales_cases: 3 read = 0 repeated + 3 written + 0 unchanged + 0 in conflict + 0 quarantined; 0 superseded
0 quarantined, 0 warnings
"
    );
    let again = place.expect(0, "data-migrate", &[]);
    assert_eq!(
        timeless(&again.stdout),
        "\
[Leads] Migrated 111 leads to opportunities
[Conversations] Migrated 153 conversations
[MEDDIC] Migrated 110 analyses
conversations: 0 inserted, 0 updated, 153 unchanged
meddic_analyses: 0 inserted, 0 updated, 110 unchanged
opportunities: 0 inserted, 0 updated, 111 unchanged
0 quarantined, 0 warnings
Nothing to write: what V2 gives was written before (final-check compares V3's rows).
"
    );
}

#[test]
fn final_check_says_what_it_compared() {
    let Some(place) = Workplace::new() else {
        return;
    };
    place.expect(0, "schema-push", &[]);
    place.expect(0, "data-migrate", &[]);
    let arguments = [
        "--no-report",
        "--only",
        "tables",
        "--only",
        "users",
        "--verbose",
    ];
    let outcome = place.expect(0, "final-check", &arguments);
    assert_eq!(
        outcome.stdout,
        "\
Tables
  ok    tables exist (12 tables of the plan with those of the database)
  ok    columns exist (184 columns of the plan with those of the database)
  ok    types, keys and constraints are as the plan wants them (12 tables with what schema-push would make of them)
Users
  ok    users exist (1 users)
  ok    session.user_id names a user (0 rows with 1 users)
  ok    account.user_id names a user (0 rows with 1 users)
  ok    user_profiles.user_id names a user (0 rows with 1 users)
  ok    opportunities.user_id names a user (111 rows with 1 users)
  ok    alerts.user_id names a user (0 rows with 1 users)
  ok    lead_sources.user_id names a user (0 rows with 1 users)
  ok    utm_campaigns.user_id names a user (0 rows with 1 users)

Tables: 12 of 12 exist
Users: 1, every row has its owner
PASSED, as far as asked for; not compared: Data, Audio.
"
    );
}

#[test]
fn final_check_names_what_differs_with_both_values() {
    let Some(place) = Workplace::new() else {
        return;
    };
    place.expect(0, "schema-push", &[]);
    place.expect(0, "data-migrate", &[]);
    place.query("UPDATE conversations SET duration = 1 WHERE id = '202506-IC001'");
    let outcome = place.expect(4, "final-check", &["--no-report", "--only", "data"]);
    for line in [
        "  FAIL  conversations: every row is as V2 says (153 rows, each whole, by the SHA-256 of its cells)",
        "        failure: rows are missing or differ (1)",
        "          - 202506-IC001: duration is 1 instead of 125 (changed in V3 since)",
        "Data: 111 opportunities, 153 conversations, 110 meddic_analyses; 373 of 374 rows equal to V2, 0 documents in quarantine",
        "FAILED: V3 is not yet what V2 says. See the failures above.",
    ] {
        assert!(
            outcome.stdout.lines().any(|said| said == line),
            "{line}\n{}",
            outcome.stdout
        );
    }
}
