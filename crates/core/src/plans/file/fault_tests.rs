//! Faults of plan files: every sort of them, with the line and the column at which it stands.
//!
//! A fault is told of by what is put in place of what; `¶` marks where it then stands. Line and
//! column are counted here, in the text, and not by the code that they are held against.

use super::tests::NOTES;
use super::*;

/// A plan in place in which everything stands that can.
const SHOP: &str = r#"
[plan]
name = "shop"
batch_size = 500
keep = ["tenants"]
prisma = "shop_v2"
database = ["DATABASE_URL"]

[tenancy]
table = "tenants"
column = "tenant_id"
flag = "shop_v2"

[sql]
open = "t.sort IS NULL"

[[enum]]
name = "Sort"
values = ["GOOD", "BAD"]

[[table]]
name = "tenants"
established = true

[[table]]
name = "orders"
established = true
columns = [
  { name = "sort", type = "Sort" },
  { name = "note", type = "text", default = "none" },
  { name = "weight", type = "numeric" },
]
indexes = [{ name = "orders_sort_idx", columns = ["sort"] }]
uniques = [{ name = "orders_note_key", columns = ["note"] }]

[[table]]
name = "sums"
columns = [
  { name = "id", type = "text" },
  { name = "orders", type = "bigint" },
]

[[precondition]]
violators = "SELECT x.id FROM {schema}.tenants AS x WHERE x.id IS NULL"
what = "a tenant without an id"
remedy = "give it one"

[[step]]
name = "before"
kind = "keep"

[[step]]
name = "copies"
kind = "backup"
tables = [{ table = "orders", noun = "orders", where = "{open}" }]

[[step]]
name = "schema"
kind = "schema"

[[step]]
name = "sorts"
kind = "set"
table = "orders"
noun = "orders"
needs = ["orders.price"]
where = "{open}"
noted = [{ code = "dear", column = "price", where = "t.price > 100" }]
[step.set]
sort = "CASE WHEN t.price > 10 THEN 'GOOD' ELSE 'BAD' END"

[[step]]
name = "notes"
kind = "rows"
table = "orders"
noun = "orders"
quarantine = [{ reason = "orphan", where = "t.tenant_id IS NULL" }]
[step.rules]
note = { field = "text", transform = ["trim"] }

[[step]]
name = "sums"
kind = "merge"
table = "sums"
noun = "sums"
query = 'SELECT o.tenant_id AS id, count(*) AS orders FROM {schema}.orders AS o GROUP BY 1'
columns = ["orders"]

[[step]]
name = "intact"
kind = "verify-kept"

[[step]]
name = "look"
kind = "verify"
checks = ["every order has a sort"]

[[share]]
name = "sorts"
query = "SELECT t.sort, count(*) FROM {schema}.orders AS t GROUP BY 1"

[[check]]
name = "every order has a sort"
severity = "critical"
of = "orders"
violators = "SELECT t.id FROM {schema}.orders AS t WHERE {open}"
fix = "sorts"

[[check]]
name = "sums are right"
severity = "high"
equal = ["SELECT count(*) FROM {schema}.orders", "SELECT sum(orders) FROM {schema}.sums"]
"#;

/// `(what is replaced, by what, where the fault stands then, its words)`
type Fault = (&'static str, &'static str, &'static str, &'static str);

const IN_PLACE: [Fault; 76] = [
    ("[plan]", "[plan", "[plan¶\nname", ""),
    (
        "batch_size = 500",
        "batch = 500",
        "¶batch = 500",
        "unknown field `batch`",
    ),
    (
        "batch_size = 500",
        "batch_size = \"many\"",
        "batch_size = ¶\"many\"",
        "invalid type",
    ),
    (
        "batch_size = 500",
        "batch_size = 0",
        "batch_size = ¶0",
        "a batch has 1 to 100000 rows",
    ),
    (
        "name = \"shop\"",
        "name = \"Shop\"",
        "name = ¶\"Shop\"",
        "is no name of a plan",
    ),
    (
        "name = \"shop\"",
        "name = \"sales-ai\"",
        "name = ¶\"sales-ai\"",
        "comes with sunset",
    ),
    (
        "keep = [\"tenants\"]",
        "keep = [\"people\"]",
        "keep = [¶\"people\"]",
        "there is no [[table]] people",
    ),
    (
        "keep = [\"tenants\"]\n",
        "",
        "kind = ¶\"keep\"",
        "which tables? [plan] names them",
    ),
    (
        "name = \"before\"\nkind = \"keep\"",
        "name = \"before\"\nkind = \"record\"",
        "keep = ¶[\"tenants\"]",
        "no [[step]] records what these tables hold",
    ),
    (
        "prisma = \"shop_v2\"",
        "prisma = \"../x\"",
        "prisma = ¶\"../x\"",
        "small letters, digits and `_`",
    ),
    (
        "database = [\"DATABASE_URL\"]",
        "database = [\"HOME\"]",
        "database = [¶\"HOME\"]",
        "is no variable of a database",
    ),
    (
        "table = \"tenants\"\ncolumn",
        "table = \"people\"\ncolumn",
        "table = ¶\"people\"",
        "there is no [[table]] people",
    ),
    (
        "flag = \"shop_v2\"",
        "flag = \" \"",
        "flag = ¶\" \"",
        "this is empty",
    ),
    (
        "open = \"t.sort",
        "schema = \"t.sort",
        "¶schema = \"t.sort",
        "has a meaning of its own",
    ),
    (
        "open = \"t.sort IS NULL\"",
        "\"o-p\" = \"true\"\nopen = \"t.sort IS NULL\"",
        "¶\"o-p\" = ",
        "is no name: letters, digits",
    ),
    (
        "open = \"t.sort IS NULL\"",
        "open = \"{open} OR t.sort IS NULL\"",
        "open = \"{open}¶ OR",
        "would stand within itself",
    ),
    (
        "name = \"Sort\"",
        "name = \"text\"",
        "name = ¶\"text\"",
        "is the name of a type already",
    ),
    (
        "name = \"Sort\"",
        "name = \"\"",
        "name = ¶\"\"",
        "an enum's name has 1 to 63 bytes",
    ),
    (
        "values = [\"GOOD\", \"BAD\"]",
        "values = []",
        "name = ¶\"Sort\"",
        "the enum Sort has no values",
    ),
    (
        "[\"GOOD\", \"BAD\"]",
        "[\"GOOD\", \"GOOD\"]",
        "[\"GOOD\", ¶\"GOOD\"]",
        "the value GOOD stands here a second time",
    ),
    (
        "[[enum]]\n",
        "[[enum]]\nname = \"Sort\"\nvalues = [\"X\"]\n\n[[enum]]\n",
        "name = ¶\"Sort\"\nvalues = [\"GOOD\"",
        "the enum Sort stands here a second time",
    ),
    (
        "name = \"tenants\"\nestablished",
        "name = \"\"\nestablished",
        "name = ¶\"\"\nestablished",
        "a table's name has 1 to 63 bytes",
    ),
    (
        "name = \"sums\"\ncolumns",
        "name = \"orders\"\ncolumns",
        "name = ¶\"orders\"\ncolumns",
        "the table orders stands here a second time",
    ),
    (
        "type = \"Sort\"",
        "type = \"Srt\"",
        "type = ¶\"Srt\"",
        "there is no type \"Srt\"",
    ),
    (
        "name = \"weight\"",
        "name = \"note\"",
        "name = ¶\"note\", type = \"numeric\"",
        "the column note of orders stands here a second time",
    ),
    (
        "name = \"weight\"",
        "name = \"\"",
        "name = ¶\"\", type = \"numeric\"",
        "a column's name has 1 to 63 bytes",
    ),
    (
        "default = \"none\"",
        "default = \"none\", default_sql = \"now()\"",
        "name = ¶\"note\", type",
        "has both `default` and `default_sql`",
    ),
    (
        "type = \"numeric\"",
        "type = \"numeric\", cascade = true",
        "name = ¶\"weight\"",
        "`cascade` goes with `references`",
    ),
    (
        "type = \"numeric\"",
        "type = \"text\", references = \"tenants.id\"",
        "references = ¶\"tenants.id\"",
        "no table above has the column",
    ),
    (
        "columns = [\"sort\"]",
        "columns = [\"srt\"]",
        "columns = [¶\"srt\"]",
        "the table orders has no column srt",
    ),
    (
        "\"orders_sort_idx\", columns = [\"sort\"]",
        "\"Ö–表\", columns = [\"srt\"]",
        "columns = [¶\"srt\"]",
        "the table orders has no column srt",
    ),
    (
        "columns = [\"note\"]",
        "columns = [\"nte\"]",
        "columns = [¶\"nte\"]",
        "the table orders has no column nte",
    ),
    (
        "orders_note_key",
        "orders_sort_idx",
        "name = ¶\"orders\"\nestablished",
        "two keys or tables would have the name",
    ),
    (
        "columns = [\n  { name = \"id\", type = \"text\" },\n  { name = \"orders\", type = \"bigint\" },\n]\n",
        "",
        "name = ¶\"sums\"\n",
        "the table sums has no columns",
    ),
    (
        "x.id IS NULL\"",
        "x.id IS NULL;\"",
        "x.id IS NULL¶;",
        "leave the `;` out",
    ),
    (
        "name = \"before\"",
        "name = \"Before\"",
        "name = ¶\"Before\"",
        "is no name of a step",
    ),
    (
        "name = \"schema\"\nkind",
        "name = \"copies\"\nkind",
        "name = ¶\"copies\"\nkind = \"schema\"",
        "the step copies stands here a second time",
    ),
    (
        "kind = \"verify-kept\"",
        "kind = \"verify-kpt\"",
        "kind = ¶\"verify-kpt\"",
        "unknown variant `verify-kpt`",
    ),
    (
        "kind = \"schema\"",
        "kind = \"schema\"\nnoun = \"x\"",
        "noun = ¶\"x\"",
        "`noun` means nothing to a step of this kind",
    ),
    (
        "table = \"sums\"\nnoun",
        "noun",
        "name = ¶\"sums\"\nkind",
        "the step sums has no `table`",
    ),
    (
        "columns = [\"orders\"]\n",
        "",
        "name = ¶\"sums\"\nkind",
        "the step sums has no `columns`",
    ),
    (
        "kind = \"set\"\ntable = \"orders\"",
        "kind = \"set\"\ntable = \"order\"",
        "table = ¶\"order\"\n",
        "there is no [[table]] order",
    ),
    (
        "sort = \"CASE",
        "srt = \"CASE",
        "¶srt = \"CASE",
        "the [[table]] orders has no column srt",
    ),
    (
        "columns = [\"orders\"]\n",
        "columns = [\"id\"]\n",
        "columns = [¶\"id\"]",
        "id is the primary key of sums",
    ),
    (
        "needs = [\"orders.price\"]",
        "needs = [\"price\"]",
        "needs = [¶\"price\"]",
        "is written \"table.column\"",
    ),
    (
        "sort = \"CASE WHEN t.price > 10 THEN 'GOOD' ELSE 'BAD' END\"\n",
        "",
        "name = ¶\"sorts\"\nkind",
        "`set` names no column",
    ),
    (
        "ELSE 'BAD' END",
        "ELSE ('BAD' END",
        "ELSE ¶('BAD'",
        "this `(` is not closed",
    ),
    (
        "ELSE 'BAD' END",
        "ELSE 'BAD' END)",
        "END¶)",
        "this `)` closes nothing",
    ),
    (
        "t.price > 100",
        "t.price > {limit}",
        "t.price > ¶{limit}",
        "there is no {limit}; there are {schema}",
    ),
    (
        "where = \"{open}\"\nnoted",
        "where = \"t.x = '{open}'\"\nnoted",
        "t.x = '¶{open}'",
        "{open} stands in quotes here",
    ),
    (
        "t.tenant_id IS NULL",
        "t.tenant_id = 'x",
        "t.tenant_id = ¶'x",
        "this quote is not closed",
    ),
    (
        "t.tenant_id IS NULL",
        "t.tenant_id = $1",
        "t.tenant_id = ¶$1",
        "is written in braces",
    ),
    (
        "t.tenant_id IS NULL",
        "t.tenant_id /* x",
        "t.tenant_id ¶/* x",
        "this comment is not closed",
    ),
    (
        "where = \"t.tenant_id IS NULL\"",
        "where = \" \"",
        "where = \"¶ \"",
        "there is no SQL here",
    ),
    (
        "reason = \"orphan\"",
        "reason = \"no tenant\"",
        "reason = ¶\"no tenant\"",
        "is no reason",
    ),
    (
        "where = \"t.tenant_id IS NULL\" }",
        "where = \"t.tenant_id IS NULL\" }, { reason = \"orphan\", where = \"true\" }",
        "reason = ¶\"orphan\", where = \"true\"",
        "the reason orphan stands here a second time",
    ),
    (
        "note = { field",
        "nte = { field",
        "¶nte = { field",
        "has no column nte",
    ),
    (
        "note = { field = \"text\", transform = [\"trim\"] }",
        "weight = { field = \"text\" }",
        "¶weight = { field",
        "rules give values to columns of the types",
    ),
    (
        "note = { field = \"text\", transform = [\"trim\"] }",
        "note = { from = \"created\" }",
        "note = ¶{ from",
        "`from` is for documents",
    ),
    (
        "transform = [\"trim\"]",
        "transform = [\"trimm\"]",
        "transform = [¶\"trimm\"]",
        "there is no transform \"trimm\"",
    ),
    (
        "field = \"text\",",
        "field = \"text\", value = \"x\",",
        "note = ¶{ field",
        "a rule has one of",
    ),
    (
        "note = { field = \"text\", transform = [\"trim\"] }\n",
        "",
        "name = ¶\"notes\"\nkind",
        "`rules` names no column",
    ),
    (
        "GROUP BY 1'",
        "GROUP BY {1}'",
        "GROUP BY ¶{1}",
        "there is no {1}",
    ),
    (
        "{ table = \"orders\", noun",
        "{ table = \"order\", noun",
        "table = ¶\"order\",",
        "there is no [[table]] order",
    ),
    (
        "where = \"{open}\" }]",
        "where = \"{opn}\" }]",
        "where = \"¶{opn}\"",
        "there is no {opn}",
    ),
    (
        "checks = [\"every order has a sort\"]",
        "checks = [\"every order\"]",
        "checks = [¶\"every order\"]",
        "there is no [[check]] \"every order\"",
    ),
    (
        "SELECT t.sort, count(*) FROM",
        "SELECT t.sort, count(* FROM",
        "count¶(* FROM",
        "this `(` is not closed",
    ),
    (
        "name = \"sums are right\"",
        "name = \"every order has a sort\"",
        "name = ¶\"every order has a sort\"\nseverity = \"high\"",
        "stands here a second time",
    ),
    (
        "severity = \"high\"",
        "severity = \"hihg\"",
        "severity = ¶\"hihg\"",
        "unknown variant `hihg`",
    ),
    (
        "violators = \"SELECT t.id FROM {schema}.orders AS t WHERE {open}\"\n",
        "",
        "name = ¶\"every order has a sort\"\nseverity",
        "has either `violators` or `equal`",
    ),
    (
        "equal = [",
        "of = \"orders\"\nequal = [",
        "name = ¶\"sums are right\"",
        "compares two numbers",
    ),
    (
        "of = \"orders\"\n",
        "of = \"order\"\n",
        "of = ¶\"order\"\n",
        "there is no [[table]] order",
    ),
    (
        "of = \"orders\"\n",
        "",
        "name = ¶\"every order has a sort\"\nseverity",
        "says with either `of`",
    ),
    (
        "fix = \"sorts\"",
        "fix = \"before\"",
        "fix = ¶\"before\"",
        "`set`, `rows` or `merge`",
    ),
    (
        "FROM {schema}.sums\"",
        "FROM {schma}.sums\"",
        "FROM ¶{schma}.sums",
        "there is no {schma}",
    ),
    (
        "equal = [\"SELECT count(*) FROM {schema}.orders\", ",
        "equal = [",
        "equal = ¶[\"SELECT sum",
        "invalid length 1",
    ),
];

const OF_DOCUMENTS: [Fault; 20] = [
    (
        "name = \"notes\"\n\n[[table]]",
        "name = \"notes\"\ndatabase = [\"DATABASE_URL\"]\n\n[[table]]",
        "database = [¶\"DATABASE_URL\"]",
        "`database` means nothing where documents become rows",
    ),
    (
        "name = \"notes\"\n\n[[table]]",
        "name = \"notes\"\nnext = \"x\"\n\n[[table]]",
        "next = ¶\"x\"",
        "`next` means nothing",
    ),
    (
        "name = \"notes\"\n\n[[table]]",
        "name = \"sales-ai\"\n\n[[table]]",
        "name = ¶\"sales-ai\"",
        "comes with sunset",
    ),
    (
        "\"authors.id\" },\n  { name = \"reviewer_id\"",
        "\"writers.id\" },\n  { name = \"reviewer_id\"",
        "references = ¶\"writers.id\"",
        "no table above has the column \"writers.id\"",
    ),
    (
        "pattern = \"N{N:2}\"",
        "pattern = \"N\"",
        "pattern = ¶\"N\"",
        "is no pattern",
    ),
    (
        "[[collection]]\nname = \"people\"",
        "[[collection]]\nname = \"a/b\"",
        "name = ¶\"a/b\"",
        "is no name of a root collection",
    ),
    (
        "name = \"memos\"",
        "name = \"people\"",
        "name = ¶\"people\"\ntable = \"notes\"",
        "the collection people stands here a second time",
    ),
    (
        "name = \"memos\"\ntable = \"notes\"",
        "name = \"memos\"\ntable = \"note\"",
        "table = ¶\"note\"\n",
        "there is no [[table]] \"note\"",
    ),
    (
        "id = { from = \"document_id\" }\nname",
        "id = { field = \"x\" }\nname",
        "table = ¶\"authors\"",
        "the column id of authors",
    ),
    (
        "transform = [\"trim\"]",
        "transform = [\"trimm\"]",
        "transform = [¶\"trimm\"]",
        "there is no transform",
    ),
    (
        "open = { field = \"open\" }",
        "close = { field = \"open\" }",
        "¶close = ",
        "the table notes has no column close",
    ),
    (
        "to = \"people\"",
        "to = \"humans\"",
        "to = ¶\"humans\"",
        "no collection \"humans\"",
    ),
    (
        "number = \"note\"",
        "number = \"memo\"",
        "number = ¶\"memo\"",
        "there is no [number.memo]",
    ),
    (
        "limits = [1, 5]",
        "limits = [1]",
        "limits = ¶[1]",
        "invalid length 1",
    ),
    (
        "or = { value = 3 }",
        "or = { value = \"3\" }",
        "or = ¶{ value",
        "a text does not fit the column stars",
    ),
    (
        "{ from = \"left_over\" }",
        "{ from = \"left_over\", field = \"x\" }",
        "rest = ¶{ from",
        "a rule has one of",
    ),
    (
        "dangling = \"null\"",
        "dangling = \"nul\"",
        "dangling = ¶\"nul\"",
        "unknown variant `nul`",
    ),
    (
        "field = \"by\" }",
        "field = \"by\", absent = \"null\" }",
        "author_id = ¶{ from",
        "author_id must have a value",
    ),
    (
        "[number.note]",
        "[[step]]\nname = \"more\"\nkind = \"record\"\n\n[number.note]",
        "kind = ¶\"record\"",
        "the steps behind it are of the kinds",
    ),
    (
        "[number.note]",
        "[[check]]\nname = \"c\"\nseverity = \"high\"\nof = \"notes\"\nviolators = \"SELECT id FROM {schema}.notes WHERE id = {as_of}\"\n\n[number.note]",
        "id = {as_of}¶\"",
        "a plan of documents has no options",
    ),
];

fn told(base: &str, (from, to, place, words): Fault) {
    let text = base.replacen(from, to, 1);
    assert_ne!(text, base, "{from} stands in the file");
    let (before, behind) = place.split_once('¶').expect("a mark");
    let found = text.find(&format!("{before}{behind}")).expect(place);
    let above = &text[..found + before.len()];
    let line = above.matches('\n').count() + 1;
    let own = above.rsplit('\n').next().unwrap_or_default();
    let column = own.chars().count() + 1;
    let error = match read("plan.toml", &text) {
        Err(error) => error.to_string(),
        Ok(_) => panic!("{to} was taken"),
    };
    let begin = format!("plan.toml:{line}:{column}: ");
    assert!(error.starts_with(&begin), "{to}: {begin} of {error}");
    assert!(error.contains(words), "{to}: {error}");
}

#[test]
fn what_is_not_wrong_is_taken() {
    for text in [SHOP, NOTES] {
        assert!(read("plan.toml", text).is_ok(), "{text}");
    }
}

#[test]
fn every_fault_of_a_plan_in_place_names_its_line_and_column() {
    for fault in IN_PLACE {
        told(SHOP, fault);
    }
}

#[test]
fn every_fault_of_a_plan_of_documents_names_its_line_and_column() {
    for fault in OF_DOCUMENTS {
        told(NOTES, fault);
    }
}

#[test]
fn line_ends_of_windows_move_nothing() {
    let windows = SHOP.replace('\n', "\r\n");
    let windows = windows.replacen("flag = \"shop_v2\"", "flag = \"\"", 1);
    let line = SHOP.lines().position(|line| line.starts_with("flag"));
    let begin = format!(
        "plan.toml:{}:8: this is empty",
        line.unwrap_or_default() + 1
    );
    let error = match read("plan.toml", &windows) {
        Err(error) => error.to_string(),
        Ok(_) => panic!("an empty flag was taken"),
    };
    assert_eq!(error, begin);
}
