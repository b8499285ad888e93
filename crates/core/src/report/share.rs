//! What one unit of a shared load did, as the ledger keeps it until all are added up.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Gone;
use super::load::{CollectionCounts, Examples, LoadReport, PhaseReport};
use crate::ports::rows::RowCounts;

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LoadShare {
    /// The phase it belongs to.
    pub phase: Option<String>,
    /// From when to when it was done, in milliseconds of a clock that all workers have in common.
    #[serde(skip)]
    pub span: Option<(u64, u64)>,
    /// What every worker tells beside the sums; said by the last unit.
    #[serde(default)]
    pub heading: Option<Heading>,
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

/// What a report says of its source, and what the survey counted of it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Heading {
    /// Where the documents came from.
    pub source: String,
    /// As of when.
    pub read_time: Option<String>,
    /// Documents read, repeated and superseded, per collection.
    pub collections: BTreeMap<String, CollectionCounts>,
    /// Collections that the source holds and the plan does not name.
    pub not_planned: Vec<String>,
    /// What is to be said of the source beside its documents.
    pub remarks: Vec<String>,
}

impl LoadShare {
    /// What a report that counted one unit alone says.
    pub fn of(report: LoadReport, twins: Vec<(String, LoadShare)>) -> Self {
        let phase = report.phases.into_iter().next_back();
        Self {
            phase: phase.map(|phase| phase.label),
            span: None,
            heading: None,
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
        let times = times(&shares);
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
        for phase in &mut self.phases {
            let (from, to) = times.get(&phase.label).copied().unwrap_or_default();
            phase.elapsed = std::time::Duration::from_millis(to.saturating_sub(from));
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
                for (table, more) in &share.rows {
                    phase.rows.entry(table.clone()).or_default().add(more);
                }
            }
        }
        for (table, more) in &share.rows {
            self.rows.entry(table.clone()).or_default().add(more);
        }
        for (code, more) in share.warnings {
            self.warnings.entry(code).or_default().absorb(more);
        }
        for (reason, more) in share.quarantine {
            self.quarantine.entry(reason).or_default().absorb(more);
        }
        self.conflicts.absorb(share.conflicts);
        self.gone.absorb(share.gone);
    }
}

/// From when to when each phase was worked on, by whomever: workers work side by side, and what they
/// took one by one adds up to more time than passed.
fn times(shares: &[LoadShare]) -> BTreeMap<String, (u64, u64)> {
    let mut times: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    for share in shares {
        let (Some(label), Some((from, to))) = (&share.phase, share.span) else {
            continue;
        };
        let whole = times.entry(label.clone()).or_insert((from, to));
        *whole = (whole.0.min(from), whole.1.max(to));
    }
    times
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
            span: Some((1_300, 1_900)),
            ..share(3, 1)
        };
        let text = serde_json::to_string(&first).expect("JSON");
        let mut first: LoadShare = serde_json::from_str(&text).expect("the same");
        first.span = Some((1_000, 1_500));
        report.absorb_shares(vec![first, second]);
        let counts = report.collections["cases"];
        assert_eq!((counts.written, counts.unchanged), (6, 1));
        assert_eq!(report.rows["conversations"].inserted, 6);
        assert_eq!(
            report.phases[0].elapsed.as_millis(),
            900,
            "the time by the clock"
        );
    }
}
