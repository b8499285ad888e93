//! What a load did, in numbers that add up.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::error::{Error, ErrorKind, Result};
use crate::plans::{DocumentPlan, Resolution};
use crate::ports::documents::Snapshot;
use crate::ports::rows::{CollectionRecord, Item, ItemKey, ItemOutcome, RowCounts};

use super::{Gone, Heading, Retried};

/// How many examples of one warning or reason a report names.
pub const EXAMPLES: u32 = 20;

/// The documents of one collection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CollectionCounts {
    /// Delivered by the source.
    pub read: u64,
    /// Delivered again; another delivery counts.
    pub repeated: u64,
    /// At least one row inserted or updated.
    pub written: u64,
    /// Everything was there already.
    pub unchanged: u64,
    /// Left alone because somebody else changed or wrote the row.
    pub conflicting: u64,
    /// Kept in quarantine.
    pub quarantined: u64,
    /// Embedded parts that a document supersedes.
    pub superseded: u64,
}

/// How often something happened, and where at first.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Examples {
    /// How often.
    pub count: u64,
    /// `collection/id` of the first.
    pub items: Vec<String>,
}

impl Examples {
    pub(super) fn add(&mut self, key: &ItemKey) {
        self.count += 1;
        if self.items.len() < EXAMPLES as usize {
            let name = format!("{}/{}", key.collection, key.id);
            if self.items.last() != Some(&name) {
                self.items.push(name);
            }
        }
    }

    /// Counts one more, and keeps its name while there are fewer than `most`.
    pub(super) fn note(&mut self, most: usize, name: impl FnOnce() -> String) {
        self.count += 1;
        if self.items.len() < most {
            self.items.push(name());
        }
    }

    fn of(count: u64, keys: &[ItemKey]) -> Self {
        let name = |key: &ItemKey| format!("{}/{}", key.collection, key.id);
        Self {
            count,
            items: keys.iter().map(name).collect(),
        }
    }

    /// Adds what others counted.
    pub(super) fn absorb(&mut self, more: Self) {
        self.count += more.count;
        let room = (EXAMPLES as usize).saturating_sub(self.items.len());
        self.items.extend(more.items.into_iter().take(room));
    }
}

/// One phase's rows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PhaseReport {
    /// `Leads`
    pub label: String,
    /// Per table.
    pub rows: BTreeMap<String, RowCounts>,
    /// How long it took.
    pub elapsed: std::time::Duration,
}

/// What a load did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LoadReport {
    /// Where the documents came from.
    pub source: String,
    /// As of when, where the source has one point in time.
    pub read_time: Option<String>,
    /// Per collection, those of rows made of several documents included.
    pub collections: BTreeMap<String, CollectionCounts>,
    /// The tables, in foreign-key order; the phases fill them one after the other.
    pub tables: Vec<String>,
    /// Per table, over all phases.
    pub rows: BTreeMap<String, RowCounts>,
    /// Per phase, in order.
    pub phases: Vec<PhaseReport>,
    /// Per code.
    pub warnings: BTreeMap<String, Examples>,
    /// Per reason.
    pub quarantine: BTreeMap<String, Examples>,
    /// Documents whose rows were left alone.
    pub conflicts: Examples,
    /// What the source's owner is billed for, where anything is.
    pub bill: Option<super::Bill>,
    /// Items of the ledger whose documents V2 has no longer.
    pub gone: Gone,
    /// What became of the documents that were in quarantine before, where that was asked for.
    pub retried: Option<Retried>,
    /// Collections that the source holds and the plan does not name.
    pub not_planned: Vec<String>,
    /// What is to be said of the source beside its documents.
    pub remarks: Vec<String>,
}

impl LoadReport {
    /// A report in which every document is read and nothing else has happened.
    pub fn new(
        snapshot: &Snapshot,
        not_planned: &[String],
        resolution: &dyn Resolution,
        plan: &dyn DocumentPlan,
    ) -> Self {
        let collections = plan.collections().into_iter().map(|name| {
            let tally = resolution.tally(name);
            let counts = CollectionCounts {
                read: tally.read,
                repeated: tally.repeated,
                superseded: tally.superseded,
                ..CollectionCounts::default()
            };
            (name.to_owned(), counts)
        });
        let heading = Heading {
            source: snapshot.source.clone(),
            read_time: snapshot.read_time.clone(),
            collections: collections.collect(),
            not_planned: not_planned.to_vec(),
            remarks: Vec::new(),
        };
        Self::under(heading, plan)
    }

    /// A report in which every document is read and nothing else has happened, from what another
    /// worker said of the source.
    pub fn under(heading: Heading, plan: &dyn DocumentPlan) -> Self {
        let mut report = Self {
            source: heading.source,
            read_time: heading.read_time,
            collections: heading.collections,
            not_planned: heading.not_planned,
            remarks: heading.remarks,
            ..Self::default()
        };
        for shape in plan.shapes() {
            report.tables.push(shape.table.clone());
            report
                .rows
                .insert(shape.table.clone(), RowCounts::default());
        }
        report
    }

    /// What it says of its source before anything else is counted.
    pub fn heading(&self) -> Heading {
        Heading {
            source: self.source.clone(),
            read_time: self.read_time.clone(),
            collections: self.collections.clone(),
            not_planned: self.not_planned.clone(),
            remarks: self.remarks.clone(),
        }
    }

    /// The next counts are those of the phase `label`.
    pub fn begin_phase(&mut self, label: &str) {
        self.phases.push(PhaseReport {
            label: label.to_owned(),
            ..PhaseReport::default()
        });
    }

    /// Accounts for an item.
    pub fn count(&mut self, item: &Item, outcome: ItemOutcome) {
        let counts = self
            .collections
            .entry(item.key.collection.clone())
            .or_default();
        if item.key.is_derived() {
            // Made of several documents: what is made is what is read.
            counts.read += 1;
        }
        match outcome {
            ItemOutcome::Written => counts.written += 1,
            ItemOutcome::Unchanged => counts.unchanged += 1,
            ItemOutcome::Quarantined => counts.quarantined += 1,
            ItemOutcome::Conflict => {
                counts.conflicting += 1;
                self.conflicts.add(&item.key);
            }
        }
        if let Some(retried) = &mut self.retried
            && retried.keys.contains(&item.key)
        {
            match outcome {
                ItemOutcome::Written | ItemOutcome::Unchanged => retried.migrated += 1,
                ItemOutcome::Quarantined => retried.quarantined += 1,
                ItemOutcome::Conflict => retried.conflicting += 1,
            }
        }
        for warning in &item.warnings {
            self.warnings
                .entry(warning.code.clone())
                .or_default()
                .add(&item.key);
        }
        if let Some(quarantine) = &item.quarantine {
            self.quarantine
                .entry(quarantine.reason.clone())
                .or_default()
                .add(&item.key);
        }
    }

    /// Accounts for a collection of which every document is as it was.
    pub fn count_unchanged(&mut self, collection: &str, record: &CollectionRecord) {
        let counts = self.collections.entry(collection.to_owned()).or_default();
        counts.unchanged += record.migrated;
        counts.quarantined += record.quarantined;
        let unchanged = |rows: &u64| RowCounts {
            unchanged: *rows,
            ..RowCounts::default()
        };
        let rows = record.rows.iter();
        let rows = rows.map(|(table, rows)| (table.clone(), unchanged(rows)));
        self.count_rows(&rows.collect());
        let held = |rows: &u64| RowCounts {
            held: *rows,
            ..RowCounts::default()
        };
        let rows = record.held.iter();
        let rows = rows.map(|(table, rows)| (table.clone(), held(rows)));
        self.count_rows(&rows.collect());
        for (sums, found) in [
            (&mut self.warnings, &record.warnings),
            (&mut self.quarantine, &record.quarantine),
        ] {
            for (name, (count, items)) in found {
                let sum = sums.entry(name.clone()).or_default();
                sum.absorb(Examples::of(*count, items));
            }
        }
    }

    /// Adds what a batch did to rows.
    pub fn count_rows(&mut self, rows: &BTreeMap<String, RowCounts>) {
        for (table, more) in rows {
            self.rows.entry(table.clone()).or_default().add(more);
            if let Some(phase) = self.phases.last_mut() {
                phase.rows.entry(table.clone()).or_default().add(more);
            }
        }
    }

    /// Rows that were counted as left alone although their document is in quarantine went after all.
    pub fn count_no_longer_held(&mut self, table: &str, rows: u64) {
        let mut left = rows;
        for phase in &mut self.phases {
            if let Some(counts) = phase.rows.get_mut(table) {
                let fewer = counts.held.min(left);
                counts.held -= fewer;
                left -= fewer;
            }
        }
        if let Some(counts) = self.rows.get_mut(table) {
            counts.held = counts.held.saturating_sub(rows);
        }
    }

    /// The phase that began last took `elapsed`.
    pub fn end_phase(&mut self, elapsed: std::time::Duration) {
        if let Some(phase) = self.phases.last_mut() {
            phase.elapsed = elapsed;
        }
    }

    /// read = repeated + written + unchanged + conflicting + quarantined, for every collection.
    ///
    /// # Errors
    /// `Internal`, naming the collection whose counts do not add up.
    pub fn conserve(&self) -> Result<()> {
        for (collection, counts) in &self.collections {
            let settled = counts.repeated
                + counts.written
                + counts.unchanged
                + counts.conflicting
                + counts.quarantined;
            if counts.read != settled {
                let what = format!(
                    "of {} documents read, {settled} are accounted for: {} repeated, {} written, \
                     {} unchanged, {} in conflict, {} quarantined",
                    counts.read,
                    counts.repeated,
                    counts.written,
                    counts.unchanged,
                    counts.conflicting,
                    counts.quarantined
                );
                return Err(Error::new(ErrorKind::Internal, what)
                    .item(collection.clone())
                    .remedy(
                        "the source gave other documents on the second reading: freeze it, or \
                         read from an export or a snapshot, and run again",
                    ));
            }
        }
        Ok(())
    }

    /// Counts by collection, for the ledger and for JSON.
    pub fn counts_json(&self) -> Value {
        let collections = self.collections.iter().map(|(name, counts)| {
            let value = json!({
                "read": counts.read,
                "repeated": counts.repeated,
                "written": counts.written,
                "unchanged": counts.unchanged,
                "conflicting": counts.conflicting,
                "quarantined": counts.quarantined,
                "superseded": counts.superseded,
            });
            (name.clone(), value)
        });
        Value::Object(collections.collect())
    }

    /// Rows by table.
    pub fn rows_json(&self) -> Value {
        let tables = self.rows.iter().map(|(name, counts)| {
            let value = json!({
                "inserted": counts.inserted,
                "updated": counts.updated,
                "unchanged": counts.unchanged,
                "conflicting": counts.conflicting,
                "refused": counts.refused,
                "missing_parent": counts.missing_parent,
                "unique": counts.unique,
                "with_document": counts.with_document,
                "removed": counts.removed,
                "held": counts.held,
            });
            (name.clone(), value)
        });
        Value::Object(tables.collect())
    }

    /// Milliseconds by phase.
    pub fn phases_json(&self) -> Value {
        let phases = self.phases.iter().map(|phase| {
            let millis = u64::try_from(phase.elapsed.as_millis()).unwrap_or(u64::MAX);
            (phase.label.clone(), json!(millis))
        });
        Value::Object(phases.collect())
    }

    /// Rows that a phase's label speaks of and that are in V3 now: of the table that the phase
    /// writes first. Analyses embedded in conversations are written with these, so the tables of
    /// later phases count over all phases.
    pub fn in_place_of(&self, label: &str) -> u64 {
        let position = self.phases.iter().position(|phase| phase.label == label);
        position
            .and_then(|position| self.tables.get(position))
            .map_or(0, |table| self.rows_in_place(table))
    }

    /// Rows of a table that are in V3 now as the mapping says.
    pub fn rows_in_place(&self, table: &str) -> u64 {
        self.rows.get(table).map_or(0, |counts| {
            counts.inserted + counts.updated + counts.unchanged
        })
    }

    /// Documents in quarantine.
    pub fn quarantined(&self) -> u64 {
        self.quarantine
            .values()
            .map(|examples| examples.count)
            .sum()
    }

    /// Rows inserted, updated or removed.
    pub fn written_rows(&self) -> u64 {
        self.rows
            .values()
            .map(|counts| counts.inserted + counts.updated + counts.removed)
            .sum()
    }
}
