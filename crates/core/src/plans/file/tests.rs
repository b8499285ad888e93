//! Plan files, read and carried out.

use super::*;
use crate::document::Document;
use crate::instant::Instant;
use crate::plans::{Emission, RecordedNumbers};
use crate::ports::rows::Item;
use crate::row::Cell;
use crate::value::{Map, Value};

pub(super) const NOTES: &str = r#"
[plan]
name = "notes"

[[table]]
name = "authors"
columns = [{ name = "id", type = "text" }, { name = "name", type = "text", required = true }]

[[table]]
name = "notes"
columns = [
  { name = "id", type = "text" },
  { name = "author_id", type = "text", required = true, references = "authors.id" },
  { name = "reviewer_id", type = "text", references = "authors.id" },
  { name = "number", type = "text", unique = true },
  { name = "stars", type = "integer" },
  { name = "open", type = "boolean" },
  { name = "rest", type = "jsonb" },
]

[number.note]
pattern = "N{N:2}"

[[collection]]
name = "people"
table = "authors"
[collection.columns]
id = { from = "document_id" }
name = { fields = ["name", "nick"], transform = ["trim"] }

[[collection]]
name = "memos"
table = "notes"
[collection.columns]
id = { from = "document_id" }
author_id = { from = "reference", to = "people", field = "by" }
reviewer_id = { from = "reference", to = "people", field = "reviewed_by", dangling = "null" }
number = { from = "number", number = "note", field = "no", duplicate = "null" }
stars = { field = "stars", limits = [1, 5], or = { value = 3 } }
open = { field = "open" }
rest = { from = "left_over" }
"#;

fn of_documents(text: &str) -> DocumentFile {
    match read("notes.toml", text).expect("a plan") {
        PlanFile::Documents(plan) => plan,
        PlanFile::InPlace(_) => panic!("a plan in place"),
    }
}

fn document(collection: &str, id: &str, fields: &[(&str, Value)]) -> Document {
    Document {
        collection: collection.into(),
        id: id.into(),
        name: format!("projects/p/databases/(default)/documents/{collection}/{id}"),
        fields: (fields.iter())
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect::<Map>(),
        create_time: Instant::parse_rfc3339("2025-01-15T00:00:00Z", false),
        update_time: None,
    }
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn items(plan: &DocumentFile, documents: &[Document], recorded: &RecordedNumbers) -> Vec<Item> {
    let mut survey = plan.survey("the owner");
    // The order of arrival plays no part.
    for document in documents.iter().rev() {
        survey.see(document.clone()).expect("seen");
    }
    // What several surveys share is what one notes.
    let mut together = plan.survey("the owner");
    for documents in documents.chunks(2) {
        let mut part = plan.survey("the owner");
        for document in documents {
            part.see(document.clone()).expect("seen");
        }
        together.absorb(&part.share()).expect("a share");
    }
    let (resolution, together) = (survey.resolve(recorded), together.resolve(recorded));
    for document in documents {
        let (one, other) = (
            resolution.emit(document.clone()),
            together.emit(document.clone()),
        );
        assert_eq!(one, other, "{}", document.id);
    }
    documents
        .iter()
        .map(|document| match resolution.emit(document.clone()) {
            Emission::Item(item) | Emission::Twin(item) => *item,
            Emission::Repeated => panic!("{} counts", document.id),
        })
        .collect()
}

fn reason(item: &Item) -> &str {
    item.quarantine
        .as_ref()
        .map_or("migrated", |quarantine| &quarantine.reason)
}

#[test]
fn documents_become_rows_or_quarantine() {
    let plan = of_documents(NOTES);
    let documents = [
        document("people", "ann", &[("name", text(" Ann "))]),
        document(
            "people",
            "bob",
            &[("nick", text("Bob")), ("name", text("  "))],
        ),
        document("people", "nobody", &[("age", Value::Integer(3))]),
        document(
            "memos",
            "1",
            &[
                ("by", text("ann")),
                ("reviewed_by", text("bob")),
                ("no", text("N01")),
                ("stars", Value::Integer(9)),
                ("open", text("TRUE")),
                ("extra", Value::Integer(1)),
            ],
        ),
        document("memos", "2", &[("by", text("bob")), ("no", text("N01"))]),
        document("memos", "3", &[("by", text("nobody"))]),
        document("memos", "4", &[("no", text("N07"))]),
        document(
            "memos",
            "5",
            &[("by", text("ann")), ("reviewed_by", text("nobody"))],
        ),
    ];
    let items = items(&plan, &documents, &RecordedNumbers::default());
    let reasons: Vec<&str> = items.iter().map(reason).collect();
    assert_eq!(
        reasons,
        [
            "migrated",
            "migrated",
            "missing_name",
            "migrated",
            "migrated",
            "orphan",
            "missing_author_id",
            "migrated"
        ]
    );
    let cells = |at: usize| items[at].rows[0].cells.clone();
    let word = |text: &str| Cell::Text(text.to_owned());
    assert_eq!(cells(1), [word("bob"), word("Bob")]);
    assert_eq!(
        cells(3),
        [
            word("1"),
            word("ann"),
            word("bob"),
            word("N01"),
            Cell::Integer(3),
            Cell::Boolean(true),
            Cell::Json(r#"{"v2": {"extra": 1}}"#.into()),
        ]
    );
    // A number that another document carries: empty, and said. One that has none is given one.
    assert_eq!(cells(4)[3], Cell::Null);
    assert_eq!(cells(7)[3], word("N02"));
    assert_eq!(items[7].assigned[0].number, "N02");
    assert_eq!(cells(7)[2], Cell::Null);
    let codes = |at: usize| {
        let warnings = items[at].warnings.iter();
        warnings.map(|each| each.code.as_str()).collect::<Vec<_>>()
    };
    assert_eq!(codes(3), ["out_of_range", "coerced_boolean"]);
    assert_eq!(codes(4), ["duplicate_number"]);
    assert_eq!(codes(7), ["dangling_reference"]);
}

#[test]
fn a_number_that_was_given_stays() {
    let plan = of_documents(NOTES);
    let mut recorded = RecordedNumbers::default();
    let key = |id: &str| crate::ports::rows::ItemKey {
        collection: "memos".into(),
        id: id.into(),
    };
    recorded.insert("note", key("2"), "N01".into());
    let memo = |id: &str, number: Option<&str>| {
        let mut fields = vec![("by", text("ann"))];
        fields.extend(number.map(|number| ("no", text(number))));
        document("memos", id, &fields)
    };
    let documents = [
        document("people", "ann", &[("name", text("Ann"))]),
        memo("1", Some("N01")),
        memo("2", None),
        memo("3", None),
    ];
    let items = items(&plan, &documents, &recorded);
    let numbers: Vec<&Cell> = items[1..]
        .iter()
        .map(|item| &item.rows[0].cells[3])
        .collect();
    let word = |text: &str| Cell::Text(text.to_owned());
    assert_eq!(numbers, [&Cell::Null, &word("N01"), &word("N02")]);
}

#[test]
fn collections_may_share_a_table_and_the_first_keeps_an_id() {
    let shared = NOTES.replace(
        "name = \"memos\"\ntable = \"notes\"",
        "name = \"x\"\ntable = \"notes\"",
    );
    let text = format!(
        "{shared}\n[[collection]]\nname = \"guests\"\ntable = \"authors\"\n[collection.columns]\n\
         id = {{ from = \"document_id\", transform = [\"lower\"] }}\nname = {{ field = \"name\" }}\n"
    );
    let plan = of_documents(&text);
    let name = [("name", Value::Text("A".into()))];
    let documents = [
        document("guests", "ANN", &name),
        document("guests", "Bob", &name),
        document("people", "ann", &name),
        document("guests", "bob", &name),
    ];
    let items = items(&plan, &documents, &RecordedNumbers::default());
    let reasons: Vec<&str> = items.iter().map(reason).collect();
    assert_eq!(
        reasons,
        ["duplicate_id", "migrated", "migrated", "duplicate_id"]
    );
    assert_eq!(items[1].rows[0].id(), "bob");
}

#[test]
fn errors_name_the_line_and_the_column() {
    for (from, to, wanted) in [
        (
            "type = \"integer\"",
            "type = \"int\"",
            "notes.toml:16:28: there is no type \"int\"",
        ),
        (
            "to = \"people\"",
            "to = \"humans\"",
            "notes.toml:36:40: no collection \"humans\"",
        ),
        (
            "number = \"note\"",
            "number = \"memo\"",
            "notes.toml:38:38: there is no [number.memo]",
        ),
        (
            "\"N{N:2}\"",
            "\"N\"",
            "notes.toml:22:11: \"N\" is no pattern",
        ),
        (
            "[\"trim\"]",
            "[\"trimm\"]",
            "notes.toml:29:50: there is no transform \"trimm\"",
        ),
        (
            "table = \"notes\"",
            "table = \"note\"",
            "notes.toml:33:9: there is no [[table]] \"note\"",
        ),
        (
            "authors.id",
            "writers.id",
            "no table above has the column \"writers.id\"",
        ),
        (
            "open = { field",
            "close = { field",
            "notes.toml:40:1: the table notes has no column close",
        ),
        (
            "field = \"stars\",",
            "field = \"stars\", feild = 1,",
            "unknown field `feild`",
        ),
        (
            "limits = [1, 5]",
            "limits = [1]",
            "notes.toml:39:37: invalid length 1",
        ),
        (
            "or = { value = 3 }",
            "or = { value = \"3\" }",
            "a text does not fit the column stars",
        ),
        (
            "{ from = \"left_over\" }",
            "{ from = \"left_over\", field = \"x\" }",
            "a rule has one of",
        ),
        (
            ", dangling = \"null\"",
            ", dangling = \"nul\"",
            "unknown variant `nul`",
        ),
        (
            "field = \"by\"",
            "field = \"by\", absent = \"null\"",
            "author_id must have a value",
        ),
        (
            "name = \"notes\"\n\n[[table]]",
            "name = \"sales-ai\"\n\n[[table]]",
            "comes with sunset",
        ),
        (
            "id = { from = \"document_id\" }\nname",
            "id = { field = \"x\" }\nname",
            "the column id of authors",
        ),
        (
            "\nname = { fields = [\"name\", \"nick\"], transform = [\"trim\"] }",
            "",
            "authors.name must have a value",
        ),
        ("[plan]", "[plan", "notes.toml:2:6"),
        (
            "{ name = \"open\", type = \"boolean\" },",
            "{ name = \"open\", type = \"boolean\" }, { name = \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxa\", type = \"text\", unique = true }, { name = \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxb\", type = \"text\", unique = true },",
            "notes.toml:10:8: two keys or tables would have the name \"notes_xxx",
        ),
    ] {
        let text = NOTES.replacen(from, to, 1);
        assert_ne!(text, NOTES, "{from} stands in the file");
        let error = read("notes.toml", &text).expect_err(to).to_string();
        assert!(error.contains(wanted), "{to}: {error}");
    }
}

#[test]
fn what_must_hold_comes_of_the_tables() {
    let plan = of_documents(NOTES);
    let integrity = plan.integrity();
    assert_eq!(integrity.tables, ["authors", "notes"]);
    assert_eq!(integrity.foreign_keys.len(), 2);
    assert_eq!(integrity.users, None);
    let numbers: Vec<_> = integrity.numbers.iter().map(|(kind, ..)| kind).collect();
    assert_eq!(numbers, ["note"]);
    assert!(
        integrity
            .unique
            .contains(&("notes".into(), "number".into()))
    );
    let required = integrity.required.iter();
    let mut required = required.map(|required| (required.table.as_str(), required.column.as_str()));
    assert!(required.any(|of| of == ("authors", "name")));
}

#[test]
fn columns_that_are_unique_together_need_not_be_unique_each() {
    let text = NOTES.replacen(
        "name = \"notes\"\ncolumns",
        "name = \"notes\"\nuniques = [{ name = \"of_author\", columns = [\"author_id\", \"stars\"] }]\ncolumns",
        1,
    );
    assert_ne!(text, NOTES);
    let integrity = of_documents(&text).integrity();
    assert_eq!(integrity.unique, [("notes".into(), "number".into())]);
}

#[test]
fn a_document_of_which_nothing_is_left_over_gives_no_null_where_that_is_required() {
    let text = NOTES.replacen(
        "name = \"rest\", type = \"jsonb\"",
        "name = \"rest\", type = \"jsonb\", required = true",
        1,
    );
    let plan = of_documents(&text);
    let documents = [
        document("people", "ann", &[("name", self::text("Ann"))]),
        document(
            "memos",
            "1",
            &[("by", self::text("ann")), ("open", Value::Boolean(true))],
        ),
    ];
    let items = items(&plan, &documents, &RecordedNumbers::default());
    assert_eq!(reason(&items[1]), "missing_rest");
}
