//! Renames of the plan, beside those of the operator.

use super::{Directions, Dropped, Rename, plan};
use crate::plans::schemas::schema_named;
use crate::schema::live::{LiveSchema, LiveTable};
use crate::schema::model::Schema;
use crate::schema::steps::{Difference, Note, SchemaPlan, Stage, Step};

fn renames(texts: &[&str]) -> Vec<Rename> {
    let parsed = texts.iter().map(|text| Rename::parse(text));
    parsed.map(|rename| rename.expect("a rename")).collect()
}

fn of_the_plan(texts: &[&str]) -> Directions {
    Directions {
        written: renames(texts),
        ..Directions::default()
    }
}

fn desired() -> Schema {
    schema_named("sales-ai", "public").expect("a plan").schema
}

fn titles(plan: &SchemaPlan) -> Vec<&str> {
    let titles = plan.steps.iter().map(|step| step.title.as_str());
    let of_notes = |title: &&str| title.contains("remarks") || title.contains(".notes");
    titles.filter(of_notes).collect()
}

/// What is said of an object that stays as it is.
fn refused<'p>(plan: &'p SchemaPlan, object: &str) -> Vec<&'p str> {
    let notes = plan.refused.iter().filter(|note| note.object == object);
    notes.map(|note| note.text.as_str()).collect()
}

#[test]
fn what_the_plan_renames_is_renamed_once() {
    let desired = desired();
    let done = LiveSchema::empty("public").with(&desired);
    let old = done
        .clone()
        .with_column_renamed("opportunities", "notes", "remarks");
    let directions = of_the_plan(&["opportunities.remarks=notes"]);
    let due = plan(&desired, &old, &directions);
    assert_eq!(
        titles(&due),
        ["rename column opportunities.remarks to notes"]
    );
    assert!(due.differences.contains(&Difference {
        object: "opportunities.notes".into(),
        what: "is still called remarks".into(),
    }));
    let extra = |note: &Note| note.object == "opportunities.remarks";
    assert!(!due.extras.iter().any(extra), "{:?}", due.extras);
    // Where it is done, and where nothing of it is there, there is nothing to say.
    directions.check(&desired, &done).expect("it makes sense");
    for live in [done, LiveSchema::empty("public")] {
        let none = plan(&desired, &live, &directions);
        assert_eq!(titles(&none), [""; 0]);
        assert_eq!(none.needless, []);
        assert_eq!(refused(&none, "opportunities.remarks"), [""; 0]);
    }
}

#[test]
fn what_has_the_old_name_beside_the_new_one_is_for_a_person() {
    let desired = desired();
    let mut live = LiveSchema::empty("public").with(&desired);
    let table = live.table_mut("opportunities").expect("a table");
    let mut old = table.column("notes").expect("a column").clone();
    old.name = "remarks".into();
    table.columns.push(old);
    let mut directions = of_the_plan(&["opportunities.remarks=notes"]);
    directions.check(&desired, &live).expect("it makes sense");
    let both = plan(&desired, &live, &directions);
    assert_eq!(titles(&both), [""; 0]);
    let said = refused(&both, "opportunities.remarks");
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(
        said[0].contains("--allow-drop opportunities.remarks"),
        "{said:?}"
    );
    directions.drops = vec![Dropped::parse("opportunities.remarks").expect("a column")];
    let dropped = plan(&desired, &live, &directions);
    assert_eq!(titles(&dropped), ["drop column opportunities.remarks"]);
    assert_eq!(refused(&dropped, "opportunities.remarks"), [""; 0]);
}

#[test]
fn a_view_of_a_tables_old_name_is_not_what_is_renamed() {
    let desired = desired();
    let mut live = LiveSchema::empty("public").with(&desired);
    live.tables.push(LiveTable {
        name: "sources".into(),
        kind: "v".into(),
        ..LiveTable::default()
    });
    let plan = plan(&desired, &live, &of_the_plan(&["sources=lead_sources"]));
    assert_eq!(refused(&plan, "sources"), [""; 0]);
    let renaming = |step: &Step| step.stage == Stage::Rename;
    assert!(!plan.steps.iter().any(renaming), "{:?}", plan.steps);
}

#[test]
fn the_operator_may_repeat_the_plan_but_not_contradict_it() {
    let desired = desired();
    let old = LiveSchema::empty("public")
        .with(&desired)
        .with_column_renamed("lead_sources", "name", "label")
        .with_table_renamed("lead_sources", "sources");
    let written = ["sources=lead_sources", "lead_sources.label=name"];
    let asking = |asked: &[&str]| Directions {
        renames: renames(asked),
        ..of_the_plan(&written)
    };
    // The table of a column is called by its old name, or by its new one.
    let repeating = asking(&["sources.label=name"]);
    repeating.check(&desired, &old).expect("it makes sense");
    let plan = plan(&desired, &old, &repeating);
    let renaming = plan.steps.iter().filter(|step| step.stage == Stage::Rename);
    let renaming: Vec<_> = renaming.map(|step| step.title.as_str()).collect();
    assert_eq!(
        renaming,
        [
            "rename table sources to lead_sources",
            "rename column lead_sources.label to name"
        ]
    );
    for asked in [
        "sources.title=name",
        "sources.label=type",
        "old=lead_sources",
    ] {
        let refused = asking(&[asked]).make_sense(&desired).expect_err(asked);
        assert!(
            refused.what().contains("they contradict each other"),
            "{refused}"
        );
        let remedy = refused.remedy_text().unwrap_or_default();
        assert!(remedy.contains("leave --rename out"), "{remedy}");
    }
    let twice = Directions {
        renames: renames(&["lead_sources.title=name", "lead_sources.label=name"]),
        ..Directions::default()
    };
    let refused = twice.make_sense(&desired).expect_err("two for one");
    assert_eq!(refused.remedy_text(), Some("name one of them"));
}
