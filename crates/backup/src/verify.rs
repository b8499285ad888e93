//! Proving that a backup can be restored, by doing it beside the database.

use sqlx::{AssertSqlSafe, Row as _};
use sunset_core::permit::WritePermit;
use sunset_core::secret::Secret;
use sunset_core::{Error, ErrorKind, Result};
use sunset_targets::postgres::{
    ConnectOptions, Database, LibpqVariables, error, query, quote_identifier,
};
use url::Url;

use crate::catalog;
use crate::redis;
use crate::replay::Replay;
use crate::scratch::{Scratch, drop_statement};
use crate::shelf::Backup;
use crate::take::RDB;
use crate::tools::Tools;

/// What begins the names of databases that are made here and dropped again.
const SCRATCH: &str = "sunset_verify_";

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Verified {
    /// Tables compared.
    pub tables: u64,
    /// Rows compared.
    pub rows: u64,
    /// What is not as the manifest says.
    pub differences: Vec<String>,
    /// What was found of Redis' file.
    pub redis: Option<String>,
    /// Databases of earlier checks that were broken off, dropped now.
    pub dropped: Vec<String>,
}

/// Where and with what it is checked.
pub struct Verification<'a> {
    /// The backup.
    pub backup: &'a Backup,
    /// The server in which a database is made and dropped.
    pub server: &'a Database,
    /// Its URL.
    pub url: &'a Secret,
    /// Leave to make a database there.
    pub permit: &'a WritePermit,
    /// The programs.
    pub tools: &'a Tools,
}

impl Verification<'_> {
    /// Checks the files, restores the dump into a database of its own, compares every table's
    /// rows and digest and every object, and drops it.
    ///
    /// # Errors
    /// `Mismatch` for damaged files; `Denied` when no database may be made; those of the programs.
    pub async fn run(&self) -> Result<Verified> {
        self.permit.check(self.server.identity())?;
        self.backup.check_files().await?;
        let mut found = Verified {
            dropped: self.clear().await?,
            ..Verified::default()
        };
        let rdb = self.backup.folder.join(RDB);
        if self.backup.manifest.redis.is_some() {
            if !redis::is_rdb(&rdb) {
                found.differences.push(format!("{RDB} is no RDB file"));
            }
            let checked = redis::check(&rdb).await?;
            let unchecked = || "its digest was compared; there is no redis-check-rdb here".into();
            found.redis = Some(checked.unwrap_or_else(unchecked));
        }
        // From here on it is dropped whatever happens, a signal included.
        let mut scratch = self.make().await?;
        let compared = self.compare(&scratch.name, &mut found).await;
        self.drop_database(&scratch.name).await?;
        scratch.is_dropped();
        compared?;
        Ok(found)
    }

    async fn compare(&self, name: &str, found: &mut Verified) -> Result<()> {
        let variables = LibpqVariables::of(self.url, Some(name), "backup")?;
        let replay = Replay {
            tools: self.tools,
            backup: self.backup,
            variables: &variables,
            server_version: self.server.server_version(),
            options: ["--no-owner", "--no-privileges"]
                .map(str::to_owned)
                .to_vec(),
            before: "BEGIN;\n".to_owned(),
            behind: "\nCOMMIT;\n".to_owned(),
        };
        replay.run().await?;
        let mut url = Url::parse(self.url.expose().trim())
            .map_err(|_| Error::new(ErrorKind::Configuration, "the database URL cannot be read"))?;
        url.set_path(name);
        let url = Secret::new(url.to_string());
        let options = ConnectOptions::for_program("backup").connections(1);
        let scratch = Database::connect(&url, options).await?;
        let compared = self.within(&scratch, found).await;
        scratch.close().await;
        compared
    }

    async fn within(&self, scratch: &Database, found: &mut Verified) -> Result<()> {
        let part = &self.backup.manifest.database;
        let mut transaction = scratch.begin_reading().await?;
        let live = catalog::tables(&mut transaction).await?;
        for table in &part.tables {
            found.tables += 1;
            let is_there = live
                .iter()
                .any(|(schema, name)| schema == &table.schema && name == &table.table);
            if !is_there {
                found
                    .differences
                    .push(format!("{}: the dump has no such table", table.name()));
                continue;
            }
            let restored =
                catalog::rows(&mut transaction, &table.schema, &table.table, &[]).await?;
            found.rows += restored.rows;
            if restored.rows != table.rows {
                found.differences.push(format!(
                    "{}: {} rows restored, {} in the manifest",
                    table.name(),
                    restored.rows,
                    table.rows
                ));
            } else if restored.digest != table.digest {
                found.differences.push(format!(
                    "{}: rows differ from those that were dumped",
                    table.name()
                ));
            }
        }
        let objects = catalog::objects(&mut transaction).await?;
        for wanted in &part.objects {
            if !objects.contains(wanted) {
                found
                    .differences
                    .push(format!("{} {} was not restored", wanted.kind, wanted.name));
            }
        }
        Ok(())
    }

    /// Drops what checks left that were broken off more than an hour ago.
    async fn clear(&self) -> Result<Vec<String>> {
        let failed = |cause| error(cause, "cannot look for databases that were left behind");
        let mut transaction = self.server.begin_reading().await?;
        let rows = query(include_str!("sql/left_behind.sql"))
            .bind(format!("{SCRATCH}%"))
            .fetch_all(&mut *transaction)
            .await
            .map_err(failed)?;
        drop(transaction);
        let mut dropped = Vec::new();
        for row in rows {
            let name: String = row.try_get("name").map_err(failed)?;
            self.drop_database(&name).await?;
            dropped.push(name);
        }
        Ok(dropped)
    }

    async fn make(&self) -> Result<Scratch<'_>> {
        let failed = |cause| {
            error(cause, "cannot make a database to restore into")
                .remedy("use a role that may: ALTER ROLE … CREATEDB; or verify on another server by its DATABASE_URL")
        };
        let mut transaction = self.server.begin_reading().await?;
        let row = query(include_str!("sql/locale.sql"))
            .fetch_one(&mut *transaction)
            .await
            .map_err(failed)?;
        drop(transaction);
        let name = format!(
            "{SCRATCH}{}",
            row.try_get::<String, _>("stem").map_err(failed)?
        );
        let literal = |column: &str| -> sqlx::Result<String> {
            let text: String = row.try_get(column)?;
            Ok(format!("'{}'", text.replace('\'', "''")))
        };
        let sql = format!(
            "CREATE DATABASE {} TEMPLATE template0 ENCODING {} LC_COLLATE {} LC_CTYPE {}",
            quote_identifier(&name),
            literal("encoding").map_err(failed)?,
            literal("collate").map_err(failed)?,
            literal("ctype").map_err(failed)?,
        );
        let version = self.server.server_version();
        let scratch = Scratch::of(name, self.url, self.tools, version)?;
        self.outside(sql).await.map_err(failed)?;
        Ok(scratch)
    }

    async fn drop_database(&self, name: &str) -> Result<()> {
        let force = self.server.server_version() >= 130_000;
        self.outside(drop_statement(name, force))
            .await
            .map_err(|cause| {
                error(cause, "cannot drop the database that was restored into").item(name)
            })
    }

    /// A statement that cannot be part of a transaction.
    async fn outside(&self, sql: String) -> sqlx::Result<()> {
        let mut connection = self
            .server
            .dedicated()
            .await
            .map_err(|cause| sqlx::Error::Io(std::io::Error::other(cause.to_string())))?;
        sqlx::raw_sql(AssertSqlSafe(sql))
            .execute(&mut connection)
            .await?;
        Ok(())
    }
}
