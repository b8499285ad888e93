//! What the new bucket holds, compared with what was migrated.

use std::collections::{HashMap, HashSet};

use futures::{StreamExt, TryStreamExt};
use sunset_core::audio::bucket::{BucketReport, Sampled};
use sunset_core::audio::inventory::{self, Difference, Inventory, what_differs};
use sunset_core::audio::plan::Tally;
use sunset_core::audio::planner::differs;
use sunset_core::audio::record::ObjectRecord;
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::ports::objects::{ObjectLedger, ObjectStore, StoredHead, StoredObject};
use sunset_core::ports::progress::Progress;

use crate::audio::Hashes;
use crate::retry::{Retries, retry};

/// How to check.
#[derive(Debug, Clone, Copy)]
pub struct BucketOptions {
    /// Read every migrated object again.
    pub deep: bool,
    /// Requests at once.
    pub concurrency: usize,
    /// For passing faults.
    pub retries: Retries,
}

/// Lists the whole bucket, compares it with the ledger, and asks for ten objects; with `deep`,
/// reads every migrated object and compares its SHA-256.
///
/// # Errors
/// Those of bucket and database.
pub async fn check(
    store: &dyn ObjectStore,
    ledger: &dyn ObjectLedger,
    options: BucketOptions,
    progress: &dyn Progress,
) -> Result<BucketReport> {
    let retries = options.retries;
    let records = retry(retries, || ledger.objects()).await?;
    let stored = retry(retries, || store.list("").try_concat()).await?;
    let mut inventory = inventory::take(stored, &records);
    tell_unfinished(ledger, &mut inventory).await?;
    let mut report = BucketReport::default();
    for object in &inventory.sample {
        let head = retry(retries, || store.head(&object.key)).await?;
        report.sample.push(Sampled {
            object: object.clone(),
            head,
        });
    }
    let copied: HashMap<&str, &ObjectRecord> = records
        .iter()
        .filter(|record| record.is_copied())
        .filter_map(|record| Some((record.key.as_deref()?, record)))
        .collect();
    for sampled in &report.sample {
        let record = copied.get(sampled.object.key.as_str());
        report
            .differences
            .extend(record.and_then(|record| sample_difference(sampled, record)));
    }

    progress.start("Asking", Some(inventory.without_etag.len() as u64));
    let asked: Vec<Option<Difference>> = futures::stream::iter(inventory.without_etag.clone())
        .map(|key| async move {
            let head = retry(retries, || store.head(&key)).await?;
            progress.advance(1);
            Ok::<_, Error>((key, head))
        })
        .buffer_unordered(options.concurrency.max(1))
        .map_ok(|(key, head)| {
            let record = copied.get(key.as_str())?;
            head_difference(&key, head.as_ref(), record)
        })
        .try_collect()
        .await?;
    progress.finish();
    report.asked = asked.len() as u64;
    report.differences.extend(asked.into_iter().flatten());
    report
        .differences
        .sort_by(|a, b| (&a.key, &a.what).cmp(&(&b.key, &b.what)));
    report.differences.dedup();
    // What the listing has told of an object is not told again, and counted, as one of the sample.
    let told: HashSet<&str> = inventory
        .different
        .iter()
        .map(|difference| difference.key.as_str())
        .collect();
    report
        .differences
        .retain(|difference| !told.contains(difference.key.as_str()));

    if options.deep {
        deep(store, &copied, options, progress, &mut report).await?;
    }
    report.elsewhere = retry(retries, || ledger.elsewhere()).await?;
    report.inventory = inventory;
    Ok(report)
}

/// Tells from the objects that nothing records those that migration was about to store.
pub(crate) async fn tell_unfinished(
    ledger: &dyn ObjectLedger,
    inventory: &mut Inventory,
) -> Result<()> {
    if inventory.unexpected.is_empty() {
        return Ok(());
    }
    let mut keys = HashSet::new();
    let mut after = String::new();
    loop {
        let page = ledger.keys(&after, None).await?;
        let Some(last) = page.last() else {
            break;
        };
        after.clone_from(&last.key);
        let intended = page.into_iter().filter(|known| known.intent.is_some());
        keys.extend(intended.map(|known| known.key));
    }
    inventory.set_apart(&keys);
    Ok(())
}

fn head_difference(
    key: &str,
    head: Option<&StoredHead>,
    record: &ObjectRecord,
) -> Option<Difference> {
    let what = match head {
        None => "it was listed and is not there".to_owned(),
        Some(head) => {
            let stored = StoredObject {
                key: key.to_owned(),
                size: head.size,
                etag: head.etag.clone(),
            };
            if !differs(&stored, record) {
                return None;
            }
            what_differs(&stored, record)
        }
    };
    Some(Difference {
        key: key.to_owned(),
        what,
    })
}

/// What is stored beside the bytes of a sampled object.
fn sample_difference(sampled: &Sampled, record: &ObjectRecord) -> Option<Difference> {
    let key = &sampled.object.key;
    if let Some(difference) = head_difference(key, sampled.head.as_ref(), record) {
        return Some(difference);
    }
    let head = sampled.head.as_ref()?;
    let recorded = record.sha256.map(|sha256| sha256.to_string());
    let what = if head.content_type != record.content_type {
        let stated = head.content_type.as_deref().unwrap_or("none");
        let recorded = record.content_type.as_deref().unwrap_or("none");
        format!("content type {stated} instead of {recorded}")
    } else if head.sha256 != recorded {
        "its metadata has another sha256 than was copied".to_owned()
    } else {
        return None;
    };
    Some(Difference {
        key: key.clone(),
        what,
    })
}

async fn deep(
    store: &dyn ObjectStore,
    copied: &HashMap<&str, &ObjectRecord>,
    options: BucketOptions,
    progress: &dyn Progress,
    report: &mut BucketReport,
) -> Result<()> {
    let mut records: Vec<(&str, &ObjectRecord)> =
        copied.iter().map(|(key, record)| (*key, *record)).collect();
    records.sort_by_key(|(key, _)| *key);
    progress.start("Reading", Some(records.len() as u64));
    let mut read = Tally::default();
    let mut reading = futures::stream::iter(records)
        .map(|(key, record)| async move {
            let sums = retry(options.retries, || hash(store, key)).await;
            progress.advance(1);
            (key, record, sums)
        })
        .buffer_unordered(options.concurrency.max(1));
    while let Some((key, record, sums)) = reading.next().await {
        match sums {
            // The comparison of the listing has named it already.
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
            Ok((length, sha256)) => {
                read.add(length);
                if record.sha256.map(|sha256| sha256.to_string()).as_ref() != Some(&sha256) {
                    report.corrupt.push(Difference {
                        key: key.to_owned(),
                        what: format!("{length} bytes with SHA-256 {sha256}"),
                    });
                }
            }
        }
    }
    progress.finish();
    report.corrupt.sort_by(|a, b| a.key.cmp(&b.key));
    report.read = Some(read);
    Ok(())
}

async fn hash(store: &dyn ObjectStore, key: &str) -> Result<(u64, String)> {
    let mut hashes = Hashes::default();
    let mut stream = store.get(key).await?;
    while let Some(chunk) = stream.next().await {
        hashes.update(&chunk?);
    }
    let sums = hashes.finish();
    Ok((sums.length, sums.sha256.to_string()))
}
