//! Taking a backup.

use sqlx::Row as _;
use sunset_core::secret::Secret;
use sunset_core::{Error, ErrorKind, Result};
use sunset_targets::postgres::{Database, LibpqVariables, error, query};

use crate::manifest::{DatabasePart, FORMAT, FilePart, Manifest, RedisPart, as_id};
use crate::redis::{Redis, RedisFacts};
use crate::shelf::{Backup, Draft, Shelf};
use crate::tools::Tools;
use crate::{catalog, child};

/// The dump's file.
pub const DUMP: &str = "database.dump";
/// Redis' file.
pub const RDB: &str = "redis.rdb";

/// What is backed up, and by whom.
pub struct Taking<'a> {
    /// The database.
    pub database: &'a Database,
    /// Its URL.
    pub url: &'a Secret,
    /// Redis with what it said, where there is one.
    pub redis: Option<(&'a Redis, RedisFacts)>,
    /// The programs.
    pub tools: &'a Tools,
    /// The plan.
    pub plan: &'a str,
    /// The program with its version, and the machine.
    pub by: String,
}

impl Taking<'_> {
    /// Takes it. `said` is told how it goes on, in a line each time.
    ///
    /// # Errors
    /// Those of the database, of pg_dump and of Redis; nothing of the backup stays then.
    pub async fn take(&self, shelf: &Shelf, said: &(dyn Fn(&str) + Sync)) -> Result<Backup> {
        let failed = |cause| error(cause, "cannot take a snapshot of the database");
        let mut transaction = self.database.begin_reading().await?;
        let row = query(include_str!("sql/snapshot.sql"))
            .fetch_one(&mut *transaction)
            .await
            .map_err(failed)?;
        let exported: String = row.try_get("exported").map_err(failed)?;
        let taken_at: String = row.try_get("taken_at").map_err(failed)?;
        let stem: String = row.try_get("stem").map_err(failed)?;
        let draft = shelf.begin(&format!("{}-{stem}", as_id(self.plan)))?;
        said(&format!("backup {}", draft.id()));
        let counting = async {
            let mut tables = Vec::new();
            for (schema, table) in catalog::tables(&mut transaction).await? {
                tables.push(catalog::rows(&mut transaction, &schema, &table, &[]).await?);
            }
            let objects = catalog::objects(&mut transaction).await?;
            Ok::<_, Error>((tables, objects))
        };
        let (dumped, counted) = tokio::join!(self.dump(&draft, &exported), counting);
        let (tables, objects) = counted?;
        let mut files = vec![dumped?];
        // Up to here the snapshot was pg_dump's too.
        transaction.rollback().await.map_err(failed)?;
        let mut redis = None;
        if let Some((server, facts)) = &self.redis {
            files.push(self.redis(&draft, server).await?);
            redis = Some(RedisPart {
                url: server.shown().to_owned(),
                server_version: facts.version.clone(),
                keys: facts.keys,
            });
        }
        let id = draft.id().to_owned();
        draft.finish(Manifest {
            format: FORMAT,
            id,
            plan: self.plan.to_owned(),
            taken_at,
            taken_by: self.by.clone(),
            database: DatabasePart {
                url: self.database.describe().to_owned(),
                identity: self.database.identity().as_str().to_owned(),
                server_version: row.try_get("server_version").map_err(failed)?,
                snapshot: row.try_get("snapshot").map_err(failed)?,
                tables,
                objects,
            },
            redis,
            files,
        })
    }

    async fn dump(&self, draft: &Draft, snapshot: &str) -> Result<FilePart> {
        let program = self.tools.path("pg_dump");
        let variables = LibpqVariables::of(self.url, None, "backup")?;
        let mut command = child::of_postgres(&program, Some(&variables));
        command
            .args([
                "--format=custom",
                "--no-password",
                "--lock-wait-timeout=60s",
            ])
            .arg(format!("--snapshot={snapshot}"))
            .arg("--file")
            .arg(draft.path(DUMP));
        child::succeed(command, &program, "pg_dump could not dump the database").await?;
        // A dump that its own reader does not understand is none.
        let program = self.tools.path("pg_restore");
        let mut command = child::of_postgres(&program, None);
        command.arg("--list").arg(draft.path(DUMP));
        child::succeed(command, &program, "pg_restore cannot read the dump").await?;
        let what = "PostgreSQL, pg_dump's custom format";
        draft.seal(DUMP, what, self.tools.version()).await
    }

    async fn redis(&self, draft: &Draft, server: &Redis) -> Result<FilePart> {
        let path = draft.path(RDB);
        server.copy(&path).await?;
        let made_with = server.cli_version().await?;
        draft.seal(RDB, "Redis, an RDB file", &made_with).await
    }
}

/// Refuses a backup of another database.
///
/// # Errors
/// `Refused`.
pub fn check_identity(backup: &Backup, database: &Database) -> Result<()> {
    let known = &backup.manifest.database.identity;
    if known == database.identity().as_str() {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::Refused,
        format!("the backup is of another database: {}", backup.manifest.database.url),
    )
    .item(backup.manifest.id.clone())
    .remedy("name a backup of this database, see `backup list`; backup restore loads one elsewhere, into an empty database"))
}
