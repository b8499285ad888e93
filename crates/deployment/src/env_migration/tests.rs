use super::*;
use proptest::prelude::*;
use sunset_core::check::Severity;

fn rules() -> EnvRules {
    EnvRules::parse(EnvRules::MAIN_SERVER).expect("rules")
}

fn migrate(text: &str, limit: Option<u32>) -> Result<EnvMigration> {
    let parameters: Vec<_> = limit
        .map(|value| ParameterValue {
            parameter: "connection_limit".into(),
            value,
        })
        .into_iter()
        .collect();
    EnvMigration::of(&EnvFile::parse(text.as_bytes()), &rules(), &parameters)
}

fn text(migration: &EnvMigration) -> String {
    String::from_utf8(migration.file.bytes()).expect("text")
}

const ADDED: &str = "\n# Added by env-migrate (main-server)\nRATE_LIMIT_WINDOW_MS=60000\n\
    RATE_LIMIT_MAX_REQUESTS=100\nAI_SERVICE_TIMEOUT=30000\nHEALTH_CHECK_TIMEOUT=5000\n";

#[test]
fn names_change_and_everything_else_stays() {
    let old = "# Lark\nexport FEISHU_APP_ID = 'cli_1' # id\nFEISHU_APP_SECRET=\"s#1\"\n\n\
               MINE = keep  # this\n#FEISHU_APP_ID=old\nLARK_VERIFICATION_TOKEN=t\n";
    let migration = migrate(old, None).expect("migration");
    let wanted = old
        .replace("export FEISHU_APP_ID", "export LARK_APP_ID")
        .replace("FEISHU_APP_SECRET", "LARK_APP_SECRET");
    assert_eq!(text(&migration), format!("{wanted}{ADDED}"));
    assert!(migration.findings.is_empty(), "{:?}", migration.findings);
    let again = EnvMigration::of(&migration.file, &rules(), &[]).expect("again");
    assert!(again.is_idle(), "{:?}", again.changes);
    assert_eq!(again.file, migration.file);
}

#[test]
fn what_is_missing_is_asked_for() {
    for old in [
        "",
        "LARK_VERIFICATION_TOKEN=\n",
        "LARK_VERIFICATION_TOKEN=# later\n",
        "LARK_VERIFICATION_TOKEN=your-token\n",
    ] {
        let migration = migrate(old, None).expect("migration");
        let finding = &migration.findings[0];
        assert_eq!(finding.severity, Severity::Failure, "{old}");
        assert!(finding.message.starts_with("LARK_VERIFICATION_TOKEN "));
        assert!(
            finding
                .remedy
                .as_deref()
                .is_some_and(|text| text.contains("Lark"))
        );
    }
}

#[test]
fn two_values_for_one_meaning_are_refused_and_one_is_merged() {
    let error = migrate("FEISHU_APP_ID=one\nLARK_APP_ID=two\n", None).expect_err("a conflict");
    assert_eq!(error.kind(), ErrorKind::Conflict);
    let words = format!("{error} {error:?}");
    assert!(
        words.contains("FEISHU_APP_ID (line 1) and LARK_APP_ID (line 2)"),
        "{words}"
    );
    assert!(!words.contains("one\""), "{words}");
    let same = migrate("FEISHU_APP_ID='one'\nLARK_APP_ID=\"one\"\n", None).expect("the same");
    assert!(text(&same).starts_with("LARK_APP_ID=\"one\"\n"));
    assert_eq!(
        same.changes[0].fate,
        Fate::Merged {
            into: "LARK_APP_ID".into()
        }
    );
    // A second definition of the old name counts as well.
    assert!(
        migrate(
            "FEISHU_APP_ID=two\nFEISHU_APP_ID=one\nLARK_APP_ID=two\n",
            None
        )
        .is_err()
    );
}

#[test]
fn a_key_defined_twice_is_reported_and_both_are_renamed() {
    let migration = migrate("FEISHU_APP_ID=1\nA=1\nFEISHU_APP_ID=2\nA=1\n", None).expect("done");
    assert!(text(&migration).starts_with("LARK_APP_ID=1\nA=1\nLARK_APP_ID=2\nA=1\n"));
    let finding = migration
        .findings
        .iter()
        .find(|finding| finding.message.contains("more than once"));
    let items = &finding.expect("a finding").items;
    assert_eq!(
        items,
        &[
            "LARK_APP_ID: lines 1, 3, different values",
            "A: lines 2, 4, the same value"
        ]
    );
}

#[test]
fn the_limit_goes_into_the_url_and_nowhere_else() {
    for (old, new) in [
        (
            "postgres://u:p@h/d",
            "postgres://u:p@h/d?connection_limit=20",
        ),
        (
            "\"postgres://u:p@h/d?sslmode=require\" # db",
            "\"postgres://u:p@h/d?sslmode=require&connection_limit=20\" # db",
        ),
        (
            "postgres://u:p@h/d?connection_limit=5&x=1",
            "postgres://u:p@h/d?connection_limit=20&x=1",
        ),
        (
            "postgres://u:p?connection_limit=1@h/d",
            "postgres://u:p?connection_limit=1@h/d?connection_limit=20",
        ),
        (
            "postgres://u:${PASSWORD}@h/d?",
            "postgres://u:${PASSWORD}@h/d?connection_limit=20",
        ),
        (
            "'postgres://h/d?my_connection_limit=1'",
            "'postgres://h/d?my_connection_limit=1&connection_limit=20'",
        ),
    ] {
        let migration = migrate(&format!("DATABASE_URL={old}\n"), Some(20)).expect("done");
        let text = text(&migration);
        assert_eq!(
            text.lines().next(),
            Some(format!("DATABASE_URL={new}").as_str())
        );
        let again = migrate(&text, Some(20)).expect("again");
        assert_eq!(again.file.bytes(), migration.file.bytes(), "{old}");
        assert!(again.is_idle(), "{old}");
    }
    for old in ["", "DATABASE_URL=\n", "DATABASE_URL=${OTHER}\n"] {
        let migration = migrate(old, Some(20)).expect("done");
        assert!(
            migration.findings[0].message.contains("cannot be set"),
            "{old}"
        );
    }
}

#[test]
fn values_that_refer_to_an_old_name_are_named() {
    let migration = migrate("FEISHU_APP_ID=1\nURL=\"x/${FEISHU_APP_ID}\"\n", None).expect("done");
    let finding = migration
        .findings
        .iter()
        .find(|finding| finding.message.contains("$FEISHU_APP_ID"))
        .expect("a finding");
    assert_eq!(finding.items, ["URL"]);
}

#[test]
fn a_parameter_is_set_in_urls_alone() {
    let old = "DATABASE_URL=host=h dbname=d\nLARK_VERIFICATION_TOKEN=t\n";
    let migration = migrate(old, Some(20)).expect("done");
    assert!(text(&migration).starts_with("DATABASE_URL=host=h dbname=d\n"));
    let said = &migration.findings[0].message;
    assert!(said.contains("DATABASE_URL is no URL"), "{said}");
}

#[test]
fn removals_take_the_whole_assignment() {
    let rules =
        EnvRules::parse("name = \"x\"\n[[remove]]\nname = \"OLD\"\nwhy = \"not read any more\"\n")
            .expect("rules");
    let old = EnvFile::parse(b"A=1\n# about old\nOLD=\"two\nlines\"\nB=2\n");
    let migration = EnvMigration::of(&old, &rules, &[]).expect("done");
    assert_eq!(text(&migration), "A=1\n# about old\nB=2\n");
}

/// Lines that no rule concerns.
fn other_line() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ \t]*#[ -~]{0,30}",
        "[ \t]{0,3}",
        "(export )?U_[A-Z0-9_]{0,8} ?= ?[a-z0-9:/@?&=%.]{0,20}( # [a-z ]{0,9})?",
        "U_[A-Z]{1,5}=\"[a-z #=']{0,12}\n[a-z #=']{0,12}\"",
        "U_[A-Z]{1,5}='[a-z #=\"]{0,12}'",
        "[a-z ]{1,12}",
    ]
}

proptest! {
    #[test]
    fn unknown_keys_comments_and_order_survive(
        before in proptest::collection::vec(other_line(), 0..12),
        after in proptest::collection::vec(other_line(), 0..12),
        crlf in any::<bool>(),
        last_end in any::<bool>(),
    ) {
        let end = if crlf { "\r\n" } else { "\n" };
        let mut lines = before.clone();
        lines.push("FEISHU_APP_ID=cli_1 # c".into());
        lines.extend(after);
        let mut old = lines.join(end);
        if last_end {
            old.push_str(end);
        }
        let migration = migrate(&old, None).expect("no conflict");
        let new = text(&migration);
        let kept = old.replacen("FEISHU_APP_ID=cli_1 # c", "LARK_APP_ID=cli_1 # c", 1);
        prop_assert!(new.starts_with(&kept), "{old:?}\n{new:?}");
        let added = new[kept.len()..].replace("\r\n", "\n");
        let added = if last_end || kept.ends_with('\n') { added } else { added[1..].to_owned() };
        prop_assert_eq!(added, ADDED);
    }

    #[test]
    fn no_words_hold_a_value(value in "[a-z]{12}") {
        let old = format!(
            "FEISHU_APP_ID={value}\nA={value}\nA='{value}'\nLARK_APP_SECRET={value}\n\
             DATABASE_URL=postgres://{value}@h/d\nnonsense {value}\n"
        );
        let migration = migrate(&old, Some(20)).expect("done");
        let words = format!("{migration:?}");
        prop_assert!(!words.contains(&value), "{words}");
    }
}
