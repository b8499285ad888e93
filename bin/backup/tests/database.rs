//! A database there and back.

use std::process::Command;

use crate::scratch::Scratch;

/// What v2 and its users do after a backup: 3 new users, 5 changed sessions, 2 chats that go, a
/// table and other things that come.
const SINCE: &str = "INSERT INTO users (open_id) SELECT 'ou_since_' || n FROM generate_series(1, 3) AS n; \
    UPDATE sessions SET data = '{}' WHERE id IN (SELECT id FROM sessions ORDER BY id LIMIT 5); \
    DELETE FROM chats WHERE id IN (SELECT id FROM chats ORDER BY id LIMIT 2); \
    CREATE TYPE state AS ENUM ('new'); CREATE TABLE messages (id int PRIMARY KEY, s state, u uuid REFERENCES users (id)); \
    INSERT INTO messages SELECT n FROM generate_series(1, 11) AS n; \
    CREATE VIEW latest AS SELECT m.id, u.name FROM messages m LEFT JOIN users u ON u.id = m.u; \
    CREATE SCHEMA later; CREATE TABLE later.t (x int); INSERT INTO later.t VALUES (1); \
    CREATE FUNCTION answer() RETURNS state LANGUAGE sql AS 'SELECT ''new''::public.state'; \
    SELECT nextval('tickets')";

#[test]
fn what_was_backed_up_is_what_comes_back_and_what_would_be_lost_is_said_first() {
    let Some(scratch) = Scratch::new() else {
        return;
    };
    let before = scratch.everything();
    let id = scratch.take();
    let said = scratch.expect(0, &["verify", &id]);
    assert!(
        said.out.contains("it holds what its manifest says"),
        "{said:?}"
    );
    assert_eq!(
        scratch.admin("SELECT count(*) FROM pg_database WHERE datname LIKE 'sunset\\_verify\\_%' AND datname LIKE '%backup%'"),
        "0"
    );
    scratch.sql(SINCE);
    let after = scratch.everything();
    let shown = scratch.expect(0, &["restore", &id, "--dry-run", "--json"]);
    assert_eq!(shown.json()["rows_lost"], 3 + 5 + 11 + 1, "{shown:?}");
    let words = scratch.expect(1, &["restore", &id]);
    for part in [
        "would lose 20 rows written since",
        "public.users: 3 rows written since",
        "public.sessions: 5 rows written since; 5 of the backup's rows are changed or gone",
        "public.chats: 0 rows written since; 2 of the backup's rows are changed or gone",
        "public.messages: 11 rows written since, and the table itself",
        "view public.latest: made since",
        "--overwrite",
    ] {
        assert!(
            words.out.contains(part) || words.err.contains(part),
            "{part}: {words:?}"
        );
    }
    assert_eq!(scratch.everything(), after);
    let said = scratch.expect(0, &["restore", &id, "--overwrite", "--json"]);
    assert_eq!(scratch.everything(), before);
    assert_eq!(
        scratch.sql("SELECT count(*) FROM pg_namespace WHERE nspname = 'later'"),
        "0"
    );
    // What was overwritten can be had back just so.
    let safety = said.json()["backup_of_before"].as_str().map(str::to_owned);
    let safety = safety.expect("a backup of before");
    scratch.expect(0, &["restore", &safety, "--overwrite", "--without-backup"]);
    assert_eq!(scratch.everything(), after);
    let list = scratch.expect(0, &["list", "--json"]);
    assert_eq!(list.json()["backups"].as_array().map(Vec::len), Some(2));
}

#[test]
fn an_empty_database_gets_a_backup_without_further_ado() {
    let (Some(from), Some(to)) = (Scratch::new(), Scratch::empty()) else {
        return;
    };
    let id = from.take();
    let dir = from.path("backups").display().to_string();
    to.expect(0, &["restore", &id, "--dir", &dir]);
    assert_eq!(to.everything(), from.everything());
    // Over somebody else's database it is not restored, whatever is asked for.
    to.sql("INSERT INTO users (open_id) VALUES ('mine')");
    let said = to.expect(1, &["restore", &id, "--dir", &dir, "--overwrite"]);
    assert!(said.err.contains("of another database"), "{said:?}");
    assert_eq!(to.sql("SELECT count(*) FROM users"), "421");
}

#[test]
fn rows_are_counted_in_the_snapshot_that_is_dumped() {
    let Some(scratch) = Scratch::new() else {
        return;
    };
    let url = scratch.url();
    let stop = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let (seen, writing) = (stop.clone(), url.clone());
    let writer = std::thread::spawn(move || {
        let mut rounds = 0;
        while !seen.load(std::sync::atomic::Ordering::SeqCst) {
            crate::scratch::psql(
                &writing,
                "INSERT INTO users (open_id) SELECT gen_random_uuid()::text FROM generate_series(1, 50); DELETE FROM no_key WHERE ctid = (SELECT min(ctid) FROM no_key)",
            );
            rounds += 1;
        }
        rounds
    });
    let ids: Vec<String> = (0..3).map(|_| scratch.take()).collect();
    stop.store(true, std::sync::atomic::Ordering::SeqCst);
    assert!(writer.join().expect("the writer") > 0);
    for id in ids {
        scratch.expect(0, &["verify", &id]);
    }
}

#[test]
fn a_damaged_backup_is_found_and_never_restored() {
    let Some(scratch) = Scratch::new() else {
        return;
    };
    let id = scratch.take();
    let dump = scratch.path("backups").join(&id).join("database.dump");
    let whole = std::fs::read(&dump).expect("the dump");
    let mut changed = whole.clone();
    let middle = changed.len() / 2;
    changed[middle] ^= 1;
    std::fs::write(&dump, &changed).expect("a file");
    let said = scratch.expect(4, &["verify", &id]);
    assert!(said.err.contains("SHA-256"), "{said:?}");
    let said = scratch.expect(4, &["restore", &id, "--overwrite"]);
    assert!(said.err.contains("use another one"), "{said:?}");
    std::fs::write(&dump, &whole[..middle]).expect("a file");
    let said = scratch.expect(4, &["list"]);
    assert!(said.out.contains("damaged: database.dump has"), "{said:?}");
    std::fs::write(&dump, &whole).expect("a file");
    scratch.expect(0, &["verify", &id]);
    // No dump at all, and a manifest that says so of it.
    let path = scratch.manifest(&id);
    let text = std::fs::read_to_string(&path).expect("the manifest");
    let mut manifest: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let garbage = "PGDMP and nothing behind it";
    std::fs::write(&dump, garbage).expect("a file");
    let digest = Command::new("sha256sum").arg(&dump).output();
    let digest = String::from_utf8(digest.expect("sha256sum").stdout).expect("text");
    manifest["files"][0]["size"] = garbage.len().into();
    manifest["files"][0]["sha256"] = digest.split(' ').next().expect("a digest").into();
    std::fs::write(&path, manifest.to_string()).expect("the manifest");
    let said = scratch.expect(4, &["verify", &id]);
    assert!(said.err.contains("cannot read the dump"), "{said:?}");
    assert!(said.err.contains("this backup is damaged"), "{said:?}");
    manifest["files"] = serde_json::json!([]);
    std::fs::write(&path, manifest.to_string()).expect("the manifest");
    let said = scratch.expect(4, &["verify", &id]);
    assert!(said.err.contains("nothing of database.dump"), "{said:?}");
    std::fs::remove_file(&path).expect("the manifest");
    let said = scratch.expect(4, &["list"]);
    assert!(said.out.contains("without its manifest.json"), "{said:?}");
}

#[test]
fn a_plan_in_a_file_is_backed_up_and_a_restore_that_loses_nothing_says_so() {
    let Some(scratch) = Scratch::new() else {
        return;
    };
    let plan = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../samples/plans/sales-ai-leads.toml"
    );
    let said = scratch.expect(0, &["--plan", plan, "--json"]);
    let id = said.json()["manifest"]["id"].as_str().map(str::to_owned);
    let id = id.expect("an id");
    scratch.expect(0, &["verify", &id]);
    let said = scratch.expect(0, &["restore", &id, "--dry-run"]);
    assert!(said.out.contains("would lose nothing"), "{said:?}");
    let said = scratch.expect(1, &["--plan", "nowhere/plan.toml"]);
    assert!(said.err.contains("nowhere/plan.toml"), "{said:?}");
}

#[test]
fn a_restore_that_does_not_give_the_manifests_rows_leaves_everything_as_it_was() {
    let Some(scratch) = Scratch::new() else {
        return;
    };
    let id = scratch.take();
    let path = scratch.manifest(&id);
    let text = std::fs::read_to_string(&path).expect("the manifest");
    let mut manifest: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let tables = manifest["database"]["tables"]
        .as_array_mut()
        .expect("tables");
    let users = tables.iter_mut().find(|table| table["table"] == "users");
    users.expect("users")["rows"] = 419.into();
    std::fs::write(&path, manifest.to_string()).expect("the manifest");
    let said = scratch.expect(4, &["verify", &id]);
    assert!(
        said.out.contains("420 rows restored, 419 in the manifest"),
        "{said:?}"
    );
    scratch.sql("INSERT INTO users (open_id) VALUES ('since')");
    let before = scratch.everything();
    let said = scratch.expect(4, &["restore", &id, "--overwrite"]);
    assert!(
        said.err.contains("users was not restored as it was"),
        "{said:?}"
    );
    assert!(said.err.contains("use another backup"), "{said:?}");
    assert_eq!(scratch.everything(), before);
}

#[test]
fn a_verification_that_is_stopped_leaves_no_database() {
    let Some(mut scratch) = Scratch::new() else {
        return;
    };
    let id = scratch.take();
    let bin = scratch.path("bin");
    std::fs::create_dir(&bin).expect("a folder");
    for program in ["pg_dump", "psql"] {
        crate::scratch::script(&bin.join(program), &format!("exec {program} \"$@\""));
    }
    // In the middle of restoring: the database is there, and somebody is in it.
    let begun = scratch.path("begun");
    let slow = format!(
        "case $1 in --version) exec pg_restore --version ;; esac; touch {}; exec sleep 60",
        begun.display()
    );
    crate::scratch::script(&bin.join("pg_restore"), &slow);
    scratch.set("PG_BIN_DIR", &bin.display().to_string());
    let own = "SELECT count(*) FROM pg_database AS d JOIN pg_stat_activity AS a USING (datname) \
               WHERE datname LIKE 'sunset\\_verify\\_%' AND application_name = 'sunset/backup'";
    for signal in ["-TERM", "-INT"] {
        let mut command = scratch.command(&["verify", &id]);
        command.stdout(std::process::Stdio::piped());
        command.stderr(std::process::Stdio::piped());
        let child = command.spawn().expect("backup");
        let waited = std::time::Instant::now();
        while !begun.exists() {
            assert!(waited.elapsed() < std::time::Duration::from_secs(60));
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        std::thread::sleep(std::time::Duration::from_millis(300));
        let names = scratch.admin(
            "SELECT string_agg(datname, ',') FROM pg_database WHERE datname LIKE 'sunset\\_verify\\_%'",
        );
        assert_ne!(scratch.admin(own), "0", "it is restored into");
        let id = child.id().to_string();
        let killed = Command::new("kill").args([signal, &id]).status();
        assert!(killed.expect("kill").success());
        let output = child.wait_with_output().expect("its end");
        let said = crate::scratch::Said::new(output);
        assert_eq!(said.status, 1, "{said:?}");
        assert!(said.err.contains("stopped "), "{said:?}");
        // Those of other tests go with their checks; a later check drops none within the hour.
        let left = format!(
            "SELECT count(*) FROM pg_database WHERE datname = ANY (string_to_array('{names}', ','))"
        );
        let ended = std::time::Instant::now();
        while scratch.admin(&left) != "0" {
            assert!(
                ended.elapsed() < std::time::Duration::from_secs(40),
                "{signal}: {names} {said:?}"
            );
            std::thread::sleep(std::time::Duration::from_millis(200));
        }
        std::fs::remove_file(&begun).expect("removed");
    }
}

#[test]
fn a_killed_backup_is_never_listed() {
    let Some(mut scratch) = Scratch::new() else {
        return;
    };
    // A pg_dump that takes its time, in a folder with the others.
    let bin = scratch.path("bin");
    std::fs::create_dir(&bin).expect("a folder");
    for program in ["pg_restore", "psql"] {
        crate::scratch::script(&bin.join(program), &format!("exec {program} \"$@\""));
    }
    let slow = "case $1 in --version) exec pg_dump --version ;; esac; pg_dump \"$@\"; touch dumped; sleep 20";
    crate::scratch::script(&bin.join("pg_dump"), slow);
    scratch.set("PG_BIN_DIR", &bin.display().to_string());
    let mut child = scratch
        .command(&["--plan", "main-server"])
        .stdout(std::process::Stdio::null())
        .spawn()
        .expect("backup");
    let begun = std::time::Instant::now();
    while !scratch.path("dumped").exists() {
        assert!(begun.elapsed().as_secs() < 60, "pg_dump never ended");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    child.kill().expect("kill -9");
    child.wait().expect("its end");
    let said = scratch.expect(0, &["list", "--json"]);
    assert_eq!(said.json()["backups"].as_array().map(Vec::len), Some(0));
    assert_eq!(said.json()["unfinished"].as_array().map(Vec::len), Some(1));
    assert!(said.err.contains("broken off"), "{said:?}");
}
