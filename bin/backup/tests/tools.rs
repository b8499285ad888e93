//! The programs that it runs: missing, too old, failing, and what they are told.

use crate::scratch::{Scratch, script};

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
