//! Flags that move tenants: reading, changing with an audit, and what they lead to.

use async_trait::async_trait;
use serde_json::Value as JsonValue;
use sqlx::{Postgres, Row as _, Transaction};
use sunset_core::permit::WritePermit;
use sunset_core::{Error, ErrorKind, Result};
use sunset_rollout::{Flag, FlagSource, Percentage};

use super::connection::Database;
use super::fault::error;
use super::runs::without_nul;

/// The flags of one database (`public.feature_flags`).
#[derive(Debug, Clone)]
pub struct FlagStore {
    database: Database,
}

/// A flag as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFlag {
    /// What decides.
    pub flag: Flag,
    /// Another one after every change.
    pub version: String,
    /// RFC 3339, UTC.
    pub updated_at: Option<String>,
    /// Who changed it last; may be empty.
    pub updated_by: String,
}

/// One change of a flag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FlagChange {
    /// Another share of tenants.
    Percentage(Percentage),
    /// The master switch.
    Enabled(bool),
    /// What holds for one tenant; `None`: its bucket decides again.
    Override(String, Option<bool>),
    /// The master switch off, and every tenant's override with it.
    AllOff,
}

/// A change as the audit holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlagChanged {
    /// RFC 3339, UTC.
    pub at: String,
    /// Who.
    pub by: String,
    /// Why, where that was said.
    pub reason: Option<String>,
    /// `set 25`, `enable-tenant T`, …
    pub action: String,
    /// The row before; null where there was none.
    pub before: JsonValue,
    /// The row after.
    pub after: JsonValue,
}

/// What a flag leads to. `None` where the table that says so is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FlagUse {
    /// Tenants on v2, and all.
    pub tenants: Option<(u64, u64)>,
    /// Calls of the last 24 hours: v1, v2, and failed ones of v2.
    pub calls: Option<(u64, u64, u64)>,
}

impl FlagChange {
    /// As the audit names it.
    pub fn action(&self) -> String {
        match self {
            Self::Percentage(percentage) => format!("set {}", percentage.as_str()),
            Self::Enabled(true) => "enable".to_owned(),
            Self::Enabled(false) => "disable".to_owned(),
            Self::Override(tenant, Some(true)) => format!("enable-tenant {tenant}"),
            Self::Override(tenant, Some(false)) => format!("disable-tenant {tenant}"),
            Self::Override(tenant, None) => format!("reset-tenant {tenant}"),
            Self::AllOff => "all off".to_owned(),
        }
    }
}

fn not_installed(database: &Database) -> Error {
    Error::new(
        ErrorKind::NotFound,
        "this database has no table feature_flags, or not its functions",
    )
    .item(database.describe())
    .remedy("run `rollout init`, which makes them")
}

impl FlagStore {
    /// Over a database.
    pub fn new(database: Database) -> Self {
        Self { database }
    }

    /// The flag as it stands; `None` where there is none of that name.
    ///
    /// # Errors
    /// `NotFound` without the table; those of the database.
    pub async fn stored(&self, name: &str) -> Result<Option<StoredFlag>> {
        let mut transaction = self.database.begin_reading().await?;
        self.check_tables(&mut transaction).await?;
        read_stored(&mut transaction, name).await
    }

    /// As [`FlagStore::stored`], for whoever takes a migration back: where there is no table, or
    /// its functions are not made yet, nobody was moved by them.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn stored_if_any(&self, name: &str) -> Result<Option<StoredFlag>> {
        let failed = |cause| error(cause, "cannot look for the tables of flags");
        let mut transaction = self.database.begin_reading().await?;
        let row = crate::postgres::query(include_str!("flags/tables.sql"))
            .fetch_one(&mut *transaction)
            .await
            .map_err(failed)?;
        if row.try_get("flags").map_err(failed)? {
            read_stored(&mut transaction, name).await
        } else {
            Ok(None)
        }
    }

    /// Whether tables and functions are there; which others are.
    async fn check_tables(
        &self,
        transaction: &mut Transaction<'_, Postgres>,
    ) -> Result<(bool, bool)> {
        let failed = |cause| error(cause, "cannot look for the tables of flags");
        let row = crate::postgres::query(include_str!("flags/tables.sql"))
            .fetch_one(&mut **transaction)
            .await
            .map_err(failed)?;
        let has = |name: &str| row.try_get::<bool, _>(name).map_err(failed);
        if has("flags")? && has("functions")? {
            Ok((has("tenants")?, has("calls")?))
        } else {
            Err(not_installed(&self.database))
        }
    }

    /// Changes the flag and writes the audit, in one transaction; a flag that is not there is
    /// made, switched on. `seen` is the version that the change was decided upon, `None` for no
    /// flag at all.
    ///
    /// # Errors
    /// `Conflict` when the row changed since; `Refused` for a foreign permit.
    pub async fn change(
        &self,
        permit: &WritePermit,
        name: &str,
        seen: Option<&str>,
        change: &FlagChange,
        (by, reason): (&str, Option<&str>),
    ) -> Result<()> {
        permit.check(self.database.identity())?;
        let failed = |cause| error(cause, "cannot change the flag");
        let mut transaction = self.database.begin().await?;
        let present = crate::postgres::query(include_str!("flags/lock.sql"))
            .bind(name)
            .fetch_optional(&mut *transaction)
            .await
            .map_err(failed)?;
        let (before, after) = match (present, seen) {
            (Some(row), Some(seen)) => {
                if row.try_get::<String, _>("version").map_err(failed)? != seen {
                    return Err(changed(row.try_get("content").ok()));
                }
                let before: String = row.try_get("content").map_err(failed)?;
                let after = update(&mut transaction, name, change, by).await?;
                (Some(before), after)
            }
            (Some(row), None) => return Err(changed(row.try_get("content").ok())),
            (None, Some(_)) => return Err(changed(None)),
            (None, None) => (None, insert(&mut transaction, name, change, by).await?),
        };
        crate::postgres::query(include_str!("flags/audit.sql"))
            .bind(name)
            .bind(without_nul(by))
            .bind(reason.map(without_nul))
            .bind(change.action())
            .bind(before)
            .bind(after)
            .execute(&mut *transaction)
            .await
            .map_err(failed)?;
        transaction.commit().await.map_err(failed)
    }

    /// The changes of a flag, the latest first.
    ///
    /// # Errors
    /// `NotFound` without the tables; those of the database.
    pub async fn history(&self, name: &str, limit: u32) -> Result<Vec<FlagChanged>> {
        let failed = |cause| error(cause, "cannot read the history of the flag");
        let mut transaction = self.database.begin_reading().await?;
        self.check_tables(&mut transaction).await?;
        let rows = crate::postgres::query(include_str!("flags/history.sql"))
            .bind(name)
            .bind(i64::from(limit))
            .fetch_all(&mut *transaction)
            .await
            .map_err(failed)?;
        let json = |text: Option<String>| {
            text.and_then(|text| serde_json::from_str(&text).ok())
                .unwrap_or(JsonValue::Null)
        };
        rows.iter()
            .map(|row| {
                Ok(FlagChanged {
                    at: row.try_get("changed_at")?,
                    by: row.try_get("changed_by")?,
                    reason: row.try_get("reason")?,
                    action: row.try_get("action")?,
                    before: json(row.try_get("before")?),
                    after: json(row.try_get("after")?),
                })
            })
            .collect::<sqlx::Result<_>>()
            .map_err(failed)
    }

    /// Whether the table `tenants` has a tenant; `None` where there is no such table.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn knows_tenant(&self, tenant: &str) -> Result<Option<bool>> {
        let failed = |cause| error(cause, "cannot look for the tenant");
        let mut transaction = self.database.begin_reading().await?;
        if !self.check_tables(&mut transaction).await?.0 {
            return Ok(None);
        }
        crate::postgres::query(
            "SELECT EXISTS (SELECT 1 FROM public.tenants WHERE id::text = $1) AS known",
        )
        .bind(without_nul(tenant))
        .fetch_one(&mut *transaction)
        .await
        .and_then(|row| row.try_get("known"))
        .map(Some)
        .map_err(failed)
    }

    /// How many tenants are on v2, and how v2 does.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn in_use(&self, name: &str) -> Result<FlagUse> {
        let failed = |cause| error(cause, "cannot count tenants and calls");
        let mut transaction = self.database.begin_reading().await?;
        let (tenants, calls) = self.check_tables(&mut transaction).await?;
        let mut in_use = FlagUse::default();
        let number = |row: &sqlx::postgres::PgRow, column: &str| -> sqlx::Result<u64> {
            Ok(u64::try_from(row.try_get::<i64, _>(column)?).unwrap_or_default())
        };
        if tenants {
            let row = crate::postgres::query(include_str!("flags/tenants.sql"))
                .bind(name)
                .fetch_one(&mut *transaction)
                .await
                .map_err(failed)?;
            let counts = (number(&row, "on_v2"), number(&row, "total"));
            in_use.tenants = Some((counts.0.map_err(failed)?, counts.1.map_err(failed)?));
        }
        if calls {
            let row = crate::postgres::query(include_str!("flags/calls.sql"))
                .fetch_one(&mut *transaction)
                .await
                .map_err(failed)?;
            let get = || -> sqlx::Result<_> {
                Ok((
                    number(&row, "v1")?,
                    number(&row, "v2")?,
                    number(&row, "v2_failed")?,
                ))
            };
            in_use.calls = Some(get().map_err(failed)?);
        }
        Ok(in_use)
    }

    /// Makes the SQL functions, or brings them up to date.
    ///
    /// # Errors
    /// `Denied` without leave to create functions; `Refused` for a foreign permit.
    pub async fn install_functions(&self, permit: &WritePermit) -> Result<()> {
        permit.check(self.database.identity())?;
        let failed = |cause| error(cause, "cannot make the functions of flags");
        let mut transaction = self.database.begin().await?;
        sqlx::raw_sql(include_str!("flags/functions.sql"))
            .execute(&mut *transaction)
            .await
            .map_err(failed)?;
        transaction.commit().await.map_err(failed)
    }
}

#[async_trait]
impl FlagSource for FlagStore {
    async fn read(&self, name: &str) -> Result<Option<Flag>> {
        Ok(self.stored(name).await?.map(|stored| stored.flag))
    }
}

async fn read_stored(
    transaction: &mut Transaction<'_, Postgres>,
    name: &str,
) -> Result<Option<StoredFlag>> {
    let failed = |cause| error(cause, "cannot read the flag");
    let Some(flag) = sunset_rollout::postgres::read(transaction, name)
        .await
        .map_err(failed)?
    else {
        return Ok(None);
    };
    let row = crate::postgres::query(include_str!("flags/stored.sql"))
        .bind(name)
        .fetch_one(&mut **transaction)
        .await
        .map_err(failed)?;
    let get = || -> sqlx::Result<StoredFlag> {
        Ok(StoredFlag {
            flag,
            version: row.try_get("version")?,
            updated_at: row.try_get("updated_at")?,
            updated_by: row.try_get("updated_by")?,
        })
    };
    get().map(Some).map_err(failed)
}

fn changed(content: Option<String>) -> Error {
    let content: JsonValue = content
        .and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or(JsonValue::Null);
    let by = content["updated_by"].as_str().unwrap_or("somebody");
    let what = if content.is_null() {
        "the flag was removed since it was read".to_owned()
    } else {
        format!(
            "the row changed since it was read: {by} left it at {} %, {}",
            content["rollout_percentage"],
            if content["enabled"] == true {
                "on"
            } else {
                "off"
            }
        )
    };
    Error::new(ErrorKind::Conflict, what).remedy(
        "see `rollout status` and `rollout history`; repeat the command if it is still meant",
    )
}

async fn update(
    transaction: &mut Transaction<'_, Postgres>,
    name: &str,
    change: &FlagChange,
    by: &str,
) -> Result<String> {
    let mut enabled = None;
    let mut percentage = None;
    let mut tenant = (None, None);
    match change {
        FlagChange::Percentage(to) => percentage = Some(to.as_str()),
        FlagChange::Enabled(to) => enabled = Some(*to),
        FlagChange::Override(of, to) => tenant = (Some(of.as_str()), *to),
        FlagChange::AllOff => enabled = Some(false),
    }
    crate::postgres::query(include_str!("flags/update.sql"))
        .bind(name)
        .bind(enabled)
        .bind(percentage)
        .bind(tenant.0)
        .bind(tenant.1)
        .bind(without_nul(by))
        .bind(matches!(change, FlagChange::AllOff))
        .fetch_one(&mut **transaction)
        .await
        .and_then(|row| row.try_get("content"))
        .map_err(|cause| error(cause, "cannot change the flag"))
}

async fn insert(
    transaction: &mut Transaction<'_, Postgres>,
    name: &str,
    change: &FlagChange,
    by: &str,
) -> Result<String> {
    let failed = |cause| error(cause, "cannot make the flag");
    let mut enabled = true;
    let mut percentage = "0";
    let mut overrides = serde_json::Map::new();
    match change {
        FlagChange::Percentage(to) => percentage = to.as_str(),
        FlagChange::Enabled(to) => enabled = *to,
        FlagChange::Override(tenant, to) => {
            overrides.extend(to.map(|to| (tenant.clone(), to.into())));
        }
        FlagChange::AllOff => enabled = false,
    }
    let row = crate::postgres::query(include_str!("flags/insert.sql"))
        .bind(name)
        .bind(enabled)
        .bind(percentage)
        .bind(JsonValue::Object(overrides).to_string())
        .bind(without_nul(by))
        .fetch_optional(&mut **transaction)
        .await
        .map_err(failed)?;
    let Some(row) = row else {
        return Err(Error::new(
            ErrorKind::Conflict,
            "somebody made the flag at the same moment",
        )
        .remedy("see `rollout status`; repeat the command if it is still meant"));
    };
    row.try_get("content").map_err(failed)
}
