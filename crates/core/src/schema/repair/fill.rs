//! Columns that must have a value and have none.

use super::triggers::Change;
use super::{Filler, Planner, Repair, Swept, is_text};
use crate::schema::model::index_key;
use crate::schema::name::{quote_identifier, quote_literal};
use crate::schema::steps::{Effect, Guard, LockMode, Note, Stage, Step, Work};

/// The user that owns rows that nobody owns.
const OWNER_EMAIL: &str = "migration@internal.system";

/// What a guard says of an owner that is named and is nobody.
pub const UNKNOWN_OWNER: &str = "the user of MIGRATION_USER_ID, who does not exist";

/// What it is made with.
const OWNER_COLUMNS: &[(&str, &str)] = &[
    ("id", "'migration-user-' || gen_random_uuid()::text"),
    ("name", "'Migration User'"),
    ("email", "'migration@internal.system'"),
    ("email_verified", "true"),
    ("created_at", "now()"),
    ("updated_at", "now()"),
];

impl Planner<'_> {
    /// The value, for a row called `t`.
    pub(super) fn filler_expression(&self, filler: Filler) -> String {
        match filler {
            Filler::MigrationUser => match self.owner {
                Some(owner) => quote_literal(owner),
                None => format!(
                    "(SELECT u.id FROM {} AS u WHERE u.email = {})",
                    self.relation("user"),
                    quote_literal(OWNER_EMAIL)
                ),
            },
            Filler::UniqueId => "t.id::text".to_owned(),
            Filler::PrefixedId { prefix } => {
                format!("{} || left(t.id::text, 8)", quote_literal(prefix))
            }
        }
    }

    pub(super) fn fill(&mut self, table: &str, column: &str, filler: Filler) {
        let Some(live) = self.live.table(table).filter(|live| live.is_table()) else {
            return;
        };
        let missing = live.column(column).is_none();
        let may_be_null = live.column(column).is_none_or(|found| !found.required);
        if !may_be_null || missing && !live.has_rows || live.column("id").is_none() {
            return;
        }
        let object = format!("{table}.{column}");
        if live.column(column).is_some_and(|found| found.fixed) {
            // The completion says what to do about it.
            return;
        }
        if filler == Filler::MigrationUser && !self.has_column("user", "id") {
            self.refuse(object, "there is no table user yet; run schema-push");
            return;
        }
        let fits = self.takes_text(table, column)
            || filler == Filler::MigrationUser
                && self.type_of(table, column) == self.type_of("user", "id");
        if !fits {
            let Some(has) = self.type_of(table, column) else {
                self.refuse(
                    object,
                    "it is missing, and could not be added: see what is said of its table",
                );
                return;
            };
            self.refuse(
                object,
                format!("it is {has}, which does not take what it would be filled with: make it text by hand, then run fix-schema again"),
            );
            return;
        }
        let relation = self.relation(table);
        let present = self.relation(self.now(table));
        let name = quote_identifier(column);
        let empty = if missing {
            "true".to_owned()
        } else {
            format!("t.{name} IS NULL")
        };
        let value = self.filler_expression(filler);
        let free_in = |relation: &str| match filler {
            // A column that was not there holds nothing that could collide.
            Filler::UniqueId if !missing => {
                format!(" AND NOT EXISTS (SELECT 1 FROM {relation} AS o WHERE o.{name} = {value})")
            }
            _ => String::new(),
        };
        let indexed = live.indexes.iter().any(|index| {
            index.valid
                && index
                    .keys
                    .first()
                    .is_some_and(|key| *key == index_key(column))
        });
        let remain = Guard {
            violators: format!("SELECT t.id::text AS item FROM {present} AS t WHERE {empty}"),
            what: format!("rows of {table} without a {column}"),
            advice: format!("give them a {column}, then run fix-schema again"),
            for_repair: false,
        };
        let probe = Guard {
            violators: format!("{}{}", remain.violators, free_in(&present)),
            ..remain.clone()
        };
        let swept = Swept {
            table,
            column,
            join: String::new(),
            condition: format!("t.{name} IS NULL{}", free_in(&relation)),
            unchanged: format!("t.{name} IS NOT DISTINCT FROM {value}"),
            by_index: filler == Filler::UniqueId && indexed,
            value,
        };
        let mut step = self.sweep(&swept, format!("fill {table}.{column} where it is empty"));
        let mut steps = Vec::new();
        if filler == Filler::MigrationUser {
            steps.extend(self.make_owner());
            step.guard = Guard::both(step.guard, self.owner_guard());
        }
        steps.push(step);
        let what = match filler {
            Filler::MigrationUser => "give them the migration's user".to_owned(),
            Filler::UniqueId => "give them their id".to_owned(),
            Filler::PrefixedId { prefix } => {
                format!("give them {prefix} and the first 8 characters of their id")
            }
        };
        if !missing {
            self.plan.remains.push(remain);
        }
        self.plan.repairs.push(Repair {
            title: format!("rows of {table} have no {column}: {what}"),
            structural: false,
            probe: Some(probe),
            steps,
        });
    }

    /// What keeps the migration's user from being had.
    pub(super) fn owner_guard(&self) -> Option<Guard> {
        let user = self.relation("user");
        if let Some(owner) = self.owner {
            return Some(Guard {
                violators: format!(
                    "SELECT {0} AS item WHERE NOT EXISTS (SELECT 1 FROM {user} AS u WHERE u.id::text = {0})",
                    quote_literal(owner),
                ),
                what: UNKNOWN_OWNER.into(),
                advice: format!(
                    "correct MIGRATION_USER_ID, leave it unset (a user {OWNER_EMAIL} is made then), or make the user: \
                     INSERT INTO {user} (id, name, email, email_verified) VALUES ({}, 'Migration User', 'someone@example.com', true);",
                    quote_literal(owner)
                ),
                for_repair: false,
            });
        }
        let live = self.live.table("user")?;
        let mut unknown: Vec<String> = live
            .columns
            .iter()
            .filter(|column| {
                let given = OWNER_COLUMNS.iter().any(|(name, _)| *name == column.name);
                column.required && column.default.is_none() && !column.generated && !given
                    || column.name == "id" && !is_text(&column.type_name)
            })
            .map(|column| format!("user.{} ({})", column.name, column.type_name))
            .collect();
        for needed in ["name", "email"] {
            if live.column(needed).is_none() {
                unknown.push(format!("user.{needed} (missing)"));
            }
        }
        if unknown.is_empty() {
            return None;
        }
        let present = if live.column("email").is_some() {
            format!(
                " WHERE NOT EXISTS (SELECT 1 FROM {user} AS u WHERE u.email = {})",
                quote_literal(OWNER_EMAIL)
            )
        } else {
            String::new()
        };
        Some(Guard {
            violators: format!(
                "SELECT {} AS item{present}",
                quote_literal(&unknown.join(", "))
            ),
            what: "columns of user that the migration's user cannot be made with".into(),
            advice: "set MIGRATION_USER_ID to the id of the user who is to own the rows".into(),
            for_repair: false,
        })
    }

    /// ` AND NOT EXISTS …` for every table whose rows may refer to the row `row` of `target`: what
    /// refers to a row would stand in the way of removing it, or go with it. With `kept`, the entry
    /// of the row, references that later steps wrote do not count: they are taken back before.
    pub(super) fn unreferenced(&self, target: &str, row: &str, kept: Option<&str>) -> String {
        let mut conditions = String::new();
        for table in &self.desired.tables {
            for key in table.foreign_keys.iter().filter(|key| key.target == target) {
                let ([column], [referred]) =
                    (key.columns.as_slice(), key.target_columns.as_slice())
                else {
                    continue;
                };
                if !self.will_have(&table.name, column) {
                    continue;
                }
                let but = kept
                    .filter(|_| self.has_column(&table.name, "id"))
                    .map(|kept| {
                        format!(
                            " AND NOT EXISTS (SELECT 1 FROM sunset.schema_kept AS l JOIN sunset.schema_steps AS s ON s.id = l.step \
                             WHERE s.id > {kept}.step AND s.state <> 'undone' AND l.relation = {} AND l.row_id = c.id::text \
                             AND coalesce(l.column_name, {column}) = {column})",
                            quote_literal(&table.name),
                            column = quote_literal(column),
                        )
                    });
                conditions.push_str(&format!(
                    " AND NOT EXISTS (SELECT 1 FROM {} AS c WHERE c.{}::text = {row}.{}::text{})",
                    self.relation(&table.name),
                    quote_identifier(column),
                    quote_identifier(referred),
                    but.unwrap_or_default(),
                ));
            }
        }
        conditions
    }

    /// The migration's own user, as data-migrate makes it, where none is named.
    pub(super) fn make_owner(&self) -> Option<Step> {
        if self.owner.is_some() {
            return None;
        }
        let user = self.relation("user");
        let email = quote_literal(OWNER_EMAIL);
        // An older table may not have all of its columns yet.
        let (columns, values): (Vec<&str>, Vec<&str>) = OWNER_COLUMNS
            .iter()
            .copied()
            .filter(|(name, _)| self.has_column("user", name))
            .unzip();
        let sql = format!(
            "WITH made AS (INSERT INTO {user} ({}) SELECT {} \
             WHERE NOT EXISTS (SELECT 1 FROM {user} WHERE email = {email}) RETURNING id) \
             INSERT INTO sunset.schema_kept (step, relation, row_id, column_name, value) \
             SELECT current_setting('sunset.step')::bigint, 'user', id::text, NULL, NULL FROM made",
            columns.join(", "),
            values.join(", "),
        );
        // One that was there before is not ours, and one that something belongs to by now is needed.
        let back = format!(
            "DELETE FROM {user} AS n USING sunset.schema_kept AS k \
             WHERE k.step = current_setting('sunset.step')::bigint AND k.row_id = n.id::text{}",
            self.unreferenced("user", "n", None)
        );
        let title = "make the user Migration User where absent";
        let step = Step::new(Stage::Data, title, sql);
        let mut step = self
            .with_triggers(step, "user", Change::Insert)
            .undone_by(back)
            .locking("user", LockMode::RowExclusive)
            .working(Work::Writes)
            .making(Effect::Keeps {
                table: "user".into(),
                column: None,
                unchanged: format!("true{}", self.unreferenced("user", "t", Some("k"))),
                swept: false,
            });
        step.guard = self.owner_guard();
        Some(step)
    }

    pub(super) fn refuse(&mut self, object: String, text: impl Into<String>) {
        self.plan.refused.push(Note {
            object,
            text: text.into(),
        });
    }
}
