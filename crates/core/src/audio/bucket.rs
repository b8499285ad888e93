//! What checking the new bucket found.

use crate::check::{Check, Finding, Section};
use crate::ports::objects::{StoredHead, StoredObject};

use super::inventory::{Difference, Inventory};
use super::plan::Tally;

/// How many items a finding names.
const NAMED: usize = 50;

/// What the operator expects at least.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Expected {
    /// Objects in the bucket.
    pub objects: Option<u64>,
    /// Bytes in the bucket.
    pub bytes: Option<u64>,
}

/// One object of the sample.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sampled {
    /// As listed.
    pub object: StoredObject,
    /// What the bucket says when it is asked; `None` when it says that there is none.
    pub head: Option<StoredHead>,
}

/// Everything that was found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BucketReport {
    /// The listing, compared with the ledger.
    pub inventory: Inventory,
    /// Ten objects, asked for one by one.
    pub sample: Vec<Sampled>,
    /// Objects whose listing states no ETag and that were asked for one by one.
    pub asked: u64,
    /// What asking for them, and for the sample, found different.
    pub differences: Vec<Difference>,
    /// With `--deep`: what was read again.
    pub read: Option<Tally>,
    /// With `--deep`: whose SHA-256 is another.
    pub corrupt: Vec<Difference>,
    /// Copies that the ledger has in other buckets: which, and how many.
    pub elsewhere: Vec<(String, u64)>,
}

impl BucketReport {
    /// The checks that follow from it.
    pub fn section(&self, expected: Expected) -> Section {
        let inventory = &self.inventory;
        let mut checks = Vec::new();
        let bounds = [
            ("objects", expected.objects, inventory.stored.objects),
            ("bytes", expected.bytes, inventory.stored.bytes),
        ];
        for (what, least, found) in bounds {
            let Some(least) = least else { continue };
            let short = (found < least).then(|| {
                Finding::failure(
                    format!("{found} {what} instead of at least {least}"),
                    1,
                    vec![],
                )
                .remedy("run audio-migrate, and look at what it could not copy")
            });
            checks.push(
                Check::new(
                    format!("at least the expected {what}"),
                    format!("{found} {what} in the bucket with {least}"),
                )
                .with(short),
            );
        }
        checks.push(self.ledger_check());
        if let Some(read) = self.read {
            let corrupt = differences(
                "objects have another SHA-256 than was copied",
                &self.corrupt,
            );
            checks.push(
                Check::new(
                    "bytes",
                    format!(
                        "the SHA-256 of {} objects, read again, with the ledger's",
                        read.objects
                    ),
                )
                .with(corrupt),
            );
        }
        Section {
            title: "R2".into(),
            checks,
            skipped: None,
            summary: format!(
                "R2: {} objects, {} bytes; {} of {} migrated ones are there",
                inventory.stored.objects,
                inventory.stored.bytes,
                inventory.present.objects,
                inventory.recorded.objects
            ),
        }
    }

    fn ledger_check(&self) -> Check {
        let inventory = &self.inventory;
        let missing = (!inventory.missing.is_empty()).then(|| {
            let count = inventory.missing.len() as u64;
            let keys = inventory.missing.iter().take(NAMED).cloned().collect();
            Finding::failure("objects are missing", count, keys)
                .remedy("run audio-migrate: it copies them again")
        });
        let all: Vec<Difference> = inventory
            .different
            .iter()
            .chain(&self.differences)
            .cloned()
            .collect();
        let unexpected = (!inventory.unexpected.is_empty()).then(|| {
            let count = inventory.unexpected.len() as u64;
            let keys = inventory.unexpected.iter().take(NAMED);
            Finding::note(
                "objects are unexpected: the migration did not put them there",
                count,
                keys.map(|object| object.key.clone()).collect(),
            )
        });
        let left_behind = left_behind(inventory);
        let unfinished = unfinished(inventory);
        Check::new(
            "what was migrated is there",
            format!(
                "{} objects in the bucket with {} that the ledger says were copied, by key, size \
                 and ETag",
                inventory.stored.objects, inventory.recorded.objects
            ),
        )
        .with(elsewhere(&self.elsewhere, inventory.recorded.objects))
        .with(missing)
        .with(differences("objects are different", &all))
        .with(unexpected)
        .with(unfinished)
        .with(left_behind)
    }
}

/// Copies that the ledger has in another bucket than the one that was looked at. Where it has none
/// in that one, the settings name the wrong bucket, or recordings were left in the other.
pub fn elsewhere(found: &[(String, u64)], here: u64) -> Option<Finding> {
    let count = found.iter().map(|(_, count)| count).sum();
    (count > 0).then(|| {
        let items = found.iter().map(|(bucket, count)| format!("{bucket}: {count}"));
        let items = items.take(NAMED).collect();
        let message = "copies are in another bucket than the settings name";
        let finding = if here == 0 {
            Finding::failure(message, count, items)
        } else {
            Finding::note(message, count, items)
        };
        finding.remedy(
            "set CLOUDFLARE_R2_BUCKET, and CLOUDFLARE_ACCOUNT_ID or CLOUDFLARE_R2_ENDPOINT, to that \
             bucket; or run audio-migrate, where the recordings belong into this one",
        )
    })
}

/// Objects that a run which was stopped had sent, and that nothing records.
pub fn unfinished(inventory: &Inventory) -> Option<Finding> {
    let unfinished = &inventory.unfinished;
    (!unfinished.is_empty()).then(|| {
        let keys = unfinished.iter().take(NAMED);
        Finding::note(
            "objects are there that migration was about to store when it was stopped or taken back",
            unfinished.len() as u64,
            keys.map(|object| object.key.clone()).collect(),
        )
        .remedy(
            "audio-migrate proves and records them; rollback --delete-objects removes them, once \
             more if it was run before they got there",
        )
    })
}

/// Copies that nothing points at any more, because the months of their conversations changed.
pub fn left_behind(inventory: &Inventory) -> Option<Finding> {
    let left = &inventory.left_behind;
    (!left.is_empty()).then(|| {
        let items = left.iter().take(NAMED);
        let items = items.map(|one| format!("{}: now {}", one.object.key, one.now));
        Finding::note(
            "objects are left under an older key: their conversations' month changed, and the same \
             bytes are recorded under the new one",
            left.len() as u64,
            items.collect(),
        )
        .remedy("delete them when nobody uses their URLs any more")
    })
}

fn differences(message: &str, found: &[Difference]) -> Option<Finding> {
    (!found.is_empty()).then(|| {
        let items = found.iter().take(NAMED);
        let items = items
            .map(|one| format!("{}: {}", one.key, one.what))
            .collect();
        Finding::failure(message, found.len() as u64, items).remedy(
            "run audio-migrate: it copies again what differs in size or ETag; delete others first",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_lower_bounds_and_unexpected_objects_are_no_failure() {
        let mut report = BucketReport::default();
        report.inventory.stored = Tally {
            objects: 5,
            bytes: 100,
        };
        report.inventory.unexpected = vec![StoredObject::default()];
        let bounds = |objects, bytes| Expected {
            objects: Some(objects),
            bytes: Some(bytes),
        };
        assert!(report.section(bounds(5, 100)).passed());
        assert!(report.section(bounds(4, 1)).passed());
        assert!(!report.section(bounds(6, 100)).passed());
        assert!(!report.section(bounds(5, 101)).passed());
        report.inventory.missing = vec!["audio/x".into()];
        assert!(!report.section(Expected::default()).passed());
    }

    #[test]
    fn what_a_deep_check_finds_fails() {
        let mut report = BucketReport {
            read: Some(Tally::default()),
            ..BucketReport::default()
        };
        assert!(report.section(Expected::default()).passed());
        report.corrupt.push(Difference {
            key: "k".into(),
            what: "w".into(),
        });
        assert!(!report.section(Expected::default()).passed());
    }
}
