//! The database.

use std::collections::BTreeMap;
use std::time::Duration;

use sqlx::{AssertSqlSafe, Row};
use sunset_core::check::{Check, Finding};
use sunset_core::error::{Error, Result};
use sunset_core::secret::Secret;
use sunset_targets::postgres::{self, Address, ConnectOptions, Database};
use url::Url;

use super::Found;
use crate::deployment::Deployment;

/// See the module.
pub async fn check(deployment: &Deployment) -> Found {
    let Some(url) = deployment.sources.secret("DATABASE_URL") else {
        return Found::skipped("DATABASE_URL is not known here; set it, or give --env-file FILE");
    };
    let connecting = ConnectOptions {
        max_connections: 1,
        attempt_time_out: deployment.timeout,
        // A sleeping database takes some seconds to wake.
        patience: deployment.timeout,
        ..ConnectOptions::for_program("deploy-check")
    };
    let database = match Database::connect(&url, connecting).await {
        Ok(database) => database,
        Err(error) => {
            let check = Check::new("reachable", "DATABASE_URL");
            return vec![check.with(Some(finding(&error)))].into();
        }
    };
    let shown = database.describe().to_owned();
    let mut checks = vec![Check::new("reachable", shown.as_str())];
    checks.push(Check::new("TLS on", shown.as_str()).with(tls_finding(&url)));
    checks.push(version(deployment, &database));
    let way = if is_pooled(&url) { "pooled" } else { "direct" };
    checks.push(Check::new(format!("connection: {way}"), shown.as_str()).with(pooled(way)));
    match tables(deployment, &database).await {
        Ok(found) => checks.extend(found),
        Err(error) => {
            checks.push(Check::new("tables", shown.as_str()).with(Some(finding(&error))));
        }
    }
    database.close().await;
    checks.into()
}

fn finding(error: &Error) -> Finding {
    let remedy = error
        .remedy_text()
        .unwrap_or("check DATABASE_URL, and that the database is awake");
    Finding::failure(error.what(), 1, vec![]).remedy(remedy)
}

/// Connecting away from this machine is refused without TLS, so a connection that came about has
/// it; what the URL lets other programs do is looked at besides.
fn tls_finding(url: &Secret) -> Option<Finding> {
    let address = Address::parse(url).ok()?;
    let mode = parameter(url, "sslmode");
    let weak = mode
        .as_deref()
        .is_none_or(|mode| matches!(mode, "disable" | "allow" | "prefer"));
    if !weak {
        return None;
    }
    if address.is_local() {
        return Some(Finding::note(
            "the database is on this machine, and its connection does not demand TLS",
            1,
            vec![],
        ));
    }
    let remedy = "write ?sslmode=require (better verify-full) behind DATABASE_URL";
    Some(match mode {
        None => Finding::note(
            "the connection made here has TLS; DATABASE_URL does not demand it of other programs",
            1,
            vec![],
        )
        .remedy(remedy),
        Some(mode) => Finding::failure(
            format!("sslmode={mode} lets connections go without TLS"),
            1,
            vec![],
        )
        .remedy(remedy),
    })
}

fn parameter(url: &Secret, name: &str) -> Option<String> {
    let url = Url::parse(url.expose()).ok()?;
    url.query_pairs()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.to_ascii_lowercase())
}

fn is_pooled(url: &Secret) -> bool {
    let host = Url::parse(url.expose()).ok();
    let host = host.and_then(|url| url.host_str().map(str::to_owned));
    let by_name =
        host.is_some_and(|host| host.split('.').next().unwrap_or("").ends_with("-pooler"));
    by_name || parameter(url, "pgbouncer").is_some_and(|value| value == "true")
}

fn pooled(way: &str) -> Option<Finding> {
    (way == "direct").then(|| {
        Finding::note("DATABASE_URL names the direct host", 1, vec![]).remedy(
            "Workers open many connections: give the server the pooled host (Neon: -pooler behind \
             the endpoint's name), and keep the direct one for migrations",
        )
    })
}

fn version(deployment: &Deployment, database: &Database) -> Check {
    let least = deployment.inventory.database.min_version;
    let number = u32::try_from(database.server_version()).unwrap_or(0);
    let (major, minor) = (number / 10_000, number % 10_000);
    Check::new(
        format!("server {major}.{minor}"),
        format!("server {major}.{minor}, at least {least}"),
    )
    .with((major < least).then(|| {
        Finding::failure(format!("the server is older than {least}"), 1, vec![])
            .remedy("move to a newer server (Neon: a new project, then a restore)")
    }))
}

async fn tables(deployment: &Deployment, database: &Database) -> Result<Vec<Check>> {
    let failed = |cause| postgres::error(cause, "cannot read the tables");
    let wanted = &deployment.inventory.database.tables;
    let mut reading = database.begin_reading().await?;
    let rows = postgres::query(include_str!("tables.sql"))
        .fetch_all(&mut *reading)
        .await
        .map_err(failed)?;
    let mut there = BTreeMap::new();
    for row in rows {
        let name: String = row.try_get(0).map_err(failed)?;
        let about: f64 = row.try_get(1).map_err(failed)?;
        there.insert(name, about);
    }
    drop(reading.rollback().await);
    let missing: Vec<String> = wanted
        .iter()
        .filter(|name| !there.contains_key(*name))
        .cloned()
        .collect();
    let count = u64::try_from(missing.len()).unwrap_or(u64::MAX);
    let compared = format!(
        "{} tables of the inventory with {}",
        wanted.len(),
        there.len()
    );
    let mut checks = vec![
        Check::new("expected tables", compared).with((count > 0).then(|| {
            Finding::failure("tables are missing", count, missing.clone())
                .remedy("run schema-push with this DATABASE_URL")
        })),
    ];
    let mut counts = Vec::new();
    for (name, about) in &there {
        if wanted.contains(name) {
            counts.push(format!(
                "{name}: {}",
                rows_of(deployment.timeout, database, name, *about).await
            ));
        }
    }
    if !counts.is_empty() {
        let compared = format!("{} tables", counts.len());
        let number = u64::try_from(counts.len()).unwrap_or(u64::MAX);
        let note = Finding::note("rows", number, counts);
        checks.push(Check::new("row counts", compared).with(Some(note)));
    }
    Ok(checks)
}

/// The number of rows; the planner's estimate where counting takes too long.
async fn rows_of(patience: Duration, database: &Database, table: &str, about: f64) -> String {
    let counting = async {
        let mut reading = database.begin_reading().await.ok()?;
        let name = postgres::quote_identifier(table);
        let sql = format!("SELECT count(*) FROM public.{name}");
        let row = postgres::query(AssertSqlSafe(sql))
            .fetch_one(&mut *reading)
            .await
            .ok()?;
        row.try_get::<i64, _>(0).ok()
    };
    match tokio::time::timeout(patience, counting).await {
        Ok(Some(rows)) => rows.to_string(),
        Ok(None) => "could not be counted".into(),
        Err(_) => format!("about {about:.0} (counting takes too long)"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pooler_is_known_by_its_name() {
        let pooled = |url: &str| is_pooled(&Secret::new(url));
        assert!(pooled("postgresql://u:p@ep-a-1-pooler.eu.aws.neon.tech/d"));
        assert!(pooled("postgresql://u:p@h/d?pgbouncer=true"));
        assert!(!pooled("postgresql://u:p@ep-a-1.eu.aws.neon.tech/d"));
    }

    #[test]
    fn a_url_that_lets_tls_go_is_told() {
        let fails = |url: &str| {
            use sunset_core::check::Severity;
            let finding = tls_finding(&Secret::new(url));
            finding.is_some_and(|finding| finding.severity == Severity::Failure)
        };
        assert!(fails("postgresql://u:p@db.example.org/d?sslmode=disable"));
        assert!(!fails("postgresql://u:p@db.example.org/d?sslmode=require"));
        assert!(!fails("postgresql://u:p@db.example.org/d"));
        assert!(!fails("postgresql://u:p@127.0.0.1/d"));
    }
}
