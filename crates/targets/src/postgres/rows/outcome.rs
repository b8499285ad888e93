//! What a batch came to: conflicts, states of items, counts.

use std::collections::{BTreeMap, HashSet};

use sqlx::{Postgres, Row as _, Transaction};
use sunset_core::ports::rows::{Holder, ItemKey, ItemOutcome, LoadOutcome, RowCounts};
use sunset_core::{Error, ErrorKind, Result};

use super::book::Clash;
use super::judge::Judgement;
use super::state::State;
use super::verdict::{Reason, Verdict};
use crate::postgres::fault::error;

pub(super) fn stop(state: &State<'_>, clash: &Clash) -> Error {
    let key = state.items.get(clash.item).map(|item| &item.key);
    Error::new(
        ErrorKind::Conflict,
        format!(
            "row {} of {} is not as migration left it: {}",
            clash.row_id, clash.table, clash.detail
        ),
    )
    .item(
        key.map(|key| format!("{} {}", key.collection, key.id))
            .unwrap_or_default(),
    )
    .remedy("--on-conflict keep leaves such rows alone, --on-conflict overwrite writes over them")
}

pub(super) fn clashes(state: &State<'_>, judgement: &Judgement) -> Vec<Clash> {
    state
        .cases
        .iter()
        .zip(&judgement.verdicts)
        .enumerate()
        .filter_map(|(position, (case, verdict))| {
            let Verdict::Conflict(reason) = verdict else {
                return None;
            };
            let detail = judgement.details.get(&position).cloned();
            Some(Clash {
                item: case.item,
                table: case.row.shape.table.clone(),
                row_id: case.id().to_owned(),
                reason: *reason,
                detail: detail.unwrap_or_else(|| reason.sentence().to_owned()),
                wanted: case.mapped,
            })
        })
        .collect()
}

pub(super) fn stale_clash(state: &State<'_>, position: usize, reason: Reason) -> Option<Clash> {
    let stale = state.stale.get(position)?;
    if state
        .items
        .get(stale.item)
        .is_some_and(|item| item.displaced)
    {
        // It is in nobody's way but that of the items that would displace it.
        return None;
    }
    Some(Clash {
        item: stale.item,
        table: stale.entry.table.clone(),
        row_id: stale.entry.row_id.clone(),
        reason,
        detail: format!("V2 gives this row no longer; {}", reason.sentence()),
        wanted: stale.entry.mapped,
    })
}

/// What became of the items, and which of their states are to be recorded. Of the items `staying`
/// a row stays that they give no longer.
pub(super) fn outcome(
    state: &State<'_>,
    judgement: &Judgement,
    removed: &[usize],
    staying: &HashSet<usize>,
) -> (LoadOutcome, Vec<(usize, &'static str)>) {
    let mut outcome = LoadOutcome::default();
    let mut touched = vec![false; state.items.len()];
    let mut wrote = vec![false; state.items.len()];
    let mut mark = |item: usize, writes: bool| {
        if let (Some(touched), Some(wrote)) = (touched.get_mut(item), wrote.get_mut(item)) {
            *touched = true;
            *wrote |= writes;
        }
    };
    outcome.held_up = stuck(state, judgement, staying, Reason::Unique);
    outcome.orphaned = stuck(state, judgement, staying, Reason::MissingParent);
    for (position, case) in state.cases.iter().enumerate() {
        let counts = outcome
            .rows
            .entry(case.row.shape.table.clone())
            .or_default();
        match judgement.effective(position, case) {
            // Of what waits for others all rows count as left alone, until it is judged again.
            None if judgement.holds(position)
                && !outcome.held_up.contains(&case.item)
                && !outcome.orphaned.contains(&case.item) =>
            {
                counts.unchanged += 1;
            }
            None | Some(Verdict::Conflict(_)) => {
                left_alone(judgement.verdicts.get(position).copied(), counts);
            }
            Some(Verdict::Leave) => counts.conflicting += 1,
            Some(Verdict::Insert) => {
                counts.inserted += 1;
                mark(case.item, true);
            }
            Some(Verdict::Update | Verdict::Overwrite) => {
                counts.updated += 1;
                mark(case.item, true);
            }
            Some(Verdict::Adopt | Verdict::Record) => {
                counts.unchanged += 1;
                mark(case.item, false);
            }
            Some(Verdict::Nothing) => counts.unchanged += 1,
        }
    }
    for stale in removed
        .iter()
        .filter_map(|position| state.stale.get(*position))
    {
        if stale.present {
            outcome
                .rows
                .entry(stale.entry.table.clone())
                .or_default()
                .removed += 1;
        }
        mark(stale.item, stale.present);
    }
    for (position, stale) in state.stale.iter().enumerate() {
        if stale.present && state.holds(stale) && !removed.contains(&position) {
            outcome
                .rows
                .entry(stale.entry.table.clone())
                .or_default()
                .held += 1;
        }
    }
    let all = states(state, judgement, staying);
    let mut states = Vec::new();
    for ((position, name), item) in all.into_iter().zip(state.items) {
        outcome.items.push(match name {
            "conflict" => ItemOutcome::Conflict,
            _ if item.displaced && staying.contains(&position) => ItemOutcome::Conflict,
            "quarantined" => ItemOutcome::Quarantined,
            _ if wrote.get(position) == Some(&true) => ItemOutcome::Written,
            _ => ItemOutcome::Unchanged,
        });
        let same = state
            .known
            .get(position)
            .and_then(Option::as_ref)
            .is_some_and(|known| {
                known.state == name && known.outcome_digest == Some(item.outcome_digest)
            });
        if !item.displaced && (!same || touched.get(position) == Some(&true)) {
            states.push((position, name));
        }
    }
    let stuck = outcome.held_up.iter().chain(&outcome.orphaned);
    let rows = stuck.map(|item| (*item, rows_left_alone(state, judgement, *item)));
    outcome.stuck_rows = rows.collect();
    (outcome, states)
}

/// Counts a row of an item that is left alone: for a reason of its own, or for that of another row.
fn left_alone(verdict: Option<Verdict>, counts: &mut RowCounts) {
    counts.conflicting += 1;
    match verdict {
        Some(Verdict::Conflict(reason)) => reason.count(counts),
        _ => counts.with_document += 1,
    }
}

/// What the rows of an item that is left alone count.
fn rows_left_alone(
    state: &State<'_>,
    judgement: &Judgement,
    item: usize,
) -> BTreeMap<String, RowCounts> {
    let mut rows: BTreeMap<String, RowCounts> = BTreeMap::new();
    let cases = state.cases.iter().zip(&judgement.verdicts);
    for (case, verdict) in cases.filter(|(case, _)| case.item == item) {
        let counts = rows.entry(case.row.shape.table.clone()).or_default();
        left_alone(Some(*verdict), counts);
    }
    rows
}

/// The state of every item, by its position.
pub(super) fn states(
    state: &State<'_>,
    judgement: &Judgement,
    staying: &HashSet<usize>,
) -> Vec<(usize, &'static str)> {
    let items = state.items.iter().enumerate();
    items
        .map(|(position, item)| {
            let stays = staying.contains(&position) && !item.displaced;
            let conflict = judgement.conflicting.contains(&position) || stays;
            let name = match (conflict, &item.quarantine) {
                (true, _) => "conflict",
                (false, Some(_)) => "quarantined",
                (false, None) if item.gone => "gone",
                (false, None) => "migrated",
            };
            (position, name)
        })
        .collect()
}

/// The items of which nothing is written for one reason, and for no other.
fn stuck(
    state: &State<'_>,
    judgement: &Judgement,
    staying: &HashSet<usize>,
    why: Reason,
) -> Vec<usize> {
    let mut reasons: Vec<(bool, bool)> = vec![(false, false); state.items.len()];
    for (case, verdict) in state.cases.iter().zip(&judgement.verdicts) {
        if let (Verdict::Conflict(reason), Some(found)) = (verdict, reasons.get_mut(case.item)) {
            found.0 |= *reason == why;
            found.1 |= *reason != why;
        }
    }
    let positions = reasons.iter().enumerate();
    positions
        .filter(|(position, found)| **found == (true, false) && !staying.contains(position))
        .map(|(position, _)| position)
        .collect()
}

/// Items in quarantine of which rows are to go, and stay for no other reason than that others refer
/// to them; with what those rows count.
pub(super) fn referenced(
    state: &State<'_>,
    kept: &BTreeMap<usize, Reason>,
) -> BTreeMap<usize, BTreeMap<String, RowCounts>> {
    let mut rows: BTreeMap<usize, BTreeMap<String, RowCounts>> = BTreeMap::new();
    let mut otherwise: HashSet<usize> = HashSet::new();
    for (position, reason) in kept {
        let stale = state.stale.get(*position);
        let Some(stale) = stale.filter(|stale| state.holds(stale)) else {
            continue;
        };
        if *reason != Reason::Referenced {
            otherwise.insert(stale.item);
        }
        let of_item = rows.entry(stale.item).or_default();
        of_item.entry(stale.entry.table.clone()).or_default().held += 1;
    }
    rows.retain(|item, _| !otherwise.contains(item));
    rows
}

/// Whose rows, outside of the batch, have values that items of the batch want.
pub(super) async fn holders(
    transaction: &mut Transaction<'_, Postgres>,
    state: &State<'_>,
    judgement: &Judgement,
) -> Result<Vec<Holder>> {
    let failed = |cause| error(cause, "cannot look for whom a unique value belongs to");
    let held = judgement.holders.iter().filter_map(|(case, row)| {
        let case = state.cases.get(*case)?;
        Some((case.row.shape.table.as_str(), row.as_str()))
    });
    let (tables, rows): (Vec<&str>, Vec<&str>) = held.unzip();
    crate::postgres::query(include_str!("holders.sql"))
        .bind(tables)
        .bind(rows)
        .fetch_all(&mut **transaction)
        .await
        .map_err(failed)?
        .iter()
        .map(|row| {
            Ok(Holder {
                key: ItemKey {
                    collection: row.try_get("collection")?,
                    id: row.try_get("document_id")?,
                },
                quarantined: row.try_get("quarantined")?,
            })
        })
        .collect::<sqlx::Result<_>>()
        .map_err(failed)
}

pub(super) fn merge(whole: &mut LoadOutcome, part: LoadOutcome) {
    let before = whole.items.len();
    let held_up = part.held_up.iter().map(|position| before + position);
    whole.held_up.extend(held_up);
    let orphaned = part.orphaned.iter().map(|position| before + position);
    whole.orphaned.extend(orphaned);
    whole.holders.extend(part.holders);
    let rows = part.stuck_rows.into_iter();
    whole
        .stuck_rows
        .extend(rows.map(|(position, rows)| (before + position, rows)));
    whole.items.extend(part.items);
    for (table, counts) in part.rows {
        let sum = whole.rows.entry(table).or_default();
        sum.add(&counts);
    }
}
