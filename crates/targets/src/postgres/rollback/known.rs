//! Whether a rollback names anything that the ledger knows.

use sqlx::postgres::PgRow;
use sqlx::{Postgres, Row as _, Transaction};
use sunset_core::ports::rollback::Scope;
use sunset_core::ports::runs::RunId;
use sunset_core::{Error, ErrorKind, Result};

use crate::postgres::fault::error;
use crate::postgres::ledger::Ledger;

fn failed(cause: sqlx::Error) -> Error {
    error(cause, "cannot read what the ledger knows")
}

/// The programs that change the schema and no rows of documents.
const SCHEMA_PROGRAMS: [&str; 2] = ["schema-push", "fix-schema"];

/// What runs of these programs are recorded under where no plan in place is named.
const NO_PLAN: &str = "schema";

/// That a run changed the schema alone.
fn of_schema(run: RunId, program: &str, plan: &str) -> Error {
    let plan = match plan {
        NO_PLAN => String::new(),
        plan => format!(" --plan {plan}"),
    };
    Error::new(
        ErrorKind::Refused,
        format!("run {run} is one of {program}: it changed the schema, and --run takes rows back"),
    )
    .remedy(format!(
        "rollback --schema{plan} takes the changes of the schema back, after all that was migrated \
         into it; look first: rollback --schema{plan} --dry-run"
    ))
}

impl Ledger {
    /// That the scope's collection is one of the plan (`collections`) or of the ledger, and that its
    /// id is of a document or a row that the ledger knows, or took back before.
    ///
    /// # Errors
    /// `NotFound`, naming those that there are; those of the database.
    pub async fn check_known(&self, scope: &Scope, collections: &[&str]) -> Result<()> {
        let look = || self.look_for(scope, collections);
        self.database().steadily(look).await
    }

    /// That the run, where one is named, is one that the ledger knows, and wrote no schema: its rows
    /// would be none.
    ///
    /// # Errors
    /// `NotFound`; `Refused`, with the command that takes a schema back; those of the database.
    pub async fn check_of_rows(&self, run: Option<RunId>) -> Result<()> {
        let Some(run) = run else {
            return Ok(());
        };
        let look = || async {
            let mut transaction = self.database().begin_reading().await?;
            let found =
                crate::postgres::query("SELECT program, plan FROM sunset.runs WHERE id = $1")
                    .bind(run)
                    .fetch_optional(&mut *transaction)
                    .await
                    .map_err(failed)?;
            let text = |row: &PgRow, name: &str| row.try_get::<String, _>(name).map_err(failed);
            found
                .map(|row| Ok((text(&row, "program")?, text(&row, "plan")?)))
                .transpose()
        };
        match self.database().steadily(look).await? {
            Some((program, plan)) if SCHEMA_PROGRAMS.contains(&program.as_str()) => {
                Err(of_schema(run, &program, &plan))
            }
            Some(_) => Ok(()),
            // Asked before the rollback begins: its own run would get the next number.
            None => Err(super::scope::unknown(run)),
        }
    }

    async fn look_for(&self, scope: &Scope, collections: &[&str]) -> Result<()> {
        let mut transaction = self.database().begin_reading().await?;
        let row = crate::postgres::query(include_str!("known.sql"))
            .bind(&scope.collection)
            .bind(&scope.id)
            .fetch_one(&mut *transaction)
            .await
            .map_err(failed)?;
        if let Some(name) = &scope.collection
            && !collections.contains(&name.as_str())
            && !row.try_get::<bool, _>("collection").map_err(failed)?
        {
            let known = include_str!("known_collections.sql");
            let mut known = texts(&mut transaction, known, None).await?;
            known.extend(collections.iter().map(|name| (*name).to_owned()));
            known.sort();
            known.dedup();
            return Err(Error::new(
                ErrorKind::NotFound,
                format!("neither the plan nor the ledger knows a collection {name:?}"),
            )
            .remedy(format!("its collections are: {}", known.join(", "))));
        }
        if let Some(id) = &scope.id
            && !row.try_get::<bool, _>("id").map_err(failed)?
        {
            let near = include_str!("near_ids.sql");
            let near = texts(&mut transaction, near, Some(id)).await?;
            let remedy = if near.is_empty() {
                "nothing that was migrated is left; rollback --list-runs shows what was done".into()
            } else {
                let near = near.join(", ");
                format!("give it as V2 or V3 has it; among those that it knows are: {near}")
            };
            return Err(Error::new(
                ErrorKind::NotFound,
                format!("the ledger knows no document and no row with the id {id:?}"),
            )
            .remedy(remedy));
        }
        Ok(())
    }
}

async fn texts(
    transaction: &mut Transaction<'_, Postgres>,
    statement: &'static str,
    about: Option<&str>,
) -> Result<Vec<String>> {
    let query = crate::postgres::query_scalar(statement);
    let query = match about {
        Some(about) => query.bind(about),
        None => query,
    };
    query.fetch_all(&mut **transaction).await.map_err(failed)
}
