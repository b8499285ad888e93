//! The columns of a table as the server has them, and whether rows fit into them.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use sqlx::{Postgres, Row as _, Transaction};
use sunset_core::row::{CellKind, Shape};
use sunset_core::{Error, ErrorKind, Result};

use super::table::type_name;
use crate::postgres::connection::Database;
use crate::postgres::fault::error;
use crate::postgres::identifier::{public_table, quote_identifier};

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Columns {
    /// By name: the type, and whether it must be written, since it is NOT NULL and nothing else
    /// fills it.
    pub present: BTreeMap<String, (String, bool)>,
    /// Names of those that cannot be NULL.
    pub required: HashSet<String>,
}

impl Columns {
    /// Reads the catalogue; of a table that is not there, nothing.
    pub async fn read(transaction: &mut Transaction<'_, Postgres>, table: &str) -> Result<Self> {
        let failed = |cause| error(cause, "cannot read the table's columns");
        let rows = crate::postgres::query(include_str!("columns.sql"))
            .bind(public_table(table))
            .fetch_all(&mut **transaction)
            .await
            .map_err(failed)?;
        let mut columns = Self::default();
        for row in &rows {
            let name: String = row.try_get("name").map_err(failed)?;
            if row.try_get("required").map_err(failed)? {
                columns.required.insert(name.clone());
            }
            let kind = row.try_get("type").map_err(failed)?;
            let must = row.try_get("must").map_err(failed)?;
            columns.present.insert(name, (kind, must));
        }
        Ok(columns)
    }

    /// Checks that the table can take the rows.
    pub fn fit(&self, shape: &Shape) -> Result<()> {
        if self.present.is_empty() {
            return Err(Error::new(
                ErrorKind::NotFound,
                format!("relation \"{}\" does not exist", shape.table),
            )
            .remedy("the V3 tables are not there; run schema-push, then repeat this command"));
        }
        let mut faults: Vec<String> = Vec::new();
        let mut written: HashSet<&str> = HashSet::new();
        for (name, kind) in &shape.columns {
            written.insert(name);
            match self.present.get(name) {
                None => faults.push(format!("column {name} is missing")),
                Some((found, _)) if !accepts(*kind, found) => {
                    faults.push(format!(
                        "column {name} is {found}, not {}",
                        type_name(*kind)
                    ));
                }
                Some(_) => {}
            }
        }
        let mut unfilled: Vec<&str> = Vec::new();
        for (name, (_, must)) in &self.present {
            if *must && !written.contains(name.as_str()) {
                faults.push(format!("column {name} is NOT NULL and nothing fills it"));
                unfilled.push(name);
            }
        }
        if faults.is_empty() {
            return Ok(());
        }
        let unfit = Error::new(
            ErrorKind::NotFound,
            format!(
                "table {} is not as V3 has it: {}",
                shape.table,
                faults.join("; ")
            ),
        );
        if unfilled.is_empty() {
            return Err(unfit.remedy("run schema-push and fix-schema, then repeat this command"));
        }
        // Neither of them touches a column that V3 does not have.
        let columns: Vec<String> = unfilled
            .iter()
            .map(|name| format!("ALTER COLUMN {} SET DEFAULT …", quote_identifier(name)))
            .collect();
        Err(unfit.remedy(format!(
            "run schema-push and fix-schema; a column that they leave alone needs a default, or DROP \
             NOT NULL in its place: ALTER TABLE {} {}; then repeat this command",
            public_table(&shape.table),
            columns.join(", ")
        )))
    }
}

impl Database {
    /// Why a table would not take the rows of its shape, as far as there are tables: what a run that
    /// writes would end with.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn coming_refusal(&self, shapes: &[Arc<Shape>]) -> Result<Option<Error>> {
        let look = || async {
            let mut transaction = self.begin_reading().await?;
            for shape in shapes {
                let columns = Columns::read(&mut transaction, &shape.table).await?;
                if columns.present.is_empty() {
                    continue;
                }
                if let Err(refusal) = columns.fit(shape) {
                    return Ok(Some(refusal));
                }
            }
            Ok(None)
        };
        self.steadily(look).await
    }
}

/// Whether a column of the type keeps every value of the kind exactly.
fn accepts(kind: CellKind, found: &str) -> bool {
    match kind {
        CellKind::Text => found == "text" || found.starts_with("character varying"),
        _ => found == type_name(kind),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unfit(columns: &[(&str, &str, bool)]) -> Error {
        let shape = Shape::new(
            "conversations",
            &[("id", CellKind::Text), ("duration", CellKind::Integer)],
        );
        let present = columns
            .iter()
            .map(|(name, kind, must)| ((*name).to_owned(), ((*kind).to_owned(), *must)));
        let columns = Columns {
            present: present.collect(),
            required: HashSet::new(),
        };
        columns.fit(&shape).expect_err("unfit")
    }

    #[test]
    fn a_column_that_would_round_is_refused_before_anything_is_written() {
        let error = unfit(&[
            ("id", "text", true),
            ("duration", "double precision", false),
            ("lead_id", "text", true),
        ]);
        let text = error.to_string();
        assert!(
            text.contains("duration is double precision, not integer"),
            "{text}"
        );
        assert!(text.contains("lead_id is NOT NULL"), "{text}");
        let remedy = error.remedy_text().expect("a remedy");
        assert!(
            remedy.contains("fix-schema") && remedy.contains("\"lead_id\" SET DEFAULT"),
            "{remedy}"
        );
    }

    #[test]
    fn what_the_schemas_programs_mend_is_left_to_them() {
        let error = unfit(&[("id", "text", true)]);
        let remedy = error.remedy_text().expect("a remedy");
        assert!(
            remedy.contains("schema-push") && !remedy.contains("ALTER"),
            "{remedy}"
        );
    }
}
