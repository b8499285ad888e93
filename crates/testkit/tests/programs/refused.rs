//! What is asked for and cannot be done is refused before anything is written.

use super::workplace::{Workplace, psql};

/// A role that may do everything with rows and make nothing.
struct Role<'a> {
    place: &'a Workplace,
    name: String,
}

impl<'a> Role<'a> {
    fn of(place: &'a Workplace) -> Self {
        let name = format!("limited_{}", std::process::id());
        place.query(&format!(
            "CREATE ROLE {name} LOGIN; \
             GRANT USAGE ON SCHEMA public TO {name}; \
             GRANT ALL ON ALL TABLES IN SCHEMA public TO {name}"
        ));
        Self { place, name }
    }

    fn may_use_the_ledger(&self) {
        let name = &self.name;
        self.place.query(&format!(
            "GRANT USAGE ON SCHEMA sunset TO {name}; \
             GRANT ALL ON ALL TABLES IN SCHEMA sunset TO {name}; \
             GRANT ALL ON ALL SEQUENCES IN SCHEMA sunset TO {name}"
        ));
    }

    /// The database as this role reaches it.
    fn url(&self) -> String {
        let url = self.place.url();
        let (scheme, rest) = url.split_once("://").expect("a URL");
        let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
        format!("{scheme}://{}@{host}", self.name)
    }
}

impl Drop for Role<'_> {
    fn drop(&mut self) {
        let name = &self.name;
        let sql = format!("DROP OWNED BY {name}; DROP ROLE {name}");
        psql(&self.place.url(), &sql);
    }
}

#[test]
fn a_role_that_may_make_no_schema_is_told_before_anything_is_written() {
    let Some(place) = Workplace::new() else {
        return;
    };
    place.expect(0, "schema-push", &[]);
    place.query("DROP SCHEMA sunset CASCADE");
    let role = Role::of(&place);
    let url = role.url();
    let as_role = |program: &str, arguments: &[&str]| {
        let mut command = place.command(program, arguments);
        let output = command.env("DATABASE_URL", &url).output();
        let output = output.expect("the program is built");
        (
            output.status.code(),
            String::from_utf8_lossy(&output.stderr).into_owned(),
        )
    };
    let refused = |program: &str, arguments: &[&str]| {
        let (status, words) = as_role(program, arguments);
        assert_eq!(status, Some(1), "{program} {arguments:?} {words}");
        for part in [
            "this role may not make a backup of the tables; nothing was written",
            &format!("TO {}", role.name),
            "GRANT CREATE ON DATABASE",
            "--backup none",
        ] {
            assert!(words.contains(part), "{part}: {words}");
        }
    };
    // Not even a ledger is begun.
    refused("data-migrate", &["--backup", "tables"]);
    assert_eq!(place.query("SELECT to_regnamespace('sunset')"), [""]);
    place.expect(0, "data-migrate", &[]);
    place.query("UPDATE opportunities SET status = 'lost'");
    role.may_use_the_ledger();
    let runs = "SELECT count(*) || ' ' || (SELECT count(*) FROM sunset.audit) FROM sunset.runs";
    let before = place.query(runs);
    for (program, arguments) in [
        ("data-migrate", &["--backup", "tables"][..]),
        ("final-check", &["--repair", "--backup", "tables"]),
        ("rollback", &["--yes", "--backup", "tables"]),
    ] {
        refused(program, arguments);
        assert_eq!(place.query(runs), before, "{program}");
    }
    // Without a backup it may.
    let (status, words) = as_role("data-migrate", &["--backup", "none"]);
    assert_eq!(status, Some(0), "{words}");
    drop(role);
}

#[test]
fn a_backup_that_a_level_takes_not_is_refused_and_not_left_out() {
    let Some(place) = Workplace::new() else {
        return;
    };
    // A backup of the program backup that was broken off is one of that sort, too.
    let broken_off = place.dir.path().join("backups/broken-off");
    std::fs::create_dir_all(&broken_off).expect("a folder");
    std::fs::write(broken_off.join("database.dump"), "").expect("a file");
    let level = ["--plan", "main-server", "--level"];
    let said = |more: &[&str]| {
        let arguments: Vec<&str> = level.iter().chain(more).copied().collect();
        place.expect(1, "rollback", &arguments).stderr
    };
    for how in ["tables", "neon-branch"] {
        let words = said(&["traffic", "--schedule", "none.toml", "--backup", how]);
        assert!(words.contains("--level traffic takes no backup"), "{words}");
        let words = said(&["data", "--backup-id", "broken-off", "--backup", how]);
        assert!(words.contains("one of the program backup"), "{words}");
    }
    // Nothing is asked for that way.
    let words = said(&["traffic", "--schedule", "none.toml", "--backup", "none"]);
    assert!(words.contains("cannot read the schedule file"), "{words}");
}

#[test]
fn a_column_that_nothing_fills_is_foretold_with_what_helps() {
    let Some(place) = Workplace::new() else {
        return;
    };
    place.expect(0, "schema-push", &[]);
    place.query("ALTER TABLE opportunities ADD COLUMN tenant text NOT NULL");
    let fault = "table opportunities is not as V3 has it: column tenant is NOT NULL";
    let help = "ALTER TABLE \"public\".\"opportunities\" ALTER COLUMN \"tenant\" SET DEFAULT …";
    let dry = place.expect(3, "data-migrate", &["--dry-run"]);
    assert!(
        dry.stdout
            .contains(&format!("[DRY RUN] would fail: {fault}"))
            && dry.stdout.contains(help),
        "{}",
        dry.stdout
    );
    let dry = place.expect(3, "data-migrate", &["--dry-run", "--json"]);
    let dry = dry.json();
    assert_eq!(dry["status"], "incomplete", "{dry}");
    let next = dry["would_fail"]["next"].as_str().unwrap_or_default();
    assert!(next.contains(help), "{dry}");
    let refused = place.expect(1, "data-migrate", &[]);
    assert!(
        refused.stderr.contains(fault) && refused.stderr.contains(help),
        "{}",
        refused.stderr
    );
    place.query("ALTER TABLE opportunities ALTER COLUMN tenant SET DEFAULT 'x'");
    let dry = place.expect(0, "data-migrate", &["--dry-run", "--json"]);
    assert_eq!(dry.json().get("would_fail"), None);
    place.expect(0, "data-migrate", &[]);
}
