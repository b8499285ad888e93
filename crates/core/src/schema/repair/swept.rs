//! A column that is given values some blocks of its table at a time, so that nobody who writes to
//! the same rows waits for long.

use super::Planner;
use crate::schema::name::{quote_identifier, quote_literal};
use crate::schema::steps::{Effect, Guard, LockMode, Stage, Step, Work};

/// The blocks whose turn it is.
const BLOCKS: &str =
    "t.ctid >= current_setting('sunset.from')::tid AND t.ctid < current_setting('sunset.to')::tid";

const BY_INDEX: [&str; 3] = [
    "SET LOCAL enable_seqscan = off",
    "SET LOCAL enable_hashjoin = off",
    "SET LOCAL enable_mergejoin = off",
];

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
            live.has_key(&id) && live.column("id").is_some_and(|id| id.required)
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
        let sql = format!(
            "WITH due AS MATERIALIZED (SELECT t.ctid AS place, t.id::text AS row_id, t.{name}::text AS held, {value} AS given \
             FROM {relation} AS t {join} WHERE {condition} AND {BLOCKS} FOR UPDATE OF t), \
             written AS (UPDATE {relation} AS t SET {name} = due.given FROM due WHERE t.ctid = due.place RETURNING due.row_id, due.held) \
             INSERT INTO sunset.schema_kept (step, relation, row_id, column_name, value) \
             SELECT current_setting('sunset.step')::bigint, {}, row_id, {}, held FROM written",
            quote_literal(table),
            quote_literal(column),
        );
        let back = format!(
            "UPDATE {relation} AS t SET {name} = k.value::{of_type} FROM sunset.schema_kept AS k \
             WHERE k.step = current_setting('sunset.step')::bigint AND k.row_id = t.id::text \
             AND {unchanged} AND {BLOCKS}"
        );
        let mut step = Step::new(Stage::Data, title, sql);
        if *by_index {
            step.sql.splice(0..0, BY_INDEX.map(str::to_owned));
        }
        for setting in BY_INDEX {
            step = step.undone_by(setting);
        }
        step.guard = self.unnamed_rows(table);
        step.undone_by(back)
            .locking(table, LockMode::RowExclusive)
            .working(Work::Writes)
            .making(Effect::Keeps {
                table: (*table).to_owned(),
                column: Some((*column).to_owned()),
                unchanged: unchanged.clone(),
                swept: true,
            })
    }
}
