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
}

/// Asks, without writing.
pub(super) async fn read(connection: &mut PgConnection, address: &Address) -> Result<Facts> {
    let failed = |cause| error(cause, "cannot ask the database which one it is");
    let mut transaction = connection.begin().await.map_err(failed)?;
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
    transaction.rollback().await.map_err(failed)?;
    Ok(Facts {
        identity: TargetIdentity::database(&cluster, &name),
        name,
        server_version,
        lz4,
    })
}
