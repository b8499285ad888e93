//! Which database this is.

use sqlx::{Connection as _, PgConnection, Row as _};
use sunset_core::Result;
use sunset_core::permit::TargetIdentity;

use super::address::Address;
use super::fault::error;

/// What a database says of itself.
pub(super) struct Facts {
    pub identity: TargetIdentity,
    pub name: String,
    pub server_version: i32,
    /// Whether TOAST values can be compressed with lz4, which costs a fraction of pglz.
    pub lz4: bool,
    /// The statement that asks a transaction for its server process, its beginning, and `home`.
    pub where_am_i: String,
    /// Which database it is, as that statement tells it.
    pub home: String,
}

/// Asks, without writing.
pub(super) async fn read(connection: &mut PgConnection, address: &Address) -> Result<Facts> {
    let failed = |cause| error(cause, "cannot ask the database which one it is");
    let begin = concat!("BEGIN READ ONLY;\n", include_str!("settings.sql"));
    let mut transaction = connection.begin_with(begin).await.map_err(failed)?;
    let row = crate::postgres::query(include_str!("identity.sql"))
        .fetch_one(&mut *transaction)
        .await
        .map_err(failed)?;
    let name: String = row.try_get("name").map_err(failed)?;
    let server_version: i32 = row.try_get("server_version").map_err(failed)?;
    let timeline: String = row.try_get("timeline").map_err(failed)?;
    let oid: String = row.try_get("oid").map_err(failed)?;
    let lz4: bool = row.try_get("lz4").map_err(failed)?;
    let may_ask: bool = row.try_get("may_ask").map_err(failed)?;
    let mut cluster = if may_ask {
        crate::postgres::query("SELECT system_identifier::text FROM pg_catalog.pg_control_system()")
            .fetch_one(&mut *transaction)
            .await
            .and_then(|row| row.try_get::<String, _>(0))
            .map_err(failed)?
    } else {
        format!("{}#{oid}", address.host_and_port())
    };
    if !timeline.is_empty() {
        cluster = format!("{cluster}.{timeline}");
    }
    let cluster_of = if may_ask {
        "(SELECT system_identifier FROM pg_catalog.pg_control_system())"
    } else {
        "(SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())"
    };
    let where_am_i = include_str!("home.sql").replace("{cluster}", cluster_of);
    let home = sqlx::raw_sql(sqlx::AssertSqlSafe(where_am_i.clone()))
        .fetch_one(&mut *transaction)
        .await
        .and_then(|row| row.try_get(2))
        .map_err(failed)?;
    transaction.rollback().await.map_err(failed)?;
    Ok(Facts {
        where_am_i,
        home,
        identity: TargetIdentity::database(&cluster, &name),
        name,
        server_version,
        lz4,
    })
}
