//! What `rollback` says, word for word.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test that fails says so"
)]

#[path = "../../schema-push/tests/breaking.rs"]
mod breaking;
mod levels;
mod schema;

use std::ops::Deref;
use std::path::Path;
use std::process::{Command, Output};

use sunset_core::digest::Digest;
use sunset_core::permit::{Consent, WritePermit};
use sunset_core::ports::rows::{Item, ItemKey, OnConflict, RowWriter};
use sunset_core::ports::runs::{RunEnd, RunStart};
use sunset_core::row::{Cell, CellKind, Row, Shape};
use sunset_core::secret::Secret;
use sunset_targets::postgres::{ConnectOptions, Database, Ledger};
use sunset_testkit::database::ScratchDatabase;

/// A database that is dropped with this value.
struct Scratch {
    database: ScratchDatabase,
    folder: tempfile::TempDir,
}

impl Scratch {
    fn new() -> Option<Self> {
        Some(Self {
            database: ScratchDatabase::new_and_wait()?,
            folder: tempfile::tempdir().expect("folder"),
        })
    }

    fn rollback(&self, arguments: &[&str]) -> Output {
        command(self.folder.path())
            .env("DATABASE_URL", &self.url)
            .args(arguments)
            .output()
            .expect("run")
    }

    /// Output and status, without what differs from run to run.
    fn golden(&self, arguments: &[&str]) -> String {
        shown(&self.rollback(arguments), Some(self))
    }

    fn sql(&self, sql: &str) {
        self.run_and_wait(sql);
    }
}

impl Deref for Scratch {
    type Target = ScratchDatabase;

    fn deref(&self) -> &ScratchDatabase {
        &self.database
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("runtime")
}

fn command(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rollback"));
    command
        .current_dir(folder)
        .env_clear()
        .env("COLUMNS", "100");
    command
}

fn shown(output: &Output, scratch: Option<&Scratch>) -> String {
    let mut text = format!(
        "exit {}\n--- standard output\n{}--- standard error\n{}",
        output.status.code().unwrap_or(-1),
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    if let Some(scratch) = scratch {
        text = text.replace(&scratch.name, "v3");
        let url = url::Url::parse(&scratch.url).expect("url");
        let user = url.username();
        let place = format!(
            "{user}@{}:{}",
            url.host_str().unwrap_or_default(),
            url.port().unwrap_or(5432)
        );
        text = text.replace(&place, "user@host:5432");
    }
    text
}

/// Three opportunities, one of which somebody edits.
fn migrate(scratch: &Scratch) {
    scratch.sql(
        "CREATE TABLE IF NOT EXISTS opportunities (id text PRIMARY KEY, company_name text NOT NULL); \
         INSERT INTO opportunities (id, company_name) VALUES ('theirs', 'Alone')",
    );
    runtime().block_on(async {
        let database = Database::connect(
            &Secret::new(scratch.url.clone()),
            ConnectOptions::for_program("test"),
        )
        .await
        .expect("connect");
        let consent = Consent::given_by_arguments();
        let permit = WritePermit::bind(&consent, database.identity().clone());
        let ledger = Ledger::install(&database, &permit).await.expect("ledger");
        let start = RunStart {
            plan: "sales-ai".into(),
            program: "data-migrate".into(),
            version: "0.0.0".into(),
            source: Some("file:///v2".into()),
            read_time: None,
            options: serde_json::json!({}),
            host: "testhost".into(),
            pid: 1,
        };
        let run = ledger.begin_run(&permit, &start).await.expect("run");
        let shape = Shape::new(
            "opportunities",
            &[("id", CellKind::Text), ("company_name", CellKind::Text)],
        );
        let items: Vec<Item> = ["a", "b", "c"]
            .map(|id| {
                let row = Row {
                    shape: shape.clone(),
                    cells: vec![Cell::Text(id.into()), Cell::Text("ACME".into())],
                };
                let key = ItemKey {
                    collection: "leads".into(),
                    id: id.into(),
                };
                Item::new(
                    key,
                    Digest::of(id.as_bytes()),
                    vec![row],
                    vec![],
                    None,
                    vec![],
                )
            })
            .into();
        run.rows(OnConflict::Keep).load(&items).await.expect("load");
        run.finish(&RunEnd::done(serde_json::json!({}), serde_json::json!({})))
            .await
            .expect("finish");
    });
    scratch.sql("UPDATE opportunities SET company_name = 'Edited' WHERE id = 'b'");
}

#[test]
fn wrong_usage_and_configuration_are_told() {
    let folder = tempfile::tempdir().expect("folder");
    let wrong = command(folder.path())
        .args(["--run", "soon"])
        .output()
        .expect("run");
    insta::assert_snapshot!("usage", shown(&wrong, None));
    let both = command(folder.path())
        .args(["--delete-objects", "--run", "1"])
        .output()
        .expect("run");
    insta::assert_snapshot!("usage_both", shown(&both, None));
    let bare = command(folder.path())
        .arg("--delete-objects")
        .output()
        .expect("run");
    insta::assert_snapshot!("configuration", shown(&bare, None));
}

#[test]
fn a_database_without_a_ledger_has_nothing_to_take_back() {
    let Some(scratch) = Scratch::new() else {
        return;
    };
    for arguments in [&["--dry-run"][..], &["--yes"], &[]] {
        let output = scratch.rollback(arguments);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(text.contains("nothing was ever migrated"), "{text}");
    }
    insta::assert_snapshot!(scratch.golden(&["--list-runs"]));
}

#[test]
fn it_shows_asks_does_and_proves() {
    let Some(scratch) = Scratch::new() else {
        return;
    };
    migrate(&scratch);
    insta::assert_snapshot!("dry_run", scratch.golden(&["--dry-run"]));
    insta::assert_snapshot!("not_confirmed", scratch.golden(&[]));
    insta::assert_snapshot!(
        "not_confirmed_json",
        scratch.golden(&["--json", "--id", "a"])
    );
    insta::assert_snapshot!("unknown_run", scratch.golden(&["--run", "77", "--yes"]));
    // Nor the one that would get the next number; none of them begins a run.
    let next = scratch.text_and_wait("SELECT max(id) + 1 FROM sunset.runs");
    for _ in 0..2 {
        let output = scratch.rollback(&["--run", &next, "--yes"]);
        assert_eq!(output.status.code(), Some(1), "{next}");
    }
    let begun = "SELECT count(*) FROM sunset.runs WHERE program = 'rollback'";
    assert_eq!(scratch.text_and_wait(begun), "0");
    insta::assert_snapshot!("done_but_kept", scratch.golden(&["--yes"]));
    insta::assert_snapshot!(
        "forced_json",
        scratch.golden(&["--yes", "--force", "--json"])
    );
    insta::assert_snapshot!("nothing_left", scratch.golden(&["--yes"]));
}

#[test]
fn the_environment_confirms_too() {
    let Some(scratch) = Scratch::new() else {
        return;
    };
    migrate(&scratch);
    let output = command(scratch.folder.path())
        .env("DATABASE_URL", &scratch.url)
        .env("CONFIRM_ROLLBACK", "yes")
        .arg("--force")
        .output()
        .expect("run");
    assert_eq!(output.status.code(), Some(0));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(text.contains("as before the first run"), "{text}");
}
