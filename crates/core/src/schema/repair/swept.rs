//! A column that is given values some blocks of its table at a time, so that nobody who writes to
//! the same rows waits for long.

use super::Planner;
use super::triggers::Change;
use crate::schema::name::{in_dollars, quote_identifier, quote_literal};
use crate::schema::steps::{Effect, Guard, LockMode, Stage, Step, Work};

/// The blocks whose turn it is.
const BLOCKS: &str =
    "t.ctid >= current_setting('sunset.from')::tid AND t.ctid < current_setting('sunset.to')::tid";

/// Where a row lies: partitions and tables that inherit have places of their own.
const PLACE: &str = "t.tableoid AS home, t.ctid AS place";

fn at_place(found: &str) -> String {
    format!("t.tableoid = {found}.home AND t.ctid = {found}.place")
}

const BY_INDEX: [&str; 3] = [
    "SET LOCAL enable_seqscan = off",
    "SET LOCAL enable_hashjoin = off",
    "SET LOCAL enable_mergejoin = off",
];

/// A function takes a hundred arguments at most.
const COLUMNS_AT_A_TIME: usize = 50;

/// An entry without a column's name: what other columns of the row held, and what they hold since.
const BESIDES: &str = " UNION ALL SELECT current_setting('sunset.step')::bigint, {relation}, row_id, '', \
     jsonb_build_object('was', d.was, 'left', d.since)::text FROM written AS w CROSS JOIN LATERAL \
     (SELECT jsonb_object_agg(e.key, e.value) AS was, jsonb_object_agg(e.key, w.since -> e.key) AS since \
     FROM jsonb_each(w.was) AS e WHERE w.since -> e.key IS DISTINCT FROM e.value) AS d WHERE d.was IS NOT NULL";

/// What is written, for a row `t`.
pub(super) struct Swept<'s> {
    pub(super) table: &'s str,
    pub(super) column: &'s str,
    /// `JOIN …`, where the value comes from another table.
    pub(super) join: String,
    /// Rows that get a value.
    pub(super) condition: String,
    /// The value.
    pub(super) value: String,
    /// Whether rows of other tables are found by an index: over a few blocks the planner prefers to
    /// read a whole table, each time.
    pub(super) by_index: bool,
    /// Whether a row has still what it was given.
    pub(super) unchanged: String,
}

impl Planner<'_> {
    /// Rows that no id names alone, where no key forbids them: what they held could be kept, and
    /// not be given back to the right one.
    pub(super) fn unnamed_rows(&self, table: &str) -> Option<Guard> {
        let id = ["id".to_owned()];
        let named = self.live.table(table).is_none_or(|live| {
            // The key of a table that others inherit from says nothing of their rows.
            let alone = live.kind == "p" || !live.has_children;
            alone && live.has_key(&id) && live.column("id").is_some_and(|id| id.required)
        });
        (!named).then(|| Guard {
            violators: format!(
                "SELECT coalesce(t.id::text, 'NULL') || ' (' || count(*) || ' rows)' AS item FROM {} AS t \
                 GROUP BY t.id::text HAVING count(*) > 1 OR t.id::text IS NULL",
                self.relation(table)
            ),
            what: format!("values of {table}.id that name no single row"),
            advice: "give each row an id of its own, then run fix-schema again".into(),
            for_repair: false,
        })
    }

    /// Changes, keeps what was there, and gives it back where nobody wrote since.
    pub(super) fn sweep(&self, swept: &Swept<'_>, title: String) -> Step {
        let Swept {
            table,
            column,
            join,
            condition,
            value,
            unchanged,
            by_index,
        } = swept;
        let relation = self.relation(table);
        let name = quote_identifier(column);
        let of_type = self.type_of(table, column).unwrap_or_else(|| "text".into());
        // What triggers change besides in the same rows is kept, too.
        let touched = self.touched_by_triggers(table, column);
        let (was, since, besides) = if touched {
            let image = self.image(table, column);
            (
                format!(", {image} AS was"),
                format!(", due.was, {image} AS since"),
                BESIDES.replace("{relation}", &quote_literal(table)),
            )
        } else {
            Default::default()
        };
        let sql = format!(
            "WITH due AS MATERIALIZED (SELECT {PLACE}, t.id::text AS row_id, t.{name}::text AS held, {value} AS given{was} \
             FROM {relation} AS t {join} WHERE {condition} AND {BLOCKS} FOR UPDATE OF t), \
             written AS (UPDATE {relation} AS t SET {name} = due.given FROM due WHERE {} RETURNING due.row_id, due.held{since}) \
             INSERT INTO sunset.schema_kept (step, relation, row_id, column_name, value) \
             SELECT current_setting('sunset.step')::bigint, {}, row_id, {}, held FROM written{besides}",
            at_place("due"),
            quote_literal(table),
            quote_literal(column),
        );
        let mut step = Step::new(Stage::Data, title, sql);
        if *by_index {
            step.sql.splice(0..0, BY_INDEX.map(str::to_owned));
        }
        step.inverse = self.given_back(table, column, &of_type, unchanged);
        step.guard = self.unnamed_rows(table);
        self.with_triggers(step, table, Change::Update(column))
            .locking(table, LockMode::RowExclusive)
            .working(Work::Writes)
            .making(Effect::Keeps {
                table: (*table).to_owned(),
                column: Some((*column).to_owned()),
                unchanged: unchanged.clone(),
                swept: true,
            })
    }

    /// The inverse of what a step kept: values go back some blocks at a time, where `unchanged`
    /// holds of the row `t` and its entry `k`; with them, what triggers had changed besides.
    pub(super) fn given_back(
        &self,
        table: &str,
        column: &str,
        of_type: &str,
        unchanged: &str,
    ) -> Vec<String> {
        let relation = self.relation(table);
        let name = quote_identifier(column);
        let mut inverse: Vec<String> = BY_INDEX.map(str::to_owned).into();
        let kept =
            "k.step = current_setting('sunset.step')::bigint AND coalesce(k.column_name, '') <> ''";
        // Asked of each row by itself: the planner would rather go through all that is kept.
        let due = format!(
            "{BLOCKS} AND (SELECT true FROM sunset.schema_kept AS k WHERE {kept} AND k.row_id = t.id::text AND {unchanged} LIMIT 1)"
        );
        let set = format!(
            "WITH place AS MATERIALIZED (SELECT {PLACE}, t.id::text AS row_id FROM {relation} AS t WHERE {due} FOR UPDATE OF t) \
             UPDATE {relation} AS t SET {name} = k.value::{of_type}"
        );
        let from = format!(
            " FROM place AS p JOIN sunset.schema_kept AS k ON {kept} AND k.row_id = p.row_id"
        );
        if self.touched_by_triggers(table, column) {
            let whole = include_str!("give_back.sql")
                .replace("{table}", &relation)
                .replace("{relation}", &quote_literal(&relation))
                .replace("{set}", &quote_literal(&set))
                .replace("{from}", &quote_literal(&from))
                .replace("{at}", &at_place("p"))
                .replace("{due}", &due);
            inverse.push(format!(
                "DO {}",
                in_dollars(&format!("\n{} ", whole.trim_end()))
            ));
            inverse.push(
                "SELECT FROM generate_series(1, current_setting('sunset.given')::bigint)".into(),
            );
        } else {
            inverse.push(format!("{set}{from} WHERE {}", at_place("p")));
        }
        inverse
    }

    /// The other columns of a row `t`, as text by their names, in an order of `jsonb`.
    fn image(&self, table: &str, but: &str) -> String {
        let live = self.live.table(table);
        let own = live.into_iter().flat_map(|live| &live.columns);
        let own = own.filter(|column| !column.generated);
        let added = self.added.iter().filter(|(of, _)| of == table);
        let mut names: Vec<&str> = own.map(|column| column.name.as_str()).collect();
        names.extend(added.map(|(_, column)| column.as_str()));
        names.retain(|name| *name != but);
        let parts: Vec<String> = names
            .chunks(COLUMNS_AT_A_TIME)
            .map(|names| {
                let pairs: Vec<String> = names
                    .iter()
                    .map(|name| {
                        format!(
                            "{}, t.{}::text",
                            quote_literal(name),
                            quote_identifier(name)
                        )
                    })
                    .collect();
                format!("jsonb_build_object({})", pairs.join(", "))
            })
            .collect();
        if parts.is_empty() {
            return "'{}'::jsonb".to_owned();
        }
        format!("({})", parts.join(" || "))
    }
}
