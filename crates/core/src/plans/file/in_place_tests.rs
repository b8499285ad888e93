//! Plan files that change rows where they stand, by SQL.

use super::*;
use crate::plans::in_place::{InPlacePlan, OptionName, places};

const CUSTOMERS: &str = include_str!("../../../../../samples/plans/leora-customers.toml");

fn began() -> Instant {
    Instant::parse_rfc3339("2026-03-01T10:00:00Z", false).expect("an instant")
}

fn registered(text: &str) -> Registered {
    match read("customers.toml", text).expect("a plan") {
        PlanFile::InPlace(registered) => registered,
        PlanFile::Documents(_) => panic!("a plan of documents"),
    }
}

fn described(parameters: &Parameters) -> InPlacePlan {
    registered(CUSTOMERS).describe(parameters).expect("a plan")
}

/// Without the marks of where it stands, and with single spaces.
fn bare(sql: &str) -> String {
    let mut out = String::new();
    let mut rest = sql;
    while let Some((before, behind)) = rest.split_once("/*@") {
        out.push_str(before);
        rest = behind.split_once("*/").expect("an end").1;
    }
    out.push_str(rest);
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_file_says_what_the_built_in_plan_says() {
    let parameters = Parameters::new("crm", began());
    let built_in = crate::plans::leora_phase2::describe(&parameters).expect("built in");
    let file = described(&parameters);
    assert_eq!(file.named, "customers.toml");
    for name in ["classification", "priorities"] {
        let (Work::Set(ours), Work::Set(theirs)) = (
            &file.step(name).expect("a step").work,
            &built_in.step(name).expect("a step").work,
        ) else {
            panic!("set-based");
        };
        let (ours, theirs) = (&ours[0], &theirs[0]);
        assert_eq!(bare(&ours.set[0].value), bare(&theirs.set[0].value));
        assert_eq!(ours.set[0].as_type, theirs.set[0].as_type);
        assert_eq!(ours.groups, theirs.groups);
        assert_eq!(ours.rows.unless_true, theirs.rows.unless_true);
        assert_eq!(ours.noted.len(), theirs.noted.len());
    }
    let customer = file.schema.schema.table("Customer").expect("a table");
    assert_eq!(
        Some(customer),
        built_in.schema.schema.table("Customer"),
        "what is added to it"
    );
}

#[test]
fn values_are_bound_and_their_options_are_the_plans() {
    let registered = registered(CUSTOMERS);
    assert_eq!(
        registered.options.as_ref(),
        [OptionName::AsOf, OptionName::OnlyUnclassified]
    );
    assert_eq!(registered.database.as_ref(), ["DIRECT_URL", "DATABASE_URL"]);
    let parameters = Parameters::new("crm", began()).with(OptionName::AsOf, "2024-02-29");
    let plan = described(&parameters);
    let Work::Set(updates) = &plan.steps[0].work else {
        panic!("set-based");
    };
    assert_eq!(updates[0].binds, ["2024-02-29", "false"]);
    assert_eq!(
        bare(updates[0].rows.condition.as_deref().unwrap_or_default()),
        "t.\"accountType\" IS NULL OR NOT $2::boolean"
    );
    assert_eq!(plan.states, [("as_of".to_owned(), "2024-02-29".to_owned())]);
    assert!(
        plan.sections[0].questions[0]
            .violators
            .sql
            .contains("\"crm\"")
    );
    let wrong = Parameters::new("crm", began()).with(OptionName::AsOf, "2025-02-29");
    assert!(registered.describe(&wrong).is_err());
}

#[test]
fn a_place_in_sql_is_one_in_the_file() {
    let plan = described(&Parameters::new("a longer name", began()));
    let Work::Set(updates) = &plan.steps[0].work else {
        panic!("set-based");
    };
    for (sql, word) in [
        (&updates[0].set[0].value, "::date - 365"),
        (&updates[0].set[0].value, "ELSE"),
        (&plan.sections[0].questions[0].violators.sql, "AS t WHERE"),
    ] {
        let byte = sql.find(word).expect("the word");
        let position = sql[..byte].chars().count() + 1;
        let at = CUSTOMERS.rfind(word).expect("the word");
        let line = CUSTOMERS[..at].matches('\n').count() + 1;
        let column = at - CUSTOMERS[..at].rfind('\n').map_or(0, |line| line + 1) + 1;
        assert_eq!(
            places::place_of(sql, position),
            Some(format!("customers.toml:{line}:{column}")),
            "{word}"
        );
    }
}

#[test]
fn faults_name_the_line_and_the_column() {
    for (from, to, wanted) in [
        (
            "{as_of}::date + 1)'",
            "{asof}::date + 1)'",
            "there is no {asof}; there are {schema}",
        ),
        (
            "ELSE 'PROSPECT' END'''",
            "ELSE ('PROSPECT' END'''",
            "customers.toml:49:11: this `(` is not closed",
        ),
        (
            "table = \"Customer\"\nnoun",
            "table = \"Customers\"\nnoun",
            "customers.toml:35:9: there is no [[table]] Customers",
        ),
        (
            "accountType = '''",
            "acountType = '''",
            "customers.toml:46:1: the [[table]] Customer has no column acountType",
        ),
        (
            "kind = \"set\"",
            "kind = \"sett\"",
            "customers.toml:34:8: unknown variant `sett`",
        ),
        (
            "kind = \"record\"",
            "kind = \"record\"\ntable = \"Customer\"",
            "`table` means nothing to a step of this kind",
        ),
        (
            "checks = [\"every customer is classified\"]",
            "checks = [\"every one\"]",
            "customers.toml:55:11: there is no [[check]] \"every one\"",
        ),
        (
            "fix = \"priorities\"",
            "fix = \"record\"",
            "there is no [[step]] record of the kind",
        ),
        ("of = \"Customer\"\n", "", "says with either `of`"),
        (
            "severity = \"high\"",
            "severity = \"hihg\"",
            "unknown variant `hihg`",
        ),
        (
            "type = \"AccountPriority\"",
            "type = \"Priority\"",
            "the types are text",
        ),
        (
            "name = \"AccountPriority\"\nvalues",
            "name = \"text\"\nvalues",
            "is the name of a type already",
        ),
        (
            "[\"DIRECT_URL\", \"DATABASE_URL\"]",
            "[\"HOME\"]",
            "customers.toml:8:13: \"HOME\" is no variable of a database",
        ),
        (
            "name = \"priorities\"",
            "name = \"classification\"",
            "stands here a second time",
        ),
    ] {
        let text = CUSTOMERS.replacen(from, to, 1);
        assert_ne!(text, CUSTOMERS, "{from} stands in the file");
        let error = read("customers.toml", &text).expect_err(to).to_string();
        assert!(error.contains(wanted), "{to}: {error}");
    }
}
