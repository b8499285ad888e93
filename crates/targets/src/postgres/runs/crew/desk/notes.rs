//! What workers noted of a survey that they share.

use sqlx::{Postgres, Row as _, Transaction};
use sunset_core::ports::work::Unit;
use sunset_core::{Error, ErrorKind, Result};

use super::{Crew, commit, integer};
use crate::postgres::fault::error;
use crate::postgres::runs::Lease;

impl Crew {
    pub(super) async fn keep_notes(&self, unit: &Unit, notes: &[u8]) -> Result<()> {
        let mut transaction = self.lease().begin().await?;
        let sql = "INSERT INTO sunset.survey_notes (run, number, notes) VALUES ($1, $2, $3) \
                   ON CONFLICT (run, number) DO UPDATE SET notes = EXCLUDED.notes";
        crate::postgres::query(sql)
            .bind(self.run.id())
            .bind(integer(unit.number))
            .bind(notes)
            .execute(&mut *transaction)
            .await
            .map_err(|cause| error(cause, "cannot keep what was surveyed"))?;
        commit(transaction).await
    }

    pub(super) async fn notes_of(&self, number: u32) -> Result<Vec<u8>> {
        let failed = |cause| error(cause, "cannot read what another worker surveyed");
        let mut transaction = self.lease().database.begin_reading().await?;
        let sql = "SELECT notes FROM sunset.survey_notes WHERE run = $1 AND number = $2";
        let row = crate::postgres::query(sql)
            .bind(self.run.id())
            .bind(integer(number))
            .fetch_optional(&mut *transaction)
            .await
            .map_err(failed)?;
        let Some(row) = row else {
            return Err(Error::new(
                ErrorKind::NotFound,
                "the shared run ended while this worker surveyed",
            )
            .remedy("start it again: it is told how the run ended"));
        };
        row.try_get(0).map_err(failed)
    }
}

/// Notes are of use to workers of their run alone: the last that leaves a run that is done removes
/// them.
pub(in crate::postgres::runs::crew) async fn forget(
    transaction: &mut Transaction<'_, Postgres>,
    lease: &Lease,
    silence: f64,
) -> Result<()> {
    crate::postgres::query(include_str!("forget.sql"))
        .bind(lease.run)
        .bind(silence)
        .execute(&mut **transaction)
        .await
        .map(drop)
        .map_err(|cause| error(cause, "cannot remove what was surveyed"))
}
