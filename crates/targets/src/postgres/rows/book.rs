//! The ledger's side of a batch: items, provenance, warnings, quarantine, numbers, conflicts.

use sqlx::{Postgres, Row as _, Transaction};
use sunset_core::digest::Digest;
use sunset_core::ports::rows::{Item, ItemKey};
use sunset_core::ports::runs::RunId;
use sunset_core::{Error, ErrorKind, Result};

use super::encode::CopyIn;
use super::entries;
use super::judge::Judgement;
use super::state::{State, columns_of};
use super::verdict::{Reason, Verdict};
use crate::postgres::fault::error;
use crate::postgres::runs::without_nul;

/// A conflict to record.
#[derive(Debug)]
pub(super) struct Clash {
    pub item: usize,
    pub table: String,
    pub row_id: String,
    pub reason: Reason,
    pub detail: String,
    pub wanted: Digest,
}

/// What is recorded of each item.
#[derive(Debug)]
pub(super) struct Book<'a> {
    pub run: RunId,
    pub items: &'a [Item],
    /// Positions of the items whose state changes, with that state.
    pub states: Vec<(usize, &'static str)>,
    pub clashes: Vec<Clash>,
    /// Positions in [`State::stale`] of rows that are gone.
    pub removed: Vec<usize>,
    /// Tables that had no row before the migration: what is as the mapping says and has no entry
    /// is the migration's.
    pub empty_before: Vec<String>,
}

/// Writes it.
pub(super) async fn write(
    transaction: &mut Transaction<'_, Postgres>,
    state: &State<'_>,
    judgement: &Judgement,
    book: &Book<'_>,
) -> Result<()> {
    entries::write(transaction, state, judgement, book).await?;
    forget(transaction, state, judgement, book).await?;
    items(transaction, state, book).await?;
    warnings(transaction, book).await?;
    quarantine(transaction, book).await?;
    numbers(transaction, book).await?;
    conflicts(transaction, book).await
}

/// Entries of rows that are gone, and links that hold no longer.
async fn forget(
    transaction: &mut Transaction<'_, Postgres>,
    state: &State<'_>,
    judgement: &Judgement,
    book: &Book<'_>,
) -> Result<()> {
    let failed = |cause| error(cause, "cannot bring the ledger up to date");
    let gone: Vec<&super::state::Entry> = book
        .removed
        .iter()
        .filter_map(|position| state.stale.get(*position))
        .map(|stale| &stale.entry)
        .collect();
    if !gone.is_empty() {
        let tables: Vec<&str> = gone.iter().map(|entry| entry.table.as_str()).collect();
        let rows: Vec<&str> = gone.iter().map(|entry| entry.row_id.as_str()).collect();
        for statement in [
            include_str!("forget_provenance.sql"),
            include_str!("forget_links.sql"),
        ] {
            crate::postgres::query(statement)
                .bind(&tables)
                .bind(&rows)
                .execute(&mut **transaction)
                .await
                .map_err(failed)?;
        }
    }
    let mut broken: (Vec<&str>, Vec<&str>, Vec<&str>) = Default::default();
    for (position, case) in state.cases.iter().enumerate() {
        if !matches!(
            judgement.effective(position, case),
            Some(Verdict::Update | Verdict::Overwrite | Verdict::Record)
        ) {
            continue;
        }
        for column in &case.broken_links {
            broken.0.push(&case.row.shape.table);
            broken.1.push(case.id());
            broken.2.push(column);
        }
    }
    if !broken.0.is_empty() {
        crate::postgres::query(include_str!("break_links.sql"))
            .bind(broken.0)
            .bind(broken.1)
            .bind(broken.2)
            .execute(&mut **transaction)
            .await
            .map_err(failed)?;
    }
    Ok(())
}

async fn items(
    transaction: &mut Transaction<'_, Postgres>,
    state: &State<'_>,
    book: &Book<'_>,
) -> Result<()> {
    // What a ledger that lost a document's entry may have of it all the same.
    let left = |position: usize| {
        let item = book.items.get(position);
        item.is_some_and(|item| !item.warnings.is_empty() || item.quarantine.is_some())
    };
    let known =
        |position: usize| state.known.get(position).is_some_and(Option::is_some) || left(position);
    let changed: Vec<&Item> = book
        .states
        .iter()
        .filter(|(position, _)| known(*position))
        .filter_map(|(position, _)| book.items.get(*position))
        .collect();
    if !changed.is_empty() {
        let failed = |cause| error(cause, "cannot bring the ledger up to date");
        // What is left of a document in quarantine that V2 has no longer is what the ledger holds.
        let departed = changed.iter().filter(|item| item.gone);
        let (collections, documents) = columns_of(departed.map(|item| &item.key));
        if !documents.is_empty() {
            crate::postgres::query(include_str!("mark_departed.sql"))
                .bind(collections)
                .bind(documents)
                .bind(book.run)
                .execute(&mut **transaction)
                .await
                .map_err(failed)?;
        }
        for (statement, and_departed) in [
            (include_str!("forget_items.sql"), true),
            (include_str!("forget_warnings.sql"), true),
            (include_str!("forget_quarantine.sql"), false),
            (include_str!("forget_conflicts.sql"), true),
        ] {
            let concerned = changed.iter().filter(|item| and_departed || !item.gone);
            let (collections, documents) = columns_of(concerned.map(|item| &item.key));
            crate::postgres::query(statement)
                .bind(collections)
                .bind(documents)
                .execute(&mut **transaction)
                .await
                .map_err(failed)?;
        }
    }
    if book.states.is_empty() {
        return Ok(());
    }
    let fresh = book.states.iter().map(|(position, _)| *position);
    let fresh = fresh.filter(|position| state.known.get(*position).is_none_or(Option::is_none));
    let fresh = fresh.filter_map(|position| book.items.get(position));
    let (collections, documents) = columns_of(fresh.map(|item| &item.key));
    if !documents.is_empty() {
        crate::postgres::query(include_str!("booked_again.sql"))
            .bind(collections)
            .bind(documents)
            .execute(&mut **transaction)
            .await
            .map_err(|cause| error(cause, "cannot record the documents of a batch"))?;
    }
    let mut copy = CopyIn::begin(
        transaction,
        include_str!("copy_items.sql"),
        "cannot record the documents of a batch",
    )
    .await?;
    for (position, name) in &book.states {
        let Some(item) = book.items.get(*position) else {
            continue;
        };
        copy.row(7)
            .await?
            .text(&without_nul(&item.key.collection))
            .text(&without_nul(&item.key.id))
            .digest(&item.source_digest)
            .digest(&item.outcome_digest)
            .optional_digest(item.basis.as_ref())
            .text(name)
            .bigint(book.run);
    }
    copy.finish().await.map(drop)
}

impl<'a> Book<'a> {
    /// The items whose state is recorded, in conflict or not.
    fn recorded(&self) -> impl Iterator<Item = &'a Item> + Clone {
        self.states
            .iter()
            .filter_map(|(position, _)| self.items.get(*position))
    }
}

async fn warnings(transaction: &mut Transaction<'_, Postgres>, book: &Book<'_>) -> Result<()> {
    if book.recorded().all(|item| item.warnings.is_empty()) {
        return Ok(());
    }
    let mut copy = CopyIn::begin(
        transaction,
        include_str!("copy_warnings.sql"),
        "cannot record warnings",
    )
    .await?;
    for item in book.recorded() {
        for (ordinal, warning) in item.warnings.iter().enumerate() {
            copy.row(7)
                .await?
                .text(&without_nul(&item.key.collection))
                .text(&without_nul(&item.key.id))
                .integer(i32::try_from(ordinal).unwrap_or(i32::MAX))
                .text(&without_nul(&warning.code))
                .text(&without_nul(&warning.path))
                .text(&without_nul(&warning.raw))
                .bigint(book.run);
        }
    }
    copy.finish().await.map(drop)
}

async fn quarantine(transaction: &mut Transaction<'_, Postgres>, book: &Book<'_>) -> Result<()> {
    if book.recorded().all(|item| item.quarantine.is_none()) {
        return Ok(());
    }
    let mut copy = CopyIn::begin(
        transaction,
        include_str!("copy_quarantine.sql"),
        "cannot record documents in quarantine",
    )
    .await?;
    for item in book.recorded() {
        let Some(quarantine) = &item.quarantine else {
            continue;
        };
        let row = copy
            .row(7)
            .await?
            .text(&without_nul(&item.key.collection))
            .text(&without_nul(&item.key.id))
            .text(&without_nul(&quarantine.reason))
            .text(&without_nul(&quarantine.detail))
            .bytes(&quarantine.raw);
        match &quarantine.place {
            Some(place) => row.text(&without_nul(place)),
            None => row.null(),
        };
        row.bigint(book.run);
    }
    copy.finish().await.map(drop)
}

/// A number stays whose it is. One that the ledger holds for another document is a fault of the
/// mapping, and stops the run before anything of the batch is there.
async fn numbers(transaction: &mut Transaction<'_, Postgres>, book: &Book<'_>) -> Result<()> {
    let mut kinds: Vec<&str> = Vec::new();
    let mut numbers: Vec<&str> = Vec::new();
    let mut keys: Vec<&ItemKey> = Vec::new();
    for item in book.recorded() {
        for assigned in &item.assigned {
            kinds.push(&assigned.kind);
            numbers.push(&assigned.number);
            keys.push(&item.key);
        }
    }
    if kinds.is_empty() {
        return Ok(());
    }
    let failed = |cause| error(cause, "cannot record assigned numbers");
    let (collections, documents) = columns_of(keys.into_iter());
    let strangers = crate::postgres::query(include_str!("assign_numbers.sql"))
        .bind(kinds)
        .bind(numbers)
        .bind(collections)
        .bind(documents)
        .bind(book.run)
        .fetch_all(&mut **transaction)
        .await
        .map_err(failed)?;
    let Some(row) = strangers.first() else {
        return Ok(());
    };
    let text = |column| row.try_get::<String, _>(column).map_err(failed);
    Err(Error::new(
        ErrorKind::Internal,
        format!(
            "the {} number {} was to be assigned to {} {}, and the ledger holds {}",
            text("kind")?,
            text("number")?,
            text("collection")?,
            text("document_id")?,
            text("held")?
        ),
    )
    .remedy("report this together with the ledger's table assigned_numbers; nothing was written"))
}

async fn conflicts(transaction: &mut Transaction<'_, Postgres>, book: &Book<'_>) -> Result<()> {
    if book.clashes.is_empty() {
        return Ok(());
    }
    let failed = |cause| error(cause, "cannot record conflicts");
    for clash in &book.clashes {
        let Some(item) = book.items.get(clash.item) else {
            continue;
        };
        crate::postgres::query(include_str!("record_conflict.sql"))
            .bind(&*without_nul(&item.key.collection))
            .bind(&*without_nul(&item.key.id))
            .bind(&*without_nul(&clash.table))
            .bind(&*without_nul(&clash.row_id))
            .bind(clash.reason.name())
            .bind(&*without_nul(&clash.detail))
            .bind(clash.wanted.as_bytes())
            .bind(book.run)
            .execute(&mut **transaction)
            .await
            .map_err(failed)?;
    }
    Ok(())
}
