//! Talk in every language: what programs say is compared, line by line, with what they say in
//! English.

use super::recordings::Recorded;
use super::workplace::Workplace;

/// What a program said, line by line.
fn said(
    place: &Workplace,
    status: i32,
    (program, more): (&str, &[&str]),
    language: &str,
) -> Vec<String> {
    let mut arguments = more.to_vec();
    arguments.extend(["--lang", language]);
    let outcome = place.expect(status, program, &arguments);
    let lines = outcome.stdout.lines().chain(outcome.stderr.lines());
    lines.map(str::to_owned).collect()
}

/// Whether a line has nothing to be translated: numbers, names of rows and tables, SQL, paths.
pub fn is_of_names(english: &str) -> bool {
    let words = english.trim_start().replace("[DRY RUN] ", "");
    let words = words.trim_start();
    let is_name = |word: &str| {
        let plain = word.trim_matches([
            ',', ';', ':', '(', ')', '.', '-', '"', '\'', '`', '*', '~', '→',
        ]);
        plain.is_empty()
            || plain
                .chars()
                .any(|c| c.is_ascii_digit() || "_/=%×".contains(c))
            || plain.chars().all(|c| !c.is_ascii_lowercase())
    };
    words.is_empty()
        || words.starts_with("- ")
        || words.starts_with("sql: ")
        || words.starts_with('"')
        || words.starts_with("CONSTRAINT ")
        // A field of V2: its path, how often it is there, its types.
        || words.contains(" %  ")
        || words.contains("×  ")
        || words.split_whitespace().skip(1).all(is_name)
}

/// Lines that are the same in another language as in English.
fn untold(place: &Workplace, status: i32, command: (&str, &[&str])) -> Vec<String> {
    let english = said(place, status, command, "en");
    let mut left = Vec::new();
    for language in ["zh-TW", "es"] {
        let other = said(place, status, command, language);
        assert_eq!(
            other.len(),
            english.len(),
            "{command:?}: {english:#?} {other:#?}"
        );
        for (english, other) in english.iter().zip(&other) {
            if english == other && !is_of_names(english) {
                left.push(format!("{} {language}: {english}", command.0));
            }
        }
    }
    left
}

/// A program, the status that it ends with, and its arguments.
type Command<'a> = (&'a str, i32, &'a [&'a str]);

/// Everything that was said in English alone, in the end.
#[derive(Default)]
struct Left(Vec<String>);

impl Left {
    fn of(&mut self, place: &Workplace, commands: &[Command<'_>]) {
        for (program, status, more) in commands {
            self.0.extend(untold(place, *status, (program, more)));
        }
    }

    fn expect_none(self) {
        assert!(self.0.is_empty(), "{:#?}", self.0);
    }
}

#[test]
fn every_line_is_said_in_every_language() {
    let Some(place) = Workplace::new() else {
        return;
    };
    let mut left = Left::default();
    left.of(
        &place,
        &[
            ("v2-inspect", 0, &[]),
            ("schema-push", 0, &["--dry-run"]),
            ("data-migrate", 0, &["--dry-run"]),
            ("rollback", 0, &["--dry-run"]),
            ("rollback", 0, &["--list-backups"]),
            ("final-check", 4, &["--no-report"]),
            ("cutover", 1, &["--without-audio"]),
        ],
    );
    place.expect(0, "schema-push", &[]);
    place.expect(0, "data-migrate", &["--backup", "tables"]);
    left.of(&place, &[("cutover", 0, &["--without-audio"])]);
    place.query("UPDATE conversations SET duration = 1 WHERE id = '202506-IC001'");
    let id = place.query("SELECT id FROM sunset.backups");
    left.of(
        &place,
        &[
            ("schema-push", 0, &[]),
            ("schema-push", 0, &["--check"]),
            ("fix-schema", 0, &[]),
            ("data-migrate", 0, &[]),
            ("data-migrate", 0, &["--verbose"]),
            ("data-migrate", 0, &["--backup", "tables"]),
            ("data-migrate", 0, &["--retry-quarantined"]),
            ("audio-migrate", 1, &[]),
            ("check-r2", 1, &[]),
            ("final-check", 4, &["--no-report", "--verbose"]),
            (
                "final-check",
                4,
                &["--no-report", "--sample", "3", "--only", "data"],
            ),
            (
                "final-check",
                4,
                &["--no-report", "--repair", "--dry-run", "--only", "data"],
            ),
            ("final-check", 0, &["--report-only"]),
            ("cutover", 4, &["--frozen", "--without-audio"]),
            ("rollback", 0, &["--dry-run"]),
            ("rollback", 3, &["--dry-run", "--schema"]),
            ("rollback", 1, &[]),
            ("rollback", 0, &["--list-backups"]),
            ("rollback", 0, &["--list-backups", "--verbose"]),
            ("rollback", 0, &["--dry-run", "--run", "2"]),
            ("rollback", 0, &["--dry-run", "--id", "202506-IC001"]),
            ("rollback", 0, &["--dry-run", "--collection", "leads"]),
            ("rollback", 1, &["--run", "99", "--yes"]),
            ("rollback", 1, &["--schema", "--run", "1", "--yes"]),
            (
                "rollback",
                1,
                &[
                    "--level",
                    "traffic",
                    "--backup",
                    "tables",
                    "--schedule",
                    "x",
                ],
            ),
            ("rollback", 1, &["--level", "traffic"]),
            ("rollback", 1, &["--level", "data", "--backup-id", &id[0]]),
            (
                "rollback",
                1,
                &["--level", "data", "--backup-id", "backup_1"],
            ),
            (
                "rollback",
                0,
                &["--level", "data", "--backup-id", &id[0], "--yes"],
            ),
        ],
    );
    left.expect_none();
}

#[test]
fn what_an_older_v3_needs_is_said_in_every_language() {
    let Some(place) = Workplace::new() else {
        return;
    };
    place.expect(0, "schema-push", &[]);
    // As an older version of V3 left it.
    place.query(
        "ALTER TABLE conversations ADD COLUMN lead_id text NOT NULL, ALTER COLUMN opportunity_id DROP NOT NULL, \
         ALTER COLUMN duration TYPE double precision; \
         ALTER TABLE opportunities DROP COLUMN industry; \
         INSERT INTO \"user\" (id, name, email) VALUES ('u', 'U', 'u@x.tw'); \
         INSERT INTO opportunities (id, user_id, customer_number, company_name) VALUES ('o', 'u', 'o-1', 'O'); \
         INSERT INTO conversations (id, lead_id, type, duration) VALUES ('c-1', 'o', 'demo', 12.5), ('d-2', 'nobody-3', 'demo', 1)",
    );
    let mut left = Left::default();
    left.of(
        &place,
        &[
            ("schema-push", 0, &["--dry-run"]),
            ("schema-push", 4, &["--check"]),
            ("schema-push", 4, &["--check", "--strict"]),
            ("fix-schema", 3, &["--dry-run"]),
        ],
    );
    place.run("schema-push", &[]);
    place.run("fix-schema", &[]);
    left.of(
        &place,
        &[
            ("fix-schema", 3, &[]),
            ("rollback", 3, &["--dry-run", "--schema"]),
        ],
    );
    left.expect_none();
}

#[test]
fn what_is_wrong_with_documents_is_said_in_every_language() {
    let Some(place) = Workplace::new() else {
        return;
    };
    let name = "projects/p/databases/(default)/documents/cases";
    let lines = format!(
        "{{\"name\": \"{name}/a\", \"fields\": {{\"customerId\": {{\"stringValue\": \"c-1\"}}, \
         \"status\": {{\"stringValue\": \"odd\"}}, \"audio\": {{\"mapValue\": {{\"fields\": \
         {{\"duration\": {{\"stringValue\": \"12\"}}}}}}}}}}}}\n\
         {{\"name\": \"{name}/b\", \"fields\": {{\"customerId\": {{\"integerValue\": \"7\"}}}}}}\n\
         {{\"name\": \"{name}/c\", \"fields\": {{\"notes\": {{\"stringValue\": \"me@example.com\"}}}}}}\n\
         {{\"nam\n"
    );
    let place = place.with_documents(&[("cases.ndjson", lines.as_bytes())]);
    let mut left = Left::default();
    left.of(&place, &[("v2-inspect", 3, &[])]);
    place.expect(0, "schema-push", &[]);
    place.expect(3, "data-migrate", &[]);
    left.of(
        &place,
        &[
            ("data-migrate", 3, &["--verbose"]),
            ("data-migrate", 3, &["--retry-quarantined"]),
            ("data-migrate", 1, &["--retry-quarantined", "none_such"]),
            ("final-check", 4, &["--no-report", "--verbose"]),
            ("data-migrate", 1, &["--prune", "--prune-empty", "nothing"]),
        ],
    );
    let place = place.with("V2_FIRESTORE", "file:///nowhere");
    left.of(
        &place,
        &[
            ("data-migrate", 1, &[]),
            ("v2-inspect", 1, &[]),
            ("data-migrate", 1, &["--plan", "none-such"]),
            ("final-check", 1, &["--verify-proof", "none.proof"]),
        ],
    );
    let place = place.without("DATABASE_URL");
    left.of(
        &place,
        &[
            ("data-migrate", 1, &[]),
            ("schema-push", 1, &[]),
            ("backup", 1, &[]),
            ("rollout", 1, &["status"]),
        ],
    );
    left.expect_none();
}

#[test]
fn what_is_found_is_said_in_every_language_item_by_item() {
    let Some(place) = Workplace::new() else {
        return;
    };
    let document = |collection: &str, id: &str, fields: &str| {
        format!(
            "{{\"name\": \"projects/p/databases/(default)/documents/{collection}/{id}\", \"fields\": {{{fields}}}, \
             \"createTime\": \"2025-11-01T00:00:00Z\", \"updateTime\": \"2025-11-01T00:00:00Z\"}}\n"
        )
    };
    let text = |name: &str, value: &str| format!("\"{name}\": {{\"stringValue\": \"{value}\"}}");
    let leads = document("leads", "a", &text("customer_number", "x-1"))
        + &document("leads", "b", &text("customer_number", "x-1"))
        + &document("leads", "c", "");
    let conversations =
        document("conversations", "d", "") + &document("conversations", "e", &text("lead_id", "?"));
    let cases = document("cases", "f", "") + &document("cases", "g", &text("customerId", "y-1"));
    let analyses = document("meddic_analyses", "h", "")
        + &document("meddic_analyses", "i", &text("conversation_id", "?"));
    let place = place.with_documents(&[
        ("leads.ndjson", leads.as_bytes()),
        ("conversations.ndjson", conversations.as_bytes()),
        ("cases.ndjson", cases.as_bytes()),
        ("meddic_analyses.ndjson", analyses.as_bytes()),
    ]);
    place.expect(0, "schema-push", &[]);
    place.expect(3, "data-migrate", &[]);
    place.query(
        "UPDATE opportunities SET company_name = 'x', contact_name = 'y' WHERE id = 'a'; \
         UPDATE conversations SET audio_url = 'gs://nowhere/x.mp3' WHERE id = 'g'; \
         DELETE FROM sunset.items WHERE document_id = 'c'; \
         DELETE FROM sunset.quarantine WHERE document_id = 'd'; \
         UPDATE sunset.provenance SET written = sha256('x') WHERE row_id = 'c'; \
         UPDATE \"user\" SET email = 'other@x.tw'; \
         ALTER TABLE opportunities ALTER COLUMN customer_number DROP NOT NULL; \
         ALTER TABLE conversations DROP CONSTRAINT conversations_case_number_unique",
    );
    let command: (&str, &[&str]) = ("final-check", &["--no-report", "--verbose"]);
    let english = said(&place, 4, command, "en");
    for language in ["zh-TW", "es"] {
        let other = said(&place, 4, command, language);
        let pairs = english.iter().zip(&other);
        let items = pairs.filter(|(english, _)| {
            let item = english.trim_start().strip_prefix("- ");
            // What follows the name is more than a name.
            item.and_then(|item| item.split_once(": "))
                .is_some_and(|(_, rest)| rest.contains(' '))
        });
        let mut count = 0;
        for (english, other) in items {
            assert_ne!(english, other, "{language}");
            count += 1;
        }
        assert!(count >= 12, "{count} of {english:#?}");
    }
}

/// What a program says in a language; none of these words is in it.
fn without(place: &Workplace, status: i32, (program, more): (&str, &[&str]), words: &[&str]) {
    for language in ["zh-TW", "es"] {
        let said = said(place, status, (program, more), language);
        let left = said
            .iter()
            .filter(|line| words.iter().any(|w| line.contains(w)));
        let left: Vec<&String> = left.collect();
        assert!(left.is_empty(), "{program} {language}: {left:#?}");
    }
}

#[test]
fn what_a_bucket_holds_otherwise_is_said_in_every_language() {
    let Some(place) = Recorded::with_rows() else {
        return;
    };
    place.expect(0, "audio-migrate", &[]);
    let keys = place.stored();
    let object = |at: usize| place.dir.path().join("s3/recordings").join(&keys[at]);
    std::fs::remove_file(object(0)).expect("removed");
    std::fs::write(object(1), b"short").expect("written");
    let english = [
        "object",
        " bytes instead",
        " with ",
        " instead of ",
        "ledger",
    ];
    without(&place, 4, ("check-r2", &[]), &english);
    let expected = ["--expect-objects", "999", "--expect-bytes", "999999999"];
    without(&place, 4, ("check-r2", &expected), &english);
    let args = ["--no-report", "--verbose", "--only", "audio"];
    without(&place, 4, ("final-check", &args), &english);
}

#[test]
fn what_v2_inspect_finds_is_said_in_every_language() {
    let Some(place) = Workplace::new() else {
        return;
    };
    let english = [" of 11 ", " of 122", "date only", "since 1970", "different"];
    without(&place, 0, ("v2-inspect", &[]), &english);
}

#[test]
fn faults_of_the_configuration_are_said_in_every_language() {
    let Some(place) = Workplace::new() else {
        return;
    };
    let english = [" not set", "The ", "say where", "write ", "set ", " is "];
    let place = place
        .with("CLOUDFLARE_R2_ENDPOINT", "ftp://x")
        .with("BATCH_SIZE", "some")
        .with("DRY_RUN", "perhaps")
        .with("V2_AUDIO", "nowhere")
        .without("DATABASE_URL")
        .without("V2_FIRESTORE");
    for program in ["audio-migrate", "data-migrate"] {
        without(&place, 1, (program, &[]), &english);
    }
}

#[test]
fn the_language_stands_before_a_command_or_behind_it() {
    let Some(place) = Workplace::new() else {
        return;
    };
    let spanish = place.expect(0, "backup", &["--lang", "es", "list"]);
    assert_eq!(spanish.stdout, "No hay ninguna copia en backups.\n");
    let behind = place.expect(0, "backup", &["list", "--lang", "es"]);
    assert_eq!(behind.stdout, spanish.stdout);
}
