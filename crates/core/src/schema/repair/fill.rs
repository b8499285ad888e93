//! Columns that must have a value and have none.

use super::{Filler, Planner, Repair};
use crate::schema::name::{quote_identifier, quote_literal};
use crate::schema::steps::{Guard, LockMode, Note, Stage, Step, Work};

/// The user that owns rows that nobody owns.
const OWNER_EMAIL: &str = "migration@internal.system";

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
        if !may_be_null || missing && !live.has_rows {
            return;
        }
        if live.column("id").is_none() {
            return;
        }
        if filler == Filler::MigrationUser && !self.has_column("user", "id") {
            self.plan.refused.push(Note {
                object: format!("{table}.{column}"),
                text: "there is no table user yet; run schema-push".into(),
            });
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
            Filler::UniqueId => {
                format!(" AND NOT EXISTS (SELECT 1 FROM {relation} AS o WHERE o.{name} = {value})")
            }
            Filler::MigrationUser | Filler::PrefixedId { .. } => String::new(),
        };
        let free = free_in(&relation);
        let fillable = if missing {
            String::new()
        } else {
            free_in(&present)
        };
        let remain = Guard {
            violators: format!("SELECT t.id::text AS item FROM {present} AS t WHERE {empty}"),
            what: format!("rows of {table} without a {column}"),
            advice: format!("give them a {column}, then run fix-schema again"),
            for_repair: false,
        };
        let probe = Guard {
            violators: format!("{}{fillable}", remain.violators),
            ..remain.clone()
        };
        let sql = format!(
            "WITH filled AS (UPDATE {relation} AS t SET {name} = {value} WHERE t.{name} IS NULL{free} RETURNING t.id) \
             INSERT INTO sunset.schema_kept (step, relation, row_id, column_name, value) \
             SELECT current_setting('sunset.step')::bigint, {}, id::text, {}, NULL FROM filled",
            quote_literal(table),
            quote_literal(column),
        );
        let back = format!(
            "UPDATE {relation} AS t SET {name} = NULL FROM sunset.schema_kept AS k WHERE k.step = current_setting('sunset.step')::bigint AND k.row_id = t.id::text \
             AND t.{name} IS NOT DISTINCT FROM {value}"
        );
        let mut steps = Vec::new();
        if filler == Filler::MigrationUser {
            steps.extend(self.make_owner());
        }
        let mut step = Step::new(
            Stage::Data,
            format!("fill {table}.{column} where it is empty"),
            sql,
        )
        .undone_by(back)
        .locking(table, LockMode::RowExclusive)
        .working(Work::Writes);
        if let (Filler::MigrationUser, Some(owner)) = (filler, self.owner) {
            step = step.guarded(Guard {
                violators: format!(
                    "SELECT {0} AS item WHERE NOT EXISTS (SELECT 1 FROM {1} AS u WHERE u.id = {0})",
                    quote_literal(owner),
                    self.relation("user")
                ),
                what: "the user of MIGRATION_USER_ID, who does not exist".into(),
                advice: "correct MIGRATION_USER_ID, or leave it unset".into(),
                for_repair: false,
            });
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

    /// ` AND NOT EXISTS …` for every table whose rows may refer to a row `n` of `target`: what
    /// refers to a row would stand in the way of removing it, or go with it.
    pub(super) fn unreferenced(&self, target: &str) -> String {
        let mut conditions = String::new();
        for table in &self.desired.tables {
            for key in table.foreign_keys.iter().filter(|key| key.target == target) {
                let ([column], [referred]) =
                    (key.columns.as_slice(), key.target_columns.as_slice())
                else {
                    continue;
                };
                if self.has_column(&table.name, column) {
                    conditions.push_str(&format!(
                        " AND NOT EXISTS (SELECT 1 FROM {} AS c WHERE c.{}::text = n.{}::text)",
                        self.relation(&table.name),
                        quote_identifier(column),
                        quote_identifier(referred),
                    ));
                }
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
        let sql = format!(
            "WITH made AS (INSERT INTO {user} (id, name, email, email_verified, created_at, updated_at) \
             SELECT 'migration-user-' || gen_random_uuid()::text, 'Migration User', {email}, true, now(), now() \
             WHERE NOT EXISTS (SELECT 1 FROM {user} WHERE email = {email}) RETURNING id) \
             INSERT INTO sunset.schema_kept (step, relation, row_id, column_name, value) \
             SELECT current_setting('sunset.step')::bigint, 'user', id, NULL, NULL FROM made"
        );
        // One that was there before is not ours, and one that something belongs to by now is needed.
        let back = format!(
            "DELETE FROM {user} AS n USING sunset.schema_kept AS k \
             WHERE k.step = current_setting('sunset.step')::bigint AND k.row_id = n.id{}",
            self.unreferenced("user")
        );
        Some(
            Step::new(
                Stage::Data,
                "make the user Migration User where absent",
                sql,
            )
            .undone_by(back)
            .locking("user", LockMode::RowExclusive)
            .working(Work::Writes),
        )
    }
}
