//! What one unit of a shared load did, as the ledger keeps it until all are added up.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::load::{CollectionCounts, Examples, Gone, LoadReport, PhaseReport, add};
use crate::ports::rows::RowCounts;

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LoadShare {
    /// The phase it belongs to.
    pub phase: Option<String>,
    /// How long it took, milliseconds.
    pub milliseconds: u64,
    /// Per collection; documents read and repeated are counted by the survey.
    pub collections: BTreeMap<String, CollectionCounts>,
    /// Per table.
    pub rows: BTreeMap<String, RowCounts>,
    /// Per code.
    pub warnings: BTreeMap<String, Examples>,
    /// Per reason.
    pub quarantine: BTreeMap<String, Examples>,
    /// Documents whose rows were left alone.
    pub conflicts: Examples,
    /// Items whose documents V2 has no longer.
    pub gone: Gone,
    /// Documents that the source delivers several times with the same content, perhaps in several
    /// units: each with what it gave, so that it is counted once.
    pub twins: Vec<(String, LoadShare)>,
}

impl LoadShare {
    /// What a report that counted one unit alone says.
    pub fn of(report: LoadReport, twins: Vec<(String, LoadShare)>) -> Self {
        let phase = report.phases.into_iter().next_back();
        let elapsed = phase.as_ref().map_or(0, |phase| phase.elapsed.as_millis());
        Self {
            phase: phase.map(|phase| phase.label),
            milliseconds: u64::try_from(elapsed).unwrap_or(u64::MAX),
            collections: report.collections,
            rows: report.rows,
            warnings: report.warnings,
            quarantine: report.quarantine,
            conflicts: report.conflicts,
            gone: report.gone,
            twins,
        }
    }

    fn wrote(&self) -> u64 {
        let rows = self.rows.values();
        rows.map(|rows| rows.inserted + rows.updated + rows.removed)
            .sum()
    }
}

impl LoadReport {
    /// Adds up what the units of a shared load did.
    pub fn absorb_shares(&mut self, shares: Vec<LoadShare>) {
        let mut twins: BTreeMap<String, (Option<String>, LoadShare)> = BTreeMap::new();
        for mut share in shares {
            for (name, twin) in std::mem::take(&mut share.twins) {
                // Whoever came first wrote it, and the others found it there.
                let better = twins
                    .get(&name)
                    .is_none_or(|(_, known)| twin.wrote() > known.wrote());
                if better {
                    twins.insert(name, (share.phase.clone(), twin));
                }
            }
            self.absorb(share);
        }
        for (phase, twin) in twins.into_values() {
            self.absorb(LoadShare { phase, ..twin });
        }
    }

    fn absorb(&mut self, share: LoadShare) {
        for (name, more) in share.collections {
            let counts = self.collections.entry(name).or_default();
            counts.read += more.read;
            counts.written += more.written;
            counts.unchanged += more.unchanged;
            counts.conflicting += more.conflicting;
            counts.quarantined += more.quarantined;
        }
        if let Some(label) = share.phase {
            let position = self.phases.iter().position(|phase| phase.label == label);
            let position = position.unwrap_or_else(|| {
                self.phases.push(PhaseReport {
                    label,
                    ..PhaseReport::default()
                });
                self.phases.len() - 1
            });
            if let Some(phase) = self.phases.get_mut(position) {
                phase.elapsed += std::time::Duration::from_millis(share.milliseconds);
                for (table, more) in &share.rows {
                    add(phase.rows.entry(table.clone()).or_default(), more);
                }
            }
        }
        for (table, more) in &share.rows {
            add(self.rows.entry(table.clone()).or_default(), more);
        }
        for (code, more) in share.warnings {
            self.warnings.entry(code).or_default().absorb(more);
        }
        for (reason, more) in share.quarantine {
            self.quarantine.entry(reason).or_default().absorb(more);
        }
        self.conflicts.absorb(share.conflicts);
        self.gone.found.absorb(share.gone.found);
        self.gone.pruned += share.gone.pruned;
        self.gone.kept += share.gone.kept;
        self.gone.departed += share.gone.departed;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(written: u64, unchanged: u64) -> LoadShare {
        let counts = CollectionCounts {
            written,
            unchanged,
            ..CollectionCounts::default()
        };
        let rows = RowCounts {
            inserted: written,
            unchanged,
            ..RowCounts::default()
        };
        LoadShare {
            phase: Some("Cases".into()),
            milliseconds: 5,
            collections: [("cases".to_owned(), counts)].into(),
            rows: [("conversations".to_owned(), rows)].into(),
            ..LoadShare::default()
        }
    }

    #[test]
    fn a_document_delivered_to_two_units_counts_once_and_as_written() {
        let twin = |written, unchanged| {
            let mut twin = share(written, unchanged);
            twin.phase = None;
            vec![("cases/a".to_owned(), twin)]
        };
        let mut report = LoadReport::default();
        let first = LoadShare {
            twins: twin(0, 1),
            ..share(2, 0)
        };
        let second = LoadShare {
            twins: twin(1, 0),
            ..share(3, 1)
        };
        let text = serde_json::to_string(&first).expect("JSON");
        let first = serde_json::from_str(&text).expect("the same");
        report.absorb_shares(vec![first, second]);
        let counts = report.collections["cases"];
        assert_eq!((counts.written, counts.unchanged), (6, 1));
        assert_eq!(report.rows["conversations"].inserted, 6);
        assert_eq!(report.phases[0].elapsed.as_millis(), 15);
    }
}
