//! The ledger: schema `sunset` in the target database.

use sqlx::{Postgres, Row as _, Transaction};
use sunset_core::digest::Digest;
use sunset_core::permit::WritePermit;
use sunset_core::{Error, ErrorKind, Result};

use super::connection::Database;
use super::fault::error;

/// The scripts that make the ledger's tables, one a room, in order; each can be repeated.
const SCRIPTS: &[(&str, &str)] = &[
    ("runs", include_str!("ledger/runs.sql")),
    ("crews", include_str!("ledger/crews.sql")),
    ("rows", include_str!("ledger/rows.sql")),
    ("schema", include_str!("ledger/schema.sql")),
    ("objects", include_str!("ledger/objects.sql")),
    ("changes", include_str!("ledger/changes.sql")),
    ("backups", include_str!("ledger/backups.sql")),
    ("rollout", include_str!("ledger/rollout.sql")),
    ("kept", include_str!("ledger/kept.sql")),
    ("batches", include_str!("ledger/batches.sql")),
];

/// Two programs that start together install the ledger one after the other.
const INSTALL_LOCK: i64 = 0x7375_6e73_6574_0001;

/// The ledger of one database. Holding one says that its tables exist and belong to that database.
#[derive(Debug, Clone)]
pub struct Ledger {
    database: Database,
}

impl Ledger {
    /// Makes the ledger's tables where they are absent.
    ///
    /// # Errors
    /// `Refused` when the permit is for another database, or the ledger was begun in another one
    /// (this is a copy or a branch of it). `Denied` when the role may not create a schema.
    pub async fn install(database: &Database, permit: &WritePermit) -> Result<Self> {
        permit.check(database.identity())?;
        database.steadily(|| Self::make(database)).await
    }

    async fn make(database: &Database) -> Result<Self> {
        if let Some(ledger) = Self::open_current(database).await? {
            return Ok(ledger);
        }
        let failed = |cause| error(cause, "cannot make the ledger (schema sunset)");
        let mut transaction = database.begin().await?;
        crate::postgres::query("SELECT pg_advisory_xact_lock($1)")
            .bind(INSTALL_LOCK)
            .execute(&mut *transaction)
            .await
            .map_err(failed)?;
        for (_, script) in SCRIPTS {
            sqlx::raw_sql(*script)
                .execute(&mut *transaction)
                .await
                .map_err(failed)?;
        }
        crate::postgres::query(include_str!("ledger/register.sql"))
            .bind(digest_of_scripts())
            .bind(database.identity().as_str())
            .execute(&mut *transaction)
            .await
            .map_err(failed)?;
        let row = crate::postgres::query("SELECT target FROM sunset.ledger")
            .fetch_one(&mut *transaction)
            .await
            .map_err(failed)?;
        check_target(database, &row.try_get::<String, _>(0).map_err(failed)?)?;
        transaction.commit().await.map_err(failed)?;
        Ok(Self {
            database: database.clone(),
        })
    }

    /// The ledger, brought up to date where an older version made it; `None` where there is none.
    ///
    /// # Errors
    /// As of [`Ledger::install`].
    pub async fn open_or_upgrade(
        database: &Database,
        permit: &WritePermit,
    ) -> Result<Option<Self>> {
        permit.check(database.identity())?;
        match Self::read(database).await? {
            None => Ok(None),
            Some(_) => Self::install(database, permit).await.map(Some),
        }
    }

    /// The ledger as it is, without writing; `None` where there is none.
    ///
    /// # Errors
    /// `Refused` when it was begun in another database; `NotFound` when an older version made it.
    pub async fn open(database: &Database) -> Result<Option<Self>> {
        match Self::read(database).await? {
            None => Ok(None),
            Some((scripts, target)) => {
                check_target(database, &target)?;
                if scripts != digest_of_scripts() {
                    return Err(Error::new(
                        ErrorKind::NotFound,
                        "the ledger in this database was made by another version of this tool",
                    )
                    .item(database.describe())
                    .remedy(
                        "give a command of this version that writes: schema-push, data-migrate, \
                         audio-migrate or rollback --yes bring the ledger up to date before \
                         anything else, and nothing in it is lost; or use the version that made it",
                    ));
                }
                Ok(Some(Self {
                    database: database.clone(),
                }))
            }
        }
    }

    /// Whether there is a ledger, of whatever version.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn exists(database: &Database) -> Result<bool> {
        Ok(Self::read(database).await?.is_some())
    }

    async fn open_current(database: &Database) -> Result<Option<Self>> {
        match Self::read(database).await? {
            Some((scripts, target)) if scripts == digest_of_scripts() => {
                check_target(database, &target)?;
                Ok(Some(Self {
                    database: database.clone(),
                }))
            }
            _ => Ok(None),
        }
    }

    async fn read(database: &Database) -> Result<Option<(String, String)>> {
        database.steadily(|| Self::read_once(database)).await
    }

    async fn read_once(database: &Database) -> Result<Option<(String, String)>> {
        let failed = |cause| error(cause, "cannot read the ledger");
        let mut transaction: Transaction<'_, Postgres> = database.begin_reading().await?;
        let exists: bool =
            crate::postgres::query("SELECT to_regclass('sunset.ledger') IS NOT NULL")
                .fetch_one(&mut *transaction)
                .await
                .and_then(|row| row.try_get(0))
                .map_err(failed)?;
        if !exists {
            return Ok(None);
        }
        let row = crate::postgres::query("SELECT scripts, target FROM sunset.ledger")
            .fetch_optional(&mut *transaction)
            .await
            .map_err(failed)?;
        row.map(|row| Ok((row.try_get(0)?, row.try_get(1)?)))
            .transpose()
            .map_err(failed)
    }

    /// Writes a line of the audit that belongs to no run.
    ///
    /// # Errors
    /// `Refused` for a foreign permit; those of the database.
    pub async fn audit(
        &self,
        permit: &WritePermit,
        action: &str,
        detail: &serde_json::Value,
    ) -> Result<()> {
        permit.check(self.database.identity())?;
        let failed = |cause| error(cause, "cannot write the audit");
        let mut transaction = self.database.begin().await?;
        crate::postgres::query(
            "INSERT INTO sunset.audit (action, detail) VALUES ($1, $2::text::jsonb)",
        )
        .bind(action)
        .bind(detail.to_string())
        .execute(&mut *transaction)
        .await
        .map_err(failed)?;
        transaction.commit().await.map_err(failed)
    }

    /// The database.
    pub fn database(&self) -> &Database {
        &self.database
    }
}

fn digest_of_scripts() -> String {
    Digest::of_parts(SCRIPTS.iter().map(|(_, script)| script.as_bytes())).to_string()
}

fn check_target(database: &Database, target: &str) -> Result<()> {
    if target == database.identity().as_str() {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::Refused,
        format!(
            "the ledger in this database was begun in another one: in {target}, and this is {}",
            database.identity()
        ),
    )
    .item(database.describe())
    .remedy(
        "this is a copy or a branch of that database; set DATABASE_URL to the right one. If this \
         one is meant from now on, make it so with: UPDATE sunset.ledger SET target = '<this one, \
         as named above>'",
    ))
}
