//! What the ledger holds of recordings.

mod entries;
mod keys;
mod pointers;

use std::fmt::Write as _;

use async_trait::async_trait;
use serde_json::{Value as JsonValue, json};
use sqlx::postgres::PgRow;
use sqlx::{Postgres, Row as _, Transaction};
use sunset_core::audio::erasure::KnownKey;
use sunset_core::audio::pointer::Pointers;
use sunset_core::audio::record::{
    Conversation, Intent, Link, MeasuredPart, ObjectRecord, Role, State, Version,
};
use sunset_core::digest::Digest;
use sunset_core::permit::TargetIdentity;
use sunset_core::ports::objects::{Coming, LinkOutcome, ObjectJournal, ObjectLedger, Proof};
use sunset_core::ports::verify::Found;
use sunset_core::{Error, ErrorKind, Result};

use super::connection::Database;
use super::fault::error;
use super::links::{self, CellLink};
use super::runs::{ActiveRun, Lease};
use super::verify::read_found;

/// Records a statement, so that a batch is neither too long nor too large.
const BATCH: usize = 1_000;

/// Reads conversations and recorded objects; where there is no ledger yet, there are none.
#[derive(Debug, Clone)]
pub struct ObjectBook {
    database: Database,
    exists: bool,
    target: TargetIdentity,
}

impl ObjectBook {
    /// Of the objects that were to be stored in the bucket `target`. `exists` says whether the
    /// database has a ledger ([`super::Ledger::open`]).
    pub fn new(database: Database, exists: bool, target: TargetIdentity) -> Self {
        Self {
            database,
            exists,
            target,
        }
    }
}

#[async_trait]
impl ObjectLedger for ObjectBook {
    async fn conversations(&self) -> Result<Vec<Conversation>> {
        if !self.exists {
            return Ok(Vec::new());
        }
        let failed = |cause| error(cause, "cannot read the migrated conversations");
        let fetch = || async {
            let mut transaction = self.database.begin_reading().await?;
            crate::postgres::query(include_str!("objects/conversations.sql"))
                .fetch_all(&mut *transaction)
                .await
                .map_err(failed)
        };
        let rows = self.database.steadily(fetch).await?;
        rows.iter()
            .map(conversation)
            .collect::<sqlx::Result<_>>()
            .map_err(failed)
    }

    async fn objects(&self) -> Result<Vec<ObjectRecord>> {
        self.recorded(None).await
    }

    async fn objects_at(&self, uris: &[String]) -> Result<Vec<ObjectRecord>> {
        self.recorded(Some(uris)).await
    }

    async fn keys(&self, after: &str, coming: Option<&Coming>) -> Result<Vec<KnownKey>> {
        if !self.exists {
            return Ok(Vec::new());
        }
        let work = async {
            let mut transaction = self.database.begin_reading().await?;
            keys::next(&mut transaction, &self.target, after, coming).await
        };
        self.database.watched(work).await
    }

    async fn pointers(&self, coming: Option<&Coming>) -> Result<Pointers> {
        if !self.exists {
            return Ok(Pointers::default());
        }
        let work = async {
            let mut transaction = self.database.begin_reading().await?;
            pointers::pointers(&mut transaction, &self.target, coming).await
        };
        self.database.watched(work).await
    }

    async fn elsewhere(&self) -> Result<Vec<(String, u64)>> {
        if !self.exists {
            return Ok(Vec::new());
        }
        let fetch = || async {
            let mut transaction = self.database.begin_reading().await?;
            entries::elsewhere(&mut transaction, &self.target).await
        };
        self.database.steadily(fetch).await
    }

    async fn altered(&self) -> Result<Found> {
        if !self.exists {
            return Ok(Found::default());
        }
        let what = "cannot look at the entries of recordings";
        let failed = |cause| error(cause, what);
        let fetch = || async {
            let mut transaction = self.database.begin_reading().await?;
            crate::postgres::query(include_str!("objects/altered.sql"))
                .fetch_all(&mut *transaction)
                .await
                .map_err(failed)
        };
        let rows = self.database.steadily(fetch).await?;
        read_found(&rows, what)
    }
}

impl ObjectBook {
    async fn recorded(&self, uris: Option<&[String]>) -> Result<Vec<ObjectRecord>> {
        if !self.exists {
            return Ok(Vec::new());
        }
        let failed = |cause| error(cause, "cannot read the recorded objects");
        let fetch = || async {
            let mut transaction = self.database.begin_reading().await?;
            crate::postgres::query(include_str!("objects/list.sql"))
                .bind(self.target.as_str())
                .bind(uris)
                .fetch_all(&mut *transaction)
                .await
                .map_err(failed)
        };
        let rows = self.database.steadily(fetch).await?;
        rows.iter()
            .map(record)
            .collect::<sqlx::Result<_>>()
            .map_err(failed)
    }
}

/// Writes what became of objects, within one run.
pub struct ObjectStoreJournal {
    lease: Lease,
    target: TargetIdentity,
}

impl ActiveRun {
    /// The journal of objects that go to the bucket `target`.
    pub fn objects(&self, target: TargetIdentity) -> ObjectStoreJournal {
        ObjectStoreJournal {
            lease: self.lease().clone(),
            target,
        }
    }
}

impl ObjectStoreJournal {
    async fn write(
        &self,
        transaction: &mut Transaction<'_, Postgres>,
        records: &[ObjectRecord],
    ) -> Result<()> {
        for batch in records.chunks(BATCH) {
            let batch = JsonValue::Array(batch.iter().map(as_json).collect());
            crate::postgres::query(include_str!("objects/record.sql"))
                .bind(batch.to_string())
                .bind(self.target.as_str())
                .bind(self.lease.run)
                .execute(&mut **transaction)
                .await
                .map_err(|cause| error(cause, "cannot record an object"))?;
        }
        Ok(())
    }
}

#[async_trait]
impl ObjectJournal for ObjectStoreJournal {
    async fn record(&self, records: &[ObjectRecord]) -> Result<()> {
        let work = async {
            let mut transaction = self.lease.begin().await?;
            self.write(&mut transaction, records).await?;
            commit(transaction).await
        };
        self.lease.database.watched(work).await
    }

    async fn discard(&self, names: &[(String, Option<String>)]) -> Result<()> {
        let work = async {
            let mut transaction = self.lease.begin().await?;
            entries::discard(&mut transaction, &self.target, names).await?;
            commit(transaction).await
        };
        self.lease.database.watched(work).await
    }

    async fn intend(&self, intents: &[Intent]) -> Result<()> {
        if intents.is_empty() {
            return Ok(());
        }
        let work = async {
            let mut transaction = self.lease.begin().await?;
            keys::intend(&mut transaction, (&self.target, &self.lease), intents).await?;
            commit(transaction).await
        };
        self.lease.database.watched(work).await
    }

    async fn measured(&self, source_uri: &str, version: &Version) -> Result<Vec<MeasuredPart>> {
        let failed = |cause| error(cause, "cannot read the measured parts of an object");
        let look = || async {
            let mut transaction = self.lease.database.begin_reading().await?;
            let rows = crate::postgres::query(include_str!("objects/measured.sql"))
                .bind(source_uri)
                .bind(version.generation)
                .bind(signed(version.size))
                .bind(signed(version.part))
                .fetch_all(&mut *transaction)
                .await
                .map_err(failed)?;
            let parts = rows
                .iter()
                .map(measured_part)
                .collect::<sqlx::Result<Vec<_>>>();
            let mut parts = parts.map_err(failed)?;
            let whole = (1_u32..)
                .zip(&parts)
                .take_while(|(number, part)| part.number == *number);
            let whole = whole.count();
            parts.truncate(whole);
            Ok(parts)
        };
        self.lease.database.steadily(look).await
    }

    async fn measure(
        &self,
        source_uri: &str,
        version: &Version,
        part: &MeasuredPart,
    ) -> Result<()> {
        let mut transaction = self.lease.begin().await?;
        crate::postgres::query(include_str!("objects/measure.sql"))
            .bind(source_uri)
            .bind(i32::try_from(part.number).unwrap_or(i32::MAX))
            .bind(version.generation)
            .bind(signed(version.size))
            .bind(signed(version.part))
            .bind(part.md5.as_slice())
            .bind(&part.state)
            .execute(&mut *transaction)
            .await
            .map_err(|cause| error(cause, "cannot record a measured part"))?;
        commit(transaction).await
    }

    async fn forget(&self, source_uri: &str) -> Result<()> {
        let mut transaction = self.lease.begin().await?;
        forget(&mut transaction, &[source_uri]).await?;
        commit(transaction).await
    }

    async fn prove(&self, proofs: &[Proof]) -> Result<Vec<Option<LinkOutcome>>> {
        let work = self.link(proofs);
        self.lease.database.watched(work).await
    }
}

impl ObjectStoreJournal {
    async fn link(&self, proofs: &[Proof]) -> Result<Vec<Option<LinkOutcome>>> {
        let records: Vec<_> = proofs.iter().map(|proof| proof.record.clone()).collect();
        let uris: Vec<&str> = records.iter().map(|one| one.source_uri.as_str()).collect();
        let links = proofs.iter().filter_map(link_of);
        let links = links.collect::<Result<Vec<_>>>()?;
        let mut transaction = self.lease.begin().await?;
        let by = (&self.target, &self.lease);
        entries::supersede(&mut transaction, by, &records).await?;
        self.write(&mut transaction, &records).await?;
        forget(&mut transaction, &uris).await?;
        let stored = records.iter().filter_map(|record| record.key.as_deref());
        let stored: Vec<&str> = stored.collect();
        keys::settle(&mut transaction, &self.target, &stored).await?;
        let outcomes = links::link_cells(&mut transaction, &links, self.lease.run).await?;
        commit(transaction).await?;
        let mut outcomes = outcomes.into_iter().map(|outcome| match outcome {
            links::LinkOutcome::Linked => LinkOutcome::Linked,
            links::LinkOutcome::Unchanged => LinkOutcome::AlreadyLinked,
            links::LinkOutcome::Foreign => LinkOutcome::Changed,
            links::LinkOutcome::Missing => LinkOutcome::Gone,
        });
        let outcome = |proof: &Proof| proof.conversation.as_ref().and_then(|_| outcomes.next());
        Ok(proofs.iter().map(outcome).collect())
    }
}

/// The cell that is to hold a proven object's URL.
fn link_of(proof: &Proof) -> Option<Result<CellLink>> {
    let conversation = proof.conversation.as_ref()?;
    let url = proof.record.url.clone().ok_or_else(|| {
        Error::new(ErrorKind::Internal, "a proven object has no URL")
            .item(proof.record.source_uri.clone())
    });
    Some(url.map(|linked| CellLink {
        table: "conversations".to_owned(),
        row_id: conversation.id.clone(),
        column: "audio_url".to_owned(),
        mapped: conversation.source_uri().map(ToOwned::to_owned),
        linked,
    }))
}

async fn forget(transaction: &mut Transaction<'_, Postgres>, source_uris: &[&str]) -> Result<()> {
    crate::postgres::query("DELETE FROM sunset.object_parts WHERE source_uri = ANY ($1)")
        .bind(source_uris)
        .execute(&mut **transaction)
        .await
        .map_err(|cause| error(cause, "cannot forget measured parts"))?;
    Ok(())
}

async fn commit(transaction: Transaction<'_, Postgres>) -> Result<()> {
    let committed = transaction.commit().await;
    committed.map_err(|cause| error(cause, "cannot record an object"))
}

/// Sizes are below 2^63.
fn signed(size: u64) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn as_json(record: &ObjectRecord) -> JsonValue {
    json!({
        "source_uri": record.source_uri,
        "conversation_id": record.conversation_id,
        "role": record.role.name(),
        "state": record.state.name(),
        "detail": record.detail,
        "duplicate_of": record.duplicate_of,
        "size": record.size,
        "generation": record.generation,
        "crc32c": record.crc32c,
        "md5": record.md5.map(|md5| hex(&md5)),
        "sha256": record.sha256.map(|sha256| sha256.to_string()),
        "content_type": record.content_type,
        "key": record.key,
        "etag": record.etag,
        "url": record.url,
        "upload_id": record.upload,
        "took_ms": record.took_ms,
    })
}

fn record(row: &PgRow) -> sqlx::Result<ObjectRecord> {
    let unknown = |what: &str| sqlx::Error::Decode(format!("unknown {what} of an object").into());
    let role = Role::from_name(row.try_get("role")?).ok_or_else(|| unknown("role"))?;
    let state = State::from_name(row.try_get("state")?).ok_or_else(|| unknown("state"))?;
    let number = |name: &str| row.try_get::<Option<i64>, _>(name);
    let bytes = |name: &str| row.try_get::<Option<Vec<u8>>, _>(name);
    Ok(ObjectRecord {
        source_uri: row.try_get("source_uri")?,
        conversation_id: row.try_get("conversation_id")?,
        role,
        state,
        detail: row.try_get("detail")?,
        duplicate_of: row.try_get("duplicate_of")?,
        size: number("size")?.and_then(|size| u64::try_from(size).ok()),
        generation: number("generation")?,
        crc32c: number("crc32c")?.and_then(|crc| u32::try_from(crc).ok()),
        md5: bytes("md5")?.and_then(|md5| md5.try_into().ok()),
        sha256: bytes("sha256")?.and_then(|sha256| Digest::from_slice(&sha256)),
        content_type: row.try_get("content_type")?,
        key: row.try_get("key")?,
        etag: row.try_get("etag")?,
        url: row.try_get("url")?,
        upload: row.try_get("upload_id")?,
        took_ms: number("took_ms")?.and_then(|took| u64::try_from(took).ok()),
    })
}

fn conversation(row: &PgRow) -> sqlx::Result<Conversation> {
    let linked: Option<String> = row.try_get("linked")?;
    let mapped = row.try_get("mapped")?;
    Ok(Conversation {
        id: row.try_get("id")?,
        case_number: row.try_get("case_number")?,
        created_at: row.try_get("created_at")?,
        audio_url: row.try_get("audio_url")?,
        link: linked.map(|linked| Link { mapped, linked }),
    })
}

fn measured_part(row: &PgRow) -> sqlx::Result<MeasuredPart> {
    let md5: Vec<u8> = row.try_get("md5")?;
    let number: i32 = row.try_get("number")?;
    Ok(MeasuredPart {
        number: u32::try_from(number).unwrap_or(0),
        md5: md5
            .try_into()
            .map_err(|_| sqlx::Error::Decode("an MD5 of another length".into()))?,
        state: row.try_get("state")?,
    })
}
