//! What older databases call otherwise, as a plan file says it.

use super::place::PlanText;
use super::syntax;
use crate::error::Result;
use crate::schema::diff::Rename;
use crate::schema::model::Schema;

/// The renames of the file; each goes from a name that its tables have no more to one that they have.
pub(super) fn renames(
    text: PlanText,
    heading: &syntax::Heading,
    schema: &Schema,
) -> Result<Vec<Rename>> {
    let mut known: Vec<Rename> = Vec::new();
    for written in &heading.renames {
        let fault = |what: String| text.fault(written.span(), what);
        let rename = Rename::parse(written.get_ref()).map_err(|form| {
            let remedy = form.remedy_text().unwrap_or_default();
            fault(format!("{}; {remedy}", form.what()))
        })?;
        let rename = of_table_by_its_name(rename, heading, schema);
        if let Some(what) = wrong(&rename, heading, schema) {
            return Err(fault(what));
        }
        let twice = known.iter().find(|other| {
            other.table == rename.table && (other.old == rename.old || other.new == rename.new)
        });
        if let Some(other) = twice {
            let what = format!(
                "{:?} stands here beside {:?}: a name is given once",
                rename.shown(),
                other.shown()
            );
            return Err(fault(what));
        }
        known.push(rename);
    }
    Ok(known)
}

/// A column's rename may call its table by the name that another rename takes away.
fn of_table_by_its_name(rename: Rename, heading: &syntax::Heading, schema: &Schema) -> Rename {
    let Some(table) = rename
        .table
        .as_ref()
        .filter(|of| schema.table(of).is_none())
    else {
        return rename;
    };
    let parsed = heading
        .renames
        .iter()
        .map(|each| Rename::parse(each.get_ref()));
    let mut tables = parsed.flatten().filter(|other| other.table.is_none());
    match tables.find(|other| other.old == *table) {
        Some(renamed) => Rename {
            table: Some(renamed.new),
            ..rename
        },
        None => rename,
    }
}

/// What of it is in the file as it should not be, or is not and should be.
fn wrong(rename: &Rename, heading: &syntax::Heading, schema: &Schema) -> Option<String> {
    let (old, new) = (&rename.old, &rename.new);
    let of = rename.table.as_ref().unwrap_or(new);
    let mut kept = heading.keep.iter().flat_map(toml::Spanned::get_ref);
    if kept.any(|name| name.get_ref() == of) {
        return Some(format!(
            "`keep` says that {of} stays as it is, and this renames something of it"
        ));
    }
    let Some(table) = &rename.table else {
        return match (schema.table(old), schema.table(new)) {
            (Some(_), _) => Some(format!(
                "the [[table]] {old} is there: it is to be called so, and nothing else"
            )),
            (None, None) => Some(format!("there is no [[table]] {new}")),
            (None, Some(_)) => None,
        };
    };
    let Some(found) = schema.table(table) else {
        return Some(format!("there is no [[table]] {table}"));
    };
    match (found.column(old), found.column(new)) {
        (Some(_), _) => Some(format!(
            "the table {table} has a column {old}: it is to be called so, and nothing else"
        )),
        (None, None) => Some(format!("the table {table} has no column {new}")),
        (None, Some(_)) => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::instant::Instant;
    use crate::plans::file::{PlanFile, read};
    use crate::plans::in_place::Parameters;
    use crate::schema::diff::Rename;

    const WRITTEN: &str = r#""persons=people", "persons.fullname=name""#;

    const PEOPLE: &str = r#"
[plan]
name = "persons"
renames = ["persons=people", "persons.fullname=name"]

[[table]]
name = "people"
columns = [{ name = "id", type = "text" }, { name = "name", type = "text" }]
"#;

    const DOCUMENTS: &str = r#"
[[collection]]
name = "people"
table = "people"
[collection.columns]
id = { from = "document_id" }
name = { field = "name" }
"#;

    const IN_PLACE: &str = r#"
[[step]]
name = "schema"
kind = "schema"
"#;

    #[test]
    fn renames_are_part_of_what_every_sort_of_plan_wants() {
        let wanted = ["persons=people", "people.fullname=name"];
        let wanted = wanted.map(|text| Rename::parse(text).expect("a rename"));
        let documents = read("plan.toml", &format!("{PEOPLE}{DOCUMENTS}")).expect("a plan");
        let PlanFile::Documents(documents) = documents else {
            panic!("documents");
        };
        assert_eq!(documents.schema("crm").renames, wanted);
        let in_place = read("plan.toml", &format!("{PEOPLE}{IN_PLACE}")).expect("a plan");
        let PlanFile::InPlace(in_place) = in_place else {
            panic!("in place");
        };
        let parameters = Parameters::new("crm", Instant::MIN);
        let described = in_place.describe(&parameters).expect("a plan");
        assert_eq!(described.schema.renames, wanted);
    }

    #[test]
    fn a_rename_of_what_is_not_in_the_file_is_told_by_line_and_column() {
        for (written, wanted) in [
            (
                r#""people.name""#,
                "4:12: the rename people.name has neither the form table.old=new nor old=new; write for example",
            ),
            (
                r#""persns.fullname=name""#,
                "4:12: there is no [[table]] persns",
            ),
            (
                r#""people.fullname=nme""#,
                "4:12: the table people has no column nme",
            ),
            (
                r#""people.id=name""#,
                "4:12: the table people has a column id: it is to be called so",
            ),
            (r#""old=persons""#, "4:12: there is no [[table]] persons"),
            (
                r#""people=people""#,
                "4:12: the [[table]] people is there: it is to be called so",
            ),
            (
                r#""people.a=name", "people.b=name""#,
                r#"4:29: "people.b=name" stands here beside "people.a=name": a name is given once"#,
            ),
            (
                r#""persons=people", "persons.a=name", "people.b=name""#,
                r#"4:48: "people.b=name" stands here beside "people.a=name": a name is given once"#,
            ),
        ] {
            let text = PEOPLE.replacen(WRITTEN, written, 1);
            assert_ne!(text, PEOPLE, "the renames stand in the file");
            let refused = read("plan.toml", &format!("{text}{DOCUMENTS}")).expect_err(written);
            let refused = refused.to_string();
            assert!(
                refused.starts_with(&format!("plan.toml:{wanted}")),
                "{refused}"
            );
        }
    }

    #[test]
    fn what_a_plan_keeps_as_it_is_is_not_renamed() {
        let text = PEOPLE.replacen("\n\n[[table]]", "\nkeep = [\"people\"]\n\n[[table]]", 1);
        let refused = read("plan.toml", &format!("{text}{IN_PLACE}")).expect_err("kept");
        let refused = refused.to_string();
        assert!(
            refused.starts_with("plan.toml:4:12: `keep` says that people stays as it is"),
            "{refused}"
        );
    }
}
