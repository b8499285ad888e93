//! Whether a rollback names anything that the ledger knows.

use sqlx::{Postgres, Row as _, Transaction};
use sunset_core::ports::rollback::Scope;
use sunset_core::{Error, ErrorKind, Result};

use crate::postgres::fault::error;
use crate::postgres::ledger::Ledger;

fn failed(cause: sqlx::Error) -> Error {
    error(cause, "cannot read what the ledger knows")
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
