//! Copies of tables before a plan changes them, in a schema of their own.

mod comparison;
mod keys;
mod parts;
mod put_back;
mod restore;
mod tables;

use async_trait::async_trait;
use serde_json::{Value as JsonValue, json};
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, Postgres, Row as _, Transaction};
use sunset_core::instant::Instant;
use sunset_core::plans::in_place::{BackupSpec, BackupTable};
use sunset_core::ports::backups::{BackupRecord, BackupSort, BackupWriter, Branch, CopiedTable};
use sunset_core::schema::name::{qualified, quote_identifier};
use sunset_core::{Error, ErrorKind, Result};

pub(super) use comparison::comparison;
pub use put_back::PutBack;
pub use restore::RestoredTable;

use super::fault::error;
use super::ledger::Ledger;
use super::runs::{ActiveRun, Lease};
use super::statement::execute;

/// The sum of the rows' 64-bit hashes, which their order does not change, under two seeds.
const DIGEST: &str = "coalesce(sum(hashtextextended(t::text, 0)::numeric), 0)::text || ':' || \
     coalesce(sum(hashtextextended(t::text, 1)::numeric), 0)::text";

const WHAT: &str = "cannot back up";

/// Takes backups within one run.
#[derive(Clone)]
pub struct BackupStore {
    lease: Lease,
}

impl ActiveRun {
    /// What takes backups in this run.
    pub fn backups(&self) -> BackupStore {
        BackupStore {
            lease: self.lease().clone(),
        }
    }
}

impl Ledger {
    /// The backups of a plan, or of all, whose copies are there, the last first.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn backups(&self, plan: Option<&str>) -> Result<Vec<BackupRecord>> {
        let failed = |cause| error(cause, "cannot read the catalogue of backups");
        let look = || async {
            let mut transaction = self.database().begin_reading().await?;
            let rows = crate::postgres::query(include_str!("backups/list.sql"))
                .bind(plan)
                .fetch_all(&mut *transaction)
                .await
                .map_err(failed)?;
            rows.iter()
                .map(record)
                .collect::<sqlx::Result<_>>()
                .map_err(failed)
        };
        self.database().steadily(look).await
    }
}

fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}

fn record(row: &PgRow) -> sqlx::Result<BackupRecord> {
    let tables: JsonValue = serde_json::from_str(row.try_get("tables")?).unwrap_or_default();
    let branch: Option<String> = row.try_get("branch")?;
    let text = |table: &JsonValue, name: &str| table[name].as_str().unwrap_or_default().to_owned();
    let copied = |table: &JsonValue| CopiedTable {
        table: text(table, "table"),
        noun: text(table, "noun"),
        rows: table["rows"].as_u64().unwrap_or_default(),
        bytes: table["bytes"].as_u64().unwrap_or_default(),
        digest: text(table, "digest"),
    };
    let marked = |mark: &'static str| {
        let all = tables.as_array().into_iter().flatten();
        all.filter(move |table| table[mark] == true)
    };
    let plain = |table: &&JsonValue| table["absent"] != true && table["ledger"] != true;
    let all = tables.as_array().into_iter().flatten();
    let branch = branch.and_then(|text| serde_json::from_str::<JsonValue>(&text).ok());
    Ok(BackupRecord {
        id: row.try_get("id")?,
        sort: BackupSort::named(row.try_get("sort")?),
        plan: row.try_get("plan")?,
        run: row.try_get("run")?,
        namespace: row.try_get("namespace")?,
        schema: row.try_get("schema_name")?,
        taken_at: row.try_get("taken_at")?,
        age: unsigned(row.try_get("age")?),
        last_change: row.try_get("last_change")?,
        tables: all.filter(plain).map(copied).collect(),
        absent: marked("absent").map(|table| text(table, "table")).collect(),
        ledger: marked("ledger").map(copied).collect(),
        branch: branch.map(|branch| Branch {
            id: text(&branch, "id"),
            name: text(&branch, "name"),
            of: text(&branch, "of"),
            project: text(&branch, "project"),
        }),
    })
}

/// `backup_20240115_143022`
fn id_of(instant: Instant) -> String {
    let digits: String = instant
        .to_timestamp_text()
        .chars()
        .filter(char::is_ascii_digit)
        .take(14)
        .collect();
    let (day, time) = digits.split_at(8.min(digits.len()));
    format!("backup_{day}_{time}")
}

#[async_trait]
impl BackupWriter for BackupStore {
    async fn taken_before(&self, sort: BackupSort) -> Result<Option<BackupRecord>> {
        let failed = |cause| error(cause, "cannot read the catalogue of backups");
        let mut transaction = self.lease.begin().await?;
        let sql = match sort {
            BackupSort::Step => include_str!("backups/of_origin.sql"),
            BackupSort::Tables | BackupSort::NeonBranch => include_str!("backups/of_attempt.sql"),
        };
        let id: Option<String> = crate::postgres::query(sql)
            .bind(self.lease.run)
            .bind(sort.name())
            .fetch_optional(&mut *transaction)
            .await
            .and_then(|row| row.map(|row| row.try_get("id")).transpose())
            .map_err(failed)?;
        let all = all(&mut transaction).await?;
        transaction.rollback().await.map_err(failed)?;
        Ok(all.into_iter().find(|each| Some(&each.id) == id.as_ref()))
    }

    async fn is_first(&self) -> Result<bool> {
        let failed = |cause| error(cause, "cannot read the catalogue of backups");
        let mut transaction = self.lease.begin().await?;
        let row = crate::postgres::query(
            "SELECT NOT EXISTS (SELECT 1 FROM sunset.backups AS b \
             JOIN sunset.runs AS r ON r.plan = b.plan WHERE r.id = $1 AND b.sort = 'step') AS first",
        )
        .bind(self.lease.run)
        .fetch_one(&mut *transaction)
        .await
        .map_err(failed)?;
        transaction.rollback().await.map_err(failed)?;
        row.try_get("first").map_err(failed)
    }

    async fn take(
        &self,
        spec: &BackupSpec,
        namespace: &str,
        began: Instant,
    ) -> Result<BackupRecord> {
        let failed = |cause| error(cause, WHAT);
        let mut transaction = self.lease.begin().await?;
        let (id, schema) = free_name(&mut transaction, &spec.prefix, began).await?;
        execute(
            &mut transaction,
            format!("CREATE SCHEMA {}", quote_identifier(&schema)),
            WHAT,
        )
        .await?;
        let mut copies = Vec::new();
        for table in &spec.tables {
            let source = qualified(namespace, &table.table);
            if relation_exists(&mut transaction, &source).await? {
                copies.push(copy(&mut transaction, table, &source, &schema).await?);
            }
        }
        let listed: Vec<JsonValue> = copies
            .iter()
            .map(|copied| {
                json!({
                    "table": copied.table, "noun": copied.noun, "rows": copied.rows,
                    "bytes": copied.bytes, "digest": copied.digest,
                })
            })
            .collect();
        let entry = Entry {
            id: &id,
            sort: BackupSort::Step,
            namespace,
            schema: &schema,
            tables: JsonValue::Array(listed),
            branch: None,
        };
        let entered = self.enter(&mut transaction, &entry).await?;
        transaction.commit().await.map_err(failed)?;
        Ok(entered)
    }

    async fn take_tables(
        &self,
        tables: &[String],
        namespace: &str,
        began: Instant,
    ) -> Result<BackupRecord> {
        self.copy_tables(tables, namespace, began).await
    }

    async fn free_id(&self, began: Instant) -> Result<String> {
        let mut transaction = self.lease.begin().await?;
        let (id, _) = free_name(&mut transaction, tables::PREFIX, began).await?;
        Ok(id)
    }

    async fn enter_branch(&self, id: &str, branch: &Branch) -> Result<BackupRecord> {
        let mut transaction = self.lease.begin().await?;
        let entry = Entry {
            id,
            sort: BackupSort::NeonBranch,
            namespace: "",
            schema: "",
            tables: JsonValue::Array(Vec::new()),
            branch: Some(json!({
                "id": branch.id, "name": branch.name, "of": branch.of, "project": branch.project,
            })),
        };
        let entered = self.enter(&mut transaction, &entry).await?;
        let failed = |cause| error(cause, WHAT);
        transaction.commit().await.map_err(failed)?;
        Ok(entered)
    }
}

/// A line of the catalogue.
struct Entry<'a> {
    id: &'a str,
    sort: BackupSort,
    namespace: &'a str,
    schema: &'a str,
    tables: JsonValue,
    branch: Option<JsonValue>,
}

impl BackupStore {
    async fn enter(
        &self,
        transaction: &mut Transaction<'_, Postgres>,
        entry: &Entry<'_>,
    ) -> Result<BackupRecord> {
        crate::postgres::query(include_str!("backups/enter.sql"))
            .bind(entry.id)
            .bind(self.lease.run)
            .bind(entry.namespace)
            .bind(entry.schema)
            .bind(entry.tables.to_string())
            .bind(entry.sort.name())
            .bind(entry.branch.as_ref().map(JsonValue::to_string))
            .execute(&mut **transaction)
            .await
            .map_err(|cause| error(cause, WHAT))?;
        let entered = all(transaction).await?;
        entered
            .into_iter()
            .find(|each| each.id == entry.id)
            .ok_or_else(|| Error::new(ErrorKind::Internal, "the backup is not in its catalogue"))
    }
}

async fn all(transaction: &mut Transaction<'_, Postgres>) -> Result<Vec<BackupRecord>> {
    let failed = |cause| error(cause, "cannot read the catalogue of backups");
    let rows = crate::postgres::query(include_str!("backups/list.sql"))
        .bind(None::<String>)
        .fetch_all(&mut **transaction)
        .await
        .map_err(failed)?;
    rows.iter()
        .map(record)
        .collect::<sqlx::Result<_>>()
        .map_err(failed)
}

async fn relation_exists(
    transaction: &mut Transaction<'_, Postgres>,
    relation: &str,
) -> Result<bool> {
    crate::postgres::query("SELECT to_regclass($1) IS NOT NULL")
        .bind(relation)
        .fetch_one(&mut **transaction)
        .await
        .and_then(|row| row.try_get(0))
        .map_err(|cause| error(cause, WHAT))
}

/// The id of the second in which the run began, or of the next that is free.
async fn free_name(
    transaction: &mut Transaction<'_, Postgres>,
    prefix: &str,
    began: Instant,
) -> Result<(String, String)> {
    for later in 0..60 {
        let id = id_of(Instant::from_micros(
            began.floor_micros().saturating_add(later * 1_000_000),
        ));
        let schema = format!("{prefix}{id}");
        let row = crate::postgres::query(
            "SELECT to_regnamespace(quote_ident($1)) IS NULL \
             AND NOT EXISTS (SELECT 1 FROM sunset.backups WHERE id = $2) AS free",
        )
        .bind(&schema)
        .bind(&id)
        .fetch_one(&mut **transaction)
        .await
        .map_err(|cause| error(cause, WHAT))?;
        if row.try_get("free").map_err(|cause| error(cause, WHAT))? {
            return Ok((id, schema));
        }
    }
    Err(Error::new(
        ErrorKind::Conflict,
        "there is a backup of every second of the last minute",
    )
    .remedy("wait a minute, then start this command again"))
}

/// Copies one table and compares the copy.
async fn copy(
    transaction: &mut Transaction<'_, Postgres>,
    table: &BackupTable,
    source: &str,
    schema: &str,
) -> Result<CopiedTable> {
    let failed = |cause| error(cause, format!("{WHAT} {}", table.table));
    let copy = qualified(schema, &table.table);
    execute(
        transaction,
        format!("CREATE TABLE {copy} (LIKE {source})"),
        WHAT,
    )
    .await?;
    let binds = table.rows.as_ref().map_or(&[][..], |rows| &rows.binds);
    let sql = format!(
        include_str!("backups/copy.sql"),
        copy = copy,
        table = source,
        rows = table.rows.as_ref().map_or("true", |rows| &rows.sql),
        digest = DIGEST,
    );
    let wanted = binds
        .iter()
        .fold(crate::postgres::query(AssertSqlSafe(sql)), |query, bind| {
            query.bind(bind)
        })
        .fetch_one(&mut **transaction)
        .await
        .map_err(failed)?;
    let sql = format!(
        "SELECT count(*) AS rows, {DIGEST} AS digest, pg_total_relation_size('{}'::regclass) AS bytes FROM {copy} AS t",
        copy.replace('\'', "''")
    );
    let found = crate::postgres::query(AssertSqlSafe(sql))
        .fetch_one(&mut **transaction)
        .await
        .map_err(failed)?;
    let read = |row: &PgRow| -> sqlx::Result<(i64, String)> {
        Ok((row.try_get("rows")?, row.try_get("digest")?))
    };
    let (wanted, copied) = (
        read(&wanted).map_err(failed)?,
        read(&found).map_err(failed)?,
    );
    if wanted != copied {
        return Err(Error::new(
            ErrorKind::Mismatch,
            format!(
                "the copy of {} is not like it: {} rows with digest {}, not {} with {}",
                table.table, copied.0, copied.1, wanted.0, wanted.1
            ),
        )
        .remedy("nothing was changed; a trigger or a rule may stand in the way of an exact copy"));
    }
    Ok(CopiedTable {
        table: table.table.clone(),
        noun: table.noun.clone(),
        rows: unsigned(copied.0),
        bytes: unsigned(found.try_get("bytes").map_err(failed)?),
        digest: copied.1,
    })
}
