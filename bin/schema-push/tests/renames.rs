//! Renames of what has rows, keys and definitions.

use crate::PROGRAM;
use crate::scratch::{Said, Scratch};

/// V3 as it might have been: another table, other columns, and none of their keys.
const OLD: &str = "CREATE TABLE \"user\" (id text PRIMARY KEY, name text NOT NULL, mail text); \
    INSERT INTO \"user\" VALUES ('u1', 'A', 'a@x'), ('u2', 'B', 'b@x'); \
    CREATE TABLE sources (id text PRIMARY KEY, label text, kind text NOT NULL, \"User\" text, \
        CONSTRAINT label_known CHECK (label <> '')); \
    CREATE INDEX sources_label ON sources (lower(label)) WHERE label IS NOT NULL; \
    INSERT INTO sources VALUES ('s1', 'One', 'web', 'u1'), ('s2', 'Two', 'web', NULL); \
    CREATE TABLE form_submissions (id text PRIMARY KEY, source text REFERENCES sources (id) ON DELETE CASCADE, \
        source_type text NOT NULL, raw_payload jsonb NOT NULL); \
    INSERT INTO form_submissions VALUES ('f1', 's1', 'web', '{}')";

const RENAMES: [&str; 10] = [
    "--rename",
    "user.mail=email",
    "--rename",
    "sources=lead_sources",
    "--rename",
    "lead_sources.label=name",
    "--rename",
    "sources.kind=type",
    "--rename",
    "form_submissions.source=source_id",
];

#[tokio::test]
async fn what_is_renamed_gets_its_keys_and_all_of_it_can_be_taken_back() {
    let Some(scratch) = Scratch::with(OLD).await else {
        return;
    };
    let before = scratch.dump().await;
    let dry = scratch.say(PROGRAM, &[RENAMES.as_slice(), &["--dry-run"]].concat());
    assert_eq!(dry.status, 0, "{}", dry.shown());
    let said = scratch.say(PROGRAM, &RENAMES);
    assert_eq!(said.status, 0, "{}", said.shown());
    let check = scratch.say(PROGRAM, &["--check"]);
    assert_eq!(check.status, 0, "{}", check.shown());
    assert_eq!(
        scratch
            .text(
                "SELECT string_agg(concat_ws('|', name, type), ' ' ORDER BY id) FROM lead_sources"
            )
            .await,
        "One|web Two|web"
    );
    scratch.take_back().await;
    assert_eq!(scratch.dump().await, before);
}

#[tokio::test]
async fn rows_in_the_way_of_a_renamed_column_are_listed_before_anything_is_done() {
    let Some(scratch) = Scratch::with(OLD).await else {
        return;
    };
    scratch
        .run("UPDATE \"user\" SET mail = 'same'; INSERT INTO \"user\" VALUES ('u3', 'C', NULL)")
        .await;
    let arguments = [&RENAMES[..2], &["--dry-run"]].concat();
    let dry = scratch.say(PROGRAM, &arguments);
    assert_eq!(dry.status, 3, "{}", dry.shown());
    assert!(dry.out.contains("same (2 rows)"), "{}", dry.shown());
    assert!(
        dry.out.contains("rows of user without a value in email: 1"),
        "{}",
        dry.shown()
    );
    let said = scratch.say(PROGRAM, &RENAMES);
    assert_eq!(said.status, 3, "{}", said.shown());
    scratch.run("UPDATE \"user\" SET email = id").await;
    let said = scratch.say(PROGRAM, &[]);
    assert_eq!(said.status, 0, "{}", said.shown());
}

/// A plan that says itself what it calls otherwise than older databases do.
const PEOPLE: &str = r#"
[plan]
name = "people"
renames = ["persons=people", "persons.fullname=name"]

[[table]]
name = "people"
columns = [{ name = "id", type = "text" }, { name = "name", type = "text", unique = true }]

[[collection]]
name = "people"
table = "people"
[collection.columns]
id = { from = "document_id" }
name = { field = "name" }
"#;

const PERSONS: &str = "CREATE TABLE persons (id text PRIMARY KEY, fullname varchar(20)); \
    INSERT INTO persons VALUES ('1', 'Ann'), ('2', 'Bob')";

/// The plan's file; it goes with this value.
struct PlanFile(std::path::PathBuf);

impl PlanFile {
    fn of(scratch: &Scratch) -> Self {
        let path = std::env::temp_dir().join(format!("{}-people.toml", scratch.name));
        std::fs::write(&path, PEOPLE).expect("written");
        Self(path)
    }

    fn say(&self, scratch: &Scratch, more: &[&str]) -> Said {
        let path = self.0.to_str().expect("a path");
        scratch.say(PROGRAM, &[&["--plan", path], more].concat())
    }
}

impl Drop for PlanFile {
    fn drop(&mut self) {
        drop(std::fs::remove_file(&self.0));
    }
}

#[tokio::test]
async fn what_the_plan_says_is_renamed_without_being_asked_for_and_once() {
    let Some(scratch) = Scratch::with(PERSONS).await else {
        return;
    };
    let plan = PlanFile::of(&scratch);
    let before = scratch.dump().await;
    let check = plan.say(&scratch, &["--check"]);
    assert_eq!(check.status, 4, "{}", check.shown());
    for difference in [
        "people: is still called persons",
        "people.name: is still called fullname",
    ] {
        assert!(check.out.contains(difference), "{}", check.shown());
    }
    // Who asks for it as well asks for nothing else.
    let asked = ["--rename", "persons.fullname=name"];
    let dry = plan.say(&scratch, &[&["--dry-run"], asked.as_slice()].concat());
    assert_eq!(dry.status, 0, "{}", dry.shown());
    let said = plan.say(&scratch, &[]);
    assert_eq!(said.status, 0, "{}", said.shown());
    for step in [
        "rename table persons to people",
        "rename column people.fullname to name",
    ] {
        assert_eq!(dry.out.matches(step).count(), 1, "{}", dry.shown());
        assert!(said.out.contains(step), "{}", said.shown());
    }
    let names = "SELECT string_agg(name, ' ' ORDER BY id) FROM people";
    assert_eq!(scratch.text(names).await, "Ann Bob");
    // The plan still says it, and there is nothing to do.
    let again = plan.say(&scratch, &[]);
    assert_eq!(again.shown(), "nothing to do\nstatus 0");
    let check = plan.say(&scratch, &["--check", "--strict"]);
    assert_eq!(check.shown(), "the live schema is as desired\nstatus 0");
    scratch.take_back().await;
    assert_eq!(scratch.dump().await, before);
}

#[tokio::test]
async fn what_the_plan_renames_needs_not_be_there() {
    let Some(scratch) = Scratch::with("").await else {
        return;
    };
    let plan = PlanFile::of(&scratch);
    let said = plan.say(&scratch, &[]);
    assert_eq!(said.status, 0, "{}", said.shown());
    assert!(!said.out.contains("persons"), "{}", said.shown());
    // Programs that were not changed yet may see the table under its old name.
    scratch
        .run("CREATE VIEW persons AS SELECT id, name AS fullname FROM people")
        .await;
    let again = plan.say(&scratch, &[]);
    assert_eq!(again.status, 0, "{}", again.shown());
    assert!(again.out.starts_with("nothing to do"), "{}", again.shown());
}

#[tokio::test]
async fn what_has_the_old_name_beside_the_new_one_is_left_and_said() {
    let Some(scratch) = Scratch::with("").await else {
        return;
    };
    let plan = PlanFile::of(&scratch);
    assert_eq!(plan.say(&scratch, &[]).status, 0);
    scratch
        .run("ALTER TABLE people ADD COLUMN fullname text; INSERT INTO people VALUES ('1', NULL, 'Ann')")
        .await;
    let before = scratch.dump().await;
    let said = plan.say(&scratch, &[]);
    assert_eq!(said.status, 3, "{}", said.shown());
    assert!(
        said.out
            .contains("people.fullname: the plan renames it to name, which is there, too"),
        "{}",
        said.shown()
    );
    assert_eq!(scratch.dump().await, before);
    // As it says: the data is moved by hand, and then it may go.
    scratch.run("UPDATE people SET name = fullname").await;
    let said = plan.say(&scratch, &["--allow-drop", "people.fullname"]);
    assert_eq!(said.status, 0, "{}", said.shown());
    let again = plan.say(&scratch, &[]);
    assert_eq!(again.shown(), "nothing to do\nstatus 0");
}

#[tokio::test]
async fn a_rename_against_the_plans_own_is_refused() {
    let Some(scratch) = Scratch::with(PERSONS).await else {
        return;
    };
    let plan = PlanFile::of(&scratch);
    let before = scratch.dump().await;
    for asked in ["humans=people", "people.called=name", "persons.called=name"] {
        let said = plan.say(&scratch, &["--rename", asked]);
        assert_eq!(said.status, 2, "{}", said.shown());
        assert!(
            said.shown().contains("they contradict each other")
                && said
                    .shown()
                    .contains("leave --rename out, or change the plan"),
            "{}",
            said.shown()
        );
    }
    assert_eq!(scratch.dump().await, before);
}
