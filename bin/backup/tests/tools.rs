//! The programs that it runs: missing, too old, failing, and what they are told.

use crate::scratch::{Said, Scratch, script};

fn pretend(scratch: &mut Scratch, version: &str, dump: &str) {
    let bin = scratch.path("bin");
    std::fs::create_dir_all(&bin).expect("a folder");
    for program in ["pg_dump", "pg_restore", "psql"] {
        let text = if program == "pg_dump" { dump } else { "exit 9" };
        let version =
            format!("case $1 in --version) echo '{program} (PostgreSQL) {version}'; exit ;; esac");
        script(&bin.join(program), &format!("{version}\n{text}"));
    }
    scratch.set("PG_BIN_DIR", &bin.display().to_string());
}

#[test]
fn without_fitting_programs_nothing_is_begun() {
    let Some(mut scratch) = Scratch::empty() else {
        return;
    };
    let nowhere = scratch.path("nowhere").display().to_string();
    scratch.set("PG_BIN_DIR", &nowhere);
    let said = scratch.expect(1, &[]);
    assert!(
        said.err
            .contains("there is no pg_dump here; nothing was begun"),
        "{said:?}"
    );
    pretend(&mut scratch, "9.6.24", "exit 9");
    let said = scratch.expect(1, &[]);
    assert!(
        said.err
            .contains("newer than pg_dump here; nothing was begun"),
        "{said:?}"
    );
    assert!(said.err.contains("postgresql-client-"), "{said:?}");
    assert!(!scratch.path("backups").exists());
    let said = scratch.expect(1, &["--plan", "nobodys"]);
    assert!(said.err.contains("the plans are: sales-ai"), "{said:?}");
}

#[test]
fn a_pg_dump_that_fails_leaves_no_backup() {
    let Some(mut scratch) = Scratch::new() else {
        return;
    };
    pretend(
        &mut scratch,
        "99.1",
        "echo 'pg_dump: error: the moon is in the way' >&2; exit 1",
    );
    let said = scratch.expect(1, &["--plan", "main-server"]);
    assert!(said.err.contains("the moon is in the way"), "{said:?}");
    let entries = std::fs::read_dir(scratch.path("backups"))
        .expect("the folder")
        .count();
    assert_eq!(entries, 0);
}

#[test]
fn sigterm_ends_what_was_started_and_leaves_nothing() {
    let Some(mut scratch) = Scratch::new() else {
        return;
    };
    let file = scratch.path("pid");
    pretend(
        &mut scratch,
        "99.1",
        &format!("echo $$ >{}; exec sleep 300", file.display()),
    );
    let running = scratch
        .command(&["--plan", "main-server"])
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("backup");
    let begun = std::time::Instant::now();
    let dump = loop {
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        if let Ok(id) = text.trim().parse::<u32>() {
            break id;
        }
        assert!(begun.elapsed().as_secs() < 60, "pg_dump is not started");
        std::thread::sleep(std::time::Duration::from_millis(50));
    };
    let kill = |id: u32, signal: &str| {
        let mut command = std::process::Command::new("kill");
        command.args([signal, &id.to_string()]).output()
    };
    kill(running.id(), "-TERM").expect("kill");
    let said = Said::new(running.wait_with_output().expect("backup"));
    assert_eq!(said.status, 1, "{said:?}");
    assert!(said.err.contains("stopped by SIGTERM"), "{said:?}");
    let entries = std::fs::read_dir(scratch.path("backups")).expect("the folder");
    assert_eq!(entries.count(), 0);
    let there = || {
        let mut command = std::process::Command::new("ps");
        let shown = command.args(["-o", "stat=", "-p", &dump.to_string()]);
        let shown = shown.output().expect("ps").stdout;
        let state = String::from_utf8_lossy(&shown).trim().to_owned();
        !state.is_empty() && !state.starts_with('Z')
    };
    let ended = std::time::Instant::now();
    while there() {
        assert!(ended.elapsed().as_secs() < 10, "pg_dump goes on");
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
}

#[test]
fn a_redis_that_never_answers_is_not_waited_for() {
    let Some(mut scratch) = Scratch::empty() else {
        return;
    };
    let bin = scratch.path("silent");
    std::fs::create_dir(&bin).expect("a folder");
    script(&bin.join("redis-cli"), "exec sleep 300");
    let path = std::env::var("PATH").expect("PATH");
    scratch.set("PATH", &format!("{}:{path}", bin.display()));
    scratch.set("REDIS_URL", "rediss://:hunter2@127.0.0.1:9");
    let said = scratch.expect(1, &["--plan", "main-server"]);
    assert!(said.err.contains("Redis gave no answer in"), "{said:?}");
    assert!(!said.err.contains("hunter2"), "{said:?}");
    assert!(!scratch.path("backups").exists());
}

#[test]
fn a_password_stands_on_no_command_line_and_in_no_file() {
    let Some(mut scratch) = Scratch::new() else {
        return;
    };
    let (server, name) = scratch
        .url()
        .split_once("://")
        .map(|(_, rest)| rest.split_once('/').expect("a database"))
        .map(|(server, name)| (server.to_owned(), name.to_owned()))
        .expect("a URL");
    let host = server.rsplit('@').next().unwrap_or(&server).to_owned();
    scratch.set(
        "DATABASE_URL",
        &format!("postgresql://postgres:hunter2@{host}/{name}"),
    );
    let bin = scratch.path("bin");
    std::fs::create_dir(&bin).expect("a folder");
    for program in ["pg_dump", "pg_restore", "psql"] {
        let text = format!(
            "echo \"{program} $*\" >>{0}/words; env | grep -c '^PGPASSWORD=hunter2$' >>{0}/{program}.env; exec {program} \"$@\"",
            scratch.folder.path().display()
        );
        script(&bin.join(program), &text);
    }
    scratch.set("PG_BIN_DIR", &bin.display().to_string());
    let id = scratch.take();
    scratch.expect(0, &["verify", &id, "--verbose"]);
    scratch.expect(0, &["restore", &id, "--overwrite", "--verbose"]);
    let read = |name: &str| std::fs::read_to_string(scratch.path(name)).expect("a file");
    let words = read("words");
    assert!(words.contains("pg_dump --format=custom"), "{words}");
    assert!(words.contains("psql --no-psqlrc"), "{words}");
    assert!(!words.contains("hunter2"), "{words}");
    assert!(read("pg_dump.env").contains('1') && read("psql.env").contains('1'));
    let manifest = std::fs::read_to_string(scratch.manifest(&id)).expect("the manifest");
    assert!(!manifest.contains("hunter2"));
}
