//! One set of changes: what of it is there today, restoring it, and looking at what stays.

use std::collections::{BTreeMap, HashSet};

use serde_json::{Map, Value as JsonValue};
use sqlx::{Postgres, Row as _, Transaction};
use sunset_core::Result;
use sunset_core::ports::in_place::{ChangeScope, ChangeSet, KeptCell, TakenBack};
use sunset_core::schema::name::{qualified, quote_identifier, quote_literal};

use super::reader::plain;
use super::statements::image;
use super::undo::WHAT;
use super::unsigned;
use crate::postgres::fault::error;

/// A set, and what is there today of the columns that it is about.
pub(super) struct Change {
    id: i64,
    relation: String,
    table: String,
    /// The column of the primary key, and its type.
    key: (String, String),
    /// Columns that are there today, with their types.
    columns: Vec<(String, String)>,
    /// Whether its rows were made by the plan.
    pub made: bool,
    /// Rows of the set that the scope covers.
    pub rows: u64,
    /// Whether somebody wrote the same columns later, and whether that is of the scope.
    later: bool,
    /// The keys that the scope covers, where it does not cover all.
    pub only: Option<Vec<String>>,
}

/// The keys of a set whose rows hold a value in a column.
async fn held(
    transaction: &mut Transaction<'_, Postgres>,
    (set, relation): (i64, &str),
    (key, key_type): (&str, &str),
    (column, value): (&str, &str),
) -> Result<Vec<String>> {
    let sql = format!(
        "SELECT k.key FROM sunset.changes AS c CROSS JOIN LATERAL unnest(c.keys) AS k (key) \
           JOIN {relation} AS t ON t.{} = k.key::{key_type} WHERE c.id = $1 AND t.{}::text = $2",
        quote_identifier(key),
        quote_identifier(column),
    );
    let failed = |cause| error(cause, WHAT);
    crate::postgres::query_scalar(plain(sql))
        .bind(set)
        .bind(value)
        .fetch_all(&mut **transaction)
        .await
        .map_err(failed)
}

impl Change {
    /// `None` when nothing of it is there to be taken back any more: the table or all of its
    /// columns are gone, and so is what was set.
    pub async fn read(
        transaction: &mut Transaction<'_, Postgres>,
        scope: &ChangeScope,
        set: &ChangeSet,
    ) -> Result<Option<Self>> {
        let failed = |cause| error(cause, WHAT);
        let relation = qualified(&set.namespace, &set.table);
        let row = crate::postgres::query(include_str!("read_set.sql"))
            .bind(set.id)
            .bind(&relation)
            .fetch_optional(&mut **transaction)
            .await
            .map_err(failed)?;
        let Some(row) = row else {
            return Ok(None);
        };
        let key: String = row.try_get("key_column").map_err(failed)?;
        let names: Vec<String> = row.try_get("columns").map_err(failed)?;
        let types: Vec<String> = row.try_get("types").map_err(failed)?;
        let known: BTreeMap<String, String> = names.into_iter().zip(types).collect();
        let set_columns: Vec<String> = row.try_get("set_columns").map_err(failed)?;
        let key_type = known.get(&key).cloned().unwrap_or_else(|| "text".into());
        let columns: Vec<_> = set_columns
            .into_iter()
            .filter_map(|name| known.get(&name).cloned().map(|kind| (name, kind)))
            .collect();
        let made: bool = row.try_get("made").map_err(failed)?;
        let only = match &scope.only {
            None => None,
            Some((column, _)) if !known.contains_key(column) => Some(Vec::new()),
            Some((column, value)) => Some(
                held(
                    transaction,
                    (set.id, &relation),
                    (&key, &key_type),
                    (column, value),
                )
                .await?,
            ),
        };
        let rows = match &only {
            Some(keys) => keys.len() as u64,
            None => unsigned(row.try_get("rows").map_err(failed)?),
        };
        Ok(Some(Self {
            id: set.id,
            relation,
            table: set.table.clone(),
            key: (key, key_type),
            columns,
            made,
            rows,
            later: row.try_get("later").map_err(failed)?,
            only,
        }))
    }

    fn is_lost(&self) -> bool {
        self.columns.is_empty() && !self.made || self.key.0.is_empty()
    }

    /// The keys of the set that the scope covers, those that were written again later, and the
    /// cells before and after: `$1` is the set, `$2` the keys of the scope.
    fn common(&self) -> String {
        let later = if self.later {
            include_str!("later_keys.sql")
        } else {
            "SELECT NULL::text AS key, NULL::jsonb AS before WHERE false"
        };
        format!(
            "WITH wanted AS MATERIALIZED (\n\
             SELECT k.key FROM sunset.changes AS c CROSS JOIN LATERAL unnest(c.keys) AS k (key)\n\
             WHERE c.id = $1 AND ($2::text[] IS NULL OR k.key = ANY ($2))\n\
             ), later AS MATERIALIZED (\n{later}\n\
             ), image AS MATERIALIZED (\n\
             SELECT c.before AS before_image, c.after AS after_image{before}{after} FROM sunset.changes AS c\n{joins}WHERE c.id = $1\n)",
            before = self.listed("b"),
            after = self.listed("a"),
            joins = self.joins(),
        )
    }

    /// `, b."x" AS "b x"`
    fn listed(&self, letter: &str) -> String {
        self.columns
            .iter()
            .map(|(name, kind)| {
                let alias = quote_identifier(&format!("{letter} {name}"));
                let source = if letter == "b" { "before" } else { "after" };
                if kind == "jsonb" {
                    // A JSON null is a value, and not NULL.
                    format!(", c.{source} -> {} AS {alias}", quote_literal(name))
                } else {
                    format!(", {letter}.{} AS {alias}", quote_identifier(name))
                }
            })
            .collect()
    }

    fn joins(&self) -> String {
        if self.columns.is_empty() {
            return String::new();
        }
        let typed: Vec<String> = self
            .columns
            .iter()
            .map(|(name, kind)| format!("{} {kind}", quote_identifier(name)))
            .collect();
        let typed = typed.join(", ");
        format!(
            "CROSS JOIN LATERAL jsonb_to_record(coalesce(c.before, '{{}}')) AS b ({typed})\n\
             CROSS JOIN LATERAL jsonb_to_record(c.after) AS a ({typed})\n"
        )
    }

    /// Whether a row holds what the plan had set.
    fn as_set(&self) -> String {
        self.holds("a")
    }

    /// Whether a row holds all cells of an image: `a` after the change, `b` before it.
    fn holds(&self, letter: &str) -> String {
        let parts: Vec<String> = self
            .columns
            .iter()
            .map(|(name, _)| {
                format!(
                    "t.{} IS NOT DISTINCT FROM i.{}",
                    quote_identifier(name),
                    quote_identifier(&format!("{letter} {name}"))
                )
            })
            .collect();
        if parts.is_empty() {
            "true".to_owned()
        } else {
            format!("({})", parts.join(" AND "))
        }
    }

    fn joined(&self) -> String {
        format!(
            "t.{} = w.key::{}",
            quote_identifier(&self.key.0),
            self.key.1
        )
    }

    /// Restores, and gives the keys of the rows that were.
    pub async fn restore(
        &self,
        transaction: &mut Transaction<'_, Postgres>,
        scope: &ChangeScope,
    ) -> Result<HashSet<String>> {
        if self.is_lost() {
            return Ok(HashSet::new());
        }
        let condition = if scope.force {
            "true".to_owned()
        } else {
            format!(
                "{} AND NOT EXISTS (SELECT 1 FROM later AS l WHERE l.key = w.key)",
                self.as_set()
            )
        };
        let act = if self.made {
            format!(
                "DELETE FROM {} AS t USING wanted AS w, image AS i",
                self.relation
            )
        } else {
            let assigned: Vec<String> = self
                .columns
                .iter()
                .map(|(name, _)| {
                    format!(
                        "{} = i.{}",
                        quote_identifier(name),
                        quote_identifier(&format!("b {name}"))
                    )
                })
                .collect();
            format!(
                "UPDATE {} AS t SET {} FROM wanted AS w, image AS i",
                self.relation,
                assigned.join(", ")
            )
        };
        let sql = format!(
            "{} {act} WHERE {} AND {condition} RETURNING w.key",
            self.common(),
            self.joined()
        );
        let failed = |cause| error(cause, format!("{WHAT} of {}", self.table));
        let keys: Vec<String> = crate::postgres::query_scalar(plain(sql))
            .bind(self.id)
            .bind(&self.only)
            .fetch_all(&mut **transaction)
            .await
            .map_err(failed)?;
        Ok(keys.into_iter().collect())
    }

    /// Of the rows that were restored those that do not hold what they held before, because a
    /// trigger or a rule gave them other values.
    pub async fn otherwise(
        &self,
        transaction: &mut Transaction<'_, Postgres>,
        done: &HashSet<String>,
    ) -> Result<Vec<KeptCell>> {
        let failed = |cause| error(cause, format!("{WHAT} of {}", self.table));
        let sql = format!(
            "{} SELECT w.key, {found}::text AS found, ({nulls} || i.before_image)::text AS former\n\
             FROM wanted AS w CROSS JOIN image AS i JOIN {relation} AS t ON {joined}\n\
             WHERE w.key = ANY ($3) AND NOT {held} ORDER BY w.key",
            self.common(),
            found = self.found(),
            nulls = self.nulls(),
            relation = self.relation,
            joined = self.joined(),
            held = self.holds("b"),
        );
        let done: Vec<&str> = done.iter().map(String::as_str).collect();
        let rows = crate::postgres::query(plain(sql))
            .bind(self.id)
            .bind(&self.only)
            .bind(&done)
            .fetch_all(&mut **transaction)
            .await
            .map_err(failed)?;
        let kept = rows.iter().map(|row| {
            let found: String = row.try_get("found")?;
            let former: String = row.try_get("former")?;
            Ok(KeptCell {
                table: self.table.clone(),
                key: row.try_get("key")?,
                found: format!("a trigger or a rule made it {found}, before it was {former}"),
                hindered: true,
            })
        });
        kept.collect::<sqlx::Result<_>>().map_err(failed)
    }

    /// The cells of the set as a row holds them, NULL among them.
    fn found(&self) -> String {
        let cells: Vec<(&str, String)> = self
            .columns
            .iter()
            .map(|(name, _)| (name.as_str(), format!("t.{}", quote_identifier(name))))
            .collect();
        format!("({} || {})", self.nulls(), image(&cells))
    }

    /// An object in which every cell of the set is NULL: images leave those out.
    fn nulls(&self) -> String {
        let names = self.columns.iter().map(|(name, _)| name.clone());
        let nulls: Map<String, JsonValue> = names.map(|name| (name, JsonValue::Null)).collect();
        format!(
            "{}::jsonb",
            quote_literal(&JsonValue::Object(nulls).to_string())
        )
    }

    /// What is not among `done`: rows that are gone, and rows that stay with what they hold now.
    /// Before anything is done, rows that could be restored count as such.
    pub async fn look(
        &self,
        transaction: &mut Transaction<'_, Postgres>,
        scope: &ChangeScope,
        done: Option<&HashSet<String>>,
    ) -> Result<TakenBack> {
        let mut taken = TakenBack::default();
        if self.is_lost() {
            taken.gone = self.rows;
            return Ok(taken);
        }
        // What a later change of the same plan has written will be as it was when its turn comes.
        let sql = format!(
            "{} SELECT w.key, t.{key} IS NULL AS gone,\n\
             CASE WHEN l.key IS NULL THEN {as_set} ELSE l.before = i.after_image END AS good,\n\
             {found}::text AS found, ({nulls} || i.after_image)::text AS wanted, l.key IS NOT NULL AS again\n\
             FROM wanted AS w CROSS JOIN image AS i\n\
             LEFT JOIN later AS l ON l.key = w.key\n\
             LEFT JOIN {relation} AS t ON {joined}",
            self.common(),
            key = quote_identifier(&self.key.0),
            as_set = self.as_set(),
            found = self.found(),
            nulls = self.nulls(),
            relation = self.relation,
            joined = self.joined(),
        );
        let failed = |cause| error(cause, format!("{WHAT} of {}", self.table));
        let rows = crate::postgres::query(plain(sql))
            .bind(self.id)
            .bind(&self.only)
            .fetch_all(&mut **transaction)
            .await
            .map_err(failed)?;
        for row in &rows {
            let key: String = row.try_get("key").map_err(failed)?;
            if done.is_some_and(|done| done.contains(&key)) {
                continue;
            }
            if row.try_get("gone").map_err(failed)? {
                taken.gone += 1;
                continue;
            }
            let good: bool = row.try_get("good").map_err(failed)?;
            let again: bool = row.try_get("again").map_err(failed)?;
            let pending =
                done.is_none() && (scope.force || good && (!again || scope.run.is_none()));
            if pending {
                if self.made {
                    taken.deleted += 1;
                } else {
                    taken.restored.push(key);
                }
                continue;
            }
            let found: String = row.try_get("found").map_err(failed)?;
            let wanted: String = row.try_get("wanted").map_err(failed)?;
            let hindered = done.is_some() && (scope.force || good && !again);
            taken.kept.push(KeptCell {
                table: self.table.clone(),
                key,
                found: if hindered {
                    format!("a trigger or a rule hindered it: {found}")
                } else if again {
                    format!("a later run wrote it again: {found}")
                } else {
                    format!("{found}, was set to {wanted}")
                },
                hindered,
            });
        }
        Ok(taken)
    }
}
