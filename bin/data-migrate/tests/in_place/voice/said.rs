//! What a run says, line by line, and how many rows a transaction of it has.

use crate::scratch::Said;

use super::{migrate, run, sample, with};

/// The lines of a step, without its heading, and without what a dry run puts before each.
fn step<'s>(said: &'s Said, heading: &str) -> Vec<&'s str> {
    let behind = said.out.split(heading).nth(1).expect(heading);
    behind
        .lines()
        .skip(1)
        .map(|line| line.strip_prefix("[DRY RUN] ").unwrap_or(line))
        .take_while(|line| line.starts_with("  "))
        .collect()
}

const HEADINGS: [&str; 7] = [
    "Step 1 of 7: Backup of the affected tables",
    "Step 2 of 7: Columns and tables of version 2",
    "Step 3 of 7: Validation of version 1",
    "Step 4 of 7: Configurations",
    "Step 5 of 7: Outcomes of calls",
    "Step 6 of 7: Metrics of tenants",
    "Step 7 of 7: Verification",
];

/// What is asked of v1, as it is asked of the sample.
const V1: [&str; 4] = [
    "ids are present and unique (critical): 45 configurations",
    "the tenant of each configuration exists (medium): 45 configurations",
    "prompts are present (medium): 45 configurations",
    "the tenant of each call exists (medium): 1,234 calls",
];

/// The eight checks with their severity, and over how much each was asked: 45 configurations, 1,234
/// calls, 12 tenants with metrics.
const CHECKS: [&str; 8] = [
    "  ok    record-count (critical): 45 configurations",
    "  ok    data-integrity (critical): 45 configurations",
    "  ok    foreign-keys (critical): 1,291 rows",
    "  ok    schema-version (high): 45 configurations",
    "  ok    v1-unchanged (high): 45 configurations against the last backup",
    "  ok    duplicates (medium): 45 configurations",
    "  ok    value-constraints (medium): 1,279 configurations and calls",
    "  ok    metrics (medium): 12 tenants",
];

#[tokio::test]
async fn every_step_and_every_check_has_its_line() {
    let Some(scratch) = sample().await else {
        return;
    };
    let dry = run(&scratch, "data-migrate", &["--dry-run"]);
    assert_eq!(dry.status, 0, "{dry:?}");
    let said = migrate(&scratch, &[]);
    for heading in HEADINGS {
        assert!(dry.out.contains(heading), "{heading}: {dry:?}");
        assert!(said.out.contains(heading), "{heading}: {said:?}");
    }
    assert_eq!(
        step(&dry, HEADINGS[0]),
        ["  configs to copy: 45", "  calls to copy: 1,234"]
    );
    assert_eq!(
        step(&dry, HEADINGS[6]),
        ["  there is nothing to verify in a dry run"]
    );
    for said in [&dry, &said] {
        let asked = step(said, HEADINGS[2]);
        for question in V1 {
            let there = asked.iter().any(|line| line.ends_with(question));
            assert!(there, "{question}: {asked:?}");
        }
    }
    assert!(
        dry.holds("No changes will be made in dry-run mode"),
        "{dry:?}"
    );
    assert!(!said.holds("No changes will be made"), "{said:?}");
    let verified = step(&said, HEADINGS[6]);
    assert_eq!(verified, CHECKS, "{said:?}");
    assert!(
        said.holds("  7. Verification: 8 of 8 checks passed"),
        "{said:?}"
    );
    assert!(
        said.holds("All 7 migration steps completed successfully!"),
        "{said:?}"
    );
    assert!(
        said.holds("Next: begin the rollout with 5 % of the tenants"),
        "{said:?}"
    );
    // What the steps count is what there is.
    let sums = scratch
        .text("SELECT string_agg(assistant_type || ': ' || n, ',' ORDER BY assistant_type) FROM (SELECT assistant_type, count(*) AS n FROM voice_agent_configs GROUP BY 1) AS counts")
        .await;
    let counted = step(&said, HEADINGS[3]);
    for sum in sums.split(',') {
        let line = format!("    {sum}");
        assert!(counted.contains(&line.as_str()), "{line}: {counted:?}");
    }
    let sums = scratch
        .text("SELECT string_agg(outcome || ': ' || n, ',' ORDER BY outcome) FROM (SELECT after ->> 'outcome' AS outcome, sum(cardinality(keys)) AS n FROM sunset.changes WHERE step = 'outcomes' GROUP BY 1) AS counts")
        .await;
    let counted = step(&said, HEADINGS[4]);
    assert_eq!(counted[0], "  calls updated: 1,139");
    assert_eq!(counted.len(), 1 + sums.split(',').count(), "{counted:?}");
    for sum in sums.split(',') {
        let line = format!("    {sum}");
        assert!(counted.contains(&line.as_str()), "{line}: {counted:?}");
    }
    // The final check says the same, and a sum.
    let check = run(&scratch, "final-check", &[]);
    for line in CHECKS {
        assert!(
            check.out.lines().any(|found| found == line),
            "{line}: {check:?}"
        );
    }
    assert!(
        check.holds("8 checks in total: 8 passed, 0 failed, 0 warnings"),
        "{check:?}"
    );
}

#[tokio::test]
async fn a_check_that_fails_counts_and_names_its_rows() {
    let Some(scratch) = sample().await else {
        return;
    };
    migrate(&scratch, &[]);
    scratch
        .run(
            "UPDATE voice_agent_configs SET name = repeat(' ', right(id, 1)::integer) WHERE id IN ('config-003', 'config-004');
             UPDATE voice_agent_configs SET assistant_type = 'both' WHERE id = 'config-005';
             DELETE FROM voice_agent_metrics WHERE tenant_id = 'tenant-07'",
        )
        .await;
    let said = run(&scratch, "final-check", &[]);
    assert_eq!(said.status, 4, "{said:?}");
    for line in [
        "  FAIL  data-integrity (critical): 45 configurations",
        "        failure: configurations that lack what they need (2)",
        "          - config-003 lacks name",
        "          - config-004 lacks name",
        "  FAIL  v1-unchanged (high): 45 configurations against the last backup",
        "  warn  value-constraints (medium): 1,279 configurations and calls",
        "          - configuration config-005: assistant_type",
        "  warn  metrics (medium): 12 tenants",
    ] {
        let there = said.out.lines().any(|found| found == line);
        assert!(there, "{line}: {said:?}");
    }
    assert!(
        said.holds("8 checks in total: 6 passed, 2 failed, 2 warnings"),
        "{said:?}"
    );
    assert!(!said.holds("Migration validated"), "{said:?}");
    // Warnings alone fail nothing, and are not called a success without a word.
    let medium = run(
        &scratch,
        "final-check",
        &["--check", "metrics", "--check", "value-constraints"],
    );
    assert_eq!(medium.status, 0, "{medium:?}");
    assert!(medium.holds("Validated with warnings"), "{medium:?}");
}

#[tokio::test]
async fn a_transaction_has_100_configurations_unless_another_number_is_given() {
    const MANY: &str = "INSERT INTO voice_agent_configs (id, tenant_id, name, prompt)
        SELECT lpad(n::text, 4, '0'), 'acme', 'n' || n, 'x' FROM generate_series(1, 250) AS n";
    const BATCHES: &str = "SELECT string_agg(written::text, ' ' ORDER BY id) FROM sunset.batches WHERE step = 'transform' AND written > 0";
    let cases: [(&[&str], &str); 2] = [(&[], "100 100 50"), (&["--batch-size", "240"], "240 10")];
    for (arguments, expected) in cases {
        let Some(scratch) = with(MANY).await else {
            return;
        };
        migrate(&scratch, arguments);
        assert_eq!(scratch.text(BATCHES).await, expected, "{arguments:?}");
    }
}

#[tokio::test]
async fn a_dry_run_ends_as_the_run_would_where_version_1_is_not_valid() {
    let rows = "
        ALTER TABLE voice_agent_configs DROP CONSTRAINT voice_agent_configs_pkey;
        INSERT INTO voice_agent_configs (id, tenant_id, name, prompt)
        VALUES ('c', 'acme', 'C', 'Hola'), ('c', 'acme', 'C', 'Hola');";
    let Some(scratch) = with(rows).await else {
        return;
    };
    let dry = run(&scratch, "data-migrate", &["--dry-run"]);
    assert_eq!(dry.status, 4, "{dry:?}");
    assert!(
        dry.holds("ids are present and unique (critical)"),
        "{dry:?}"
    );
    assert!(
        dry.holds("next: see the failures above: the migration would stop there"),
        "{dry:?}"
    );
}
