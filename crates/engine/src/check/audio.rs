//! Recordings.

use std::collections::{HashMap, HashSet};

use futures::TryStreamExt;
use sunset_core::audio::bucket::{elsewhere, left_behind, unfinished};
use sunset_core::audio::inventory::Inventory;
use sunset_core::audio::plan::Tally;
use sunset_core::audio::record::{Conversation, ObjectRecord, Role};
use sunset_core::audio::{PREFIX, inventory};
use sunset_core::check::{Check, Finding, Section};
use sunset_core::error::Result;
use sunset_core::ports::objects::{ObjectLedger, ObjectStore};

use super::found;
use crate::bucket_check::tell_unfinished;
use crate::retry::{Retries, retry};

/// How many recordings a finding names.
const NAMED: usize = 50;

/// The audio section of what the settings lead to; or, where they do not say which bucket, that
/// nothing was compared, why, and `otherwise`.
///
/// # Errors
/// Those of the database and of the bucket.
pub async fn audio(
    recordings: Result<(impl ObjectLedger, impl ObjectStore)>,
    otherwise: Option<&str>,
    retries: Retries,
) -> Result<Section> {
    match recordings {
        Ok((ledger, store)) => compare(&ledger, &store, retries).await,
        Err(error) => {
            let otherwise = otherwise.map(|otherwise| format!(" ({otherwise})"));
            let why = format!("{error}{}", otherwise.unwrap_or_default());
            Ok(Section::not_compared("Audio", why))
        }
    }
}

/// The ledger with the conversations, and the bucket with the ledger.
async fn compare(
    ledger: &dyn ObjectLedger,
    store: &dyn ObjectStore,
    retries: Retries,
) -> Result<Section> {
    let conversations = ledger.conversations().await?;
    let records = ledger.objects().await?;
    let stored = retry(retries, || store.list(PREFIX).try_concat()).await?;
    let mut inventory = inventory::take(stored, &records);
    tell_unfinished(ledger, &mut inventory).await?;
    let links = links(&conversations, &records, &inventory);
    let different = inventory.different.iter();
    let different = different
        .map(|difference| format!("{}: {}", difference.key, difference.what))
        .collect();
    let left_behind = left_behind(&inventory);
    let elsewhere = elsewhere(&ledger.elsewhere().await?, inventory.recorded.objects);
    let about_to_be = unfinished(&inventory);
    let summary = format!(
        "Audio: {} of {} recordings in R2, {} bytes; {} duplicates recorded",
        links.present.objects,
        links.with_audio,
        links.present.bytes,
        records
            .iter()
            .filter(|record| record.role == Role::Duplicate)
            .count()
    );
    let bucket = Check::new(
        "the bucket holds what was copied",
        format!(
            "{} objects in the bucket with {} copied by the ledger, by size and ETag",
            inventory.stored.objects, inventory.recorded.objects
        ),
    )
    .with(elsewhere)
    .with(many("objects are missing in the bucket", inventory.missing).map(copied_again))
    .with(many("objects differ from what was sent", different).map(copied_again))
    .with((!inventory.unexpected.is_empty()).then(|| {
        let keys = inventory.unexpected.iter().take(NAMED);
        Finding::note(
            "objects in the bucket are not the migration's",
            inventory.unexpected.len() as u64,
            keys.map(|object| object.key.clone()).collect(),
        )
    }))
    .with(about_to_be)
    .with(left_behind);
    let altered = ledger.altered().await?;
    let entries = Check::new(
        "the ledger's entries of recordings are as they were recorded",
        format!("{} entries with their seals", records.len()),
    )
    .with(
        found("entries were changed since", &altered).map(|finding| {
            finding.remedy(
            "put them back from a backup of the database: what proved the copies stands in them",
        )
        }),
    );
    Ok(Section {
        title: "Audio".into(),
        summary,
        checks: vec![links.check, bucket, entries],
        skipped: None,
    })
}

struct Links {
    check: Check,
    with_audio: usize,
    /// The copies of these that the bucket holds as they were copied.
    present: Tally,
}

/// Every conversation that names a recording points at its proven copy, or is listed.
fn links(conversations: &[Conversation], records: &[ObjectRecord], inventory: &Inventory) -> Links {
    let missing = inventory.missing.iter().map(String::as_str);
    let different = inventory.different.iter().map(|one| one.key.as_str());
    let not_there: HashSet<&str> = missing.chain(different).collect();
    let mut by_conversation: HashMap<&str, Vec<&ObjectRecord>> = HashMap::new();
    for record in records {
        if let Some(id) = &record.conversation_id {
            by_conversation.entry(id).or_default().push(record);
        }
    }
    let (mut present, mut with_audio, mut nowhere) = (Tally::default(), 0, 0);
    let (mut listed, mut wrong) = (Vec::new(), Vec::new());
    for conversation in conversations {
        let of_it = by_conversation
            .get(conversation.id.as_str())
            .map_or(&[][..], Vec::as_slice);
        // A recording that V2 replaced by one of another format is copied still.
        let is_copied =
            |record: &&&ObjectRecord| record.role == Role::Recording && record.is_copied();
        let points = |record: &&&ObjectRecord| {
            let url = record.url.as_deref();
            url.is_some_and(|url| conversation.points_at(url))
        };
        let copies = || of_it.iter().filter(is_copied);
        let copied = copies().find(points).or_else(|| copies().next());
        let Some(source) = conversation.source_uri().or(copied.and(Some(""))) else {
            continue;
        };
        with_audio += 1;
        if let Some(record) = copied
            && let Some(key) = &record.key
            && !not_there.contains(key.as_str())
        {
            present.add(record.size.unwrap_or(0));
        }
        let url = copied.and_then(|record| record.url.as_deref());
        if url.is_some_and(|url| conversation.points_at(url)) {
            continue;
        }
        if let Some(url) = url {
            let now = conversation.audio_url.as_deref().unwrap_or("nothing");
            wrong.push(format!(
                "{}: points at {now} instead of {url}",
                conversation.id
            ));
        } else if let Some(record) = of_it
            .iter()
            .find(|record| matches!(record.role, Role::Missing | Role::Quarantined))
        {
            let why = record.detail.as_deref().unwrap_or(record.role.name());
            nowhere += usize::from(record.role == Role::Missing);
            listed.push(format!("{}: {source} ({why})", conversation.id));
        } else {
            wrong.push(format!("{}: {source} was not migrated", conversation.id));
        }
    }
    let check = Check::new(
        "every recording is linked",
        format!("{with_audio} conversations that name a recording with the ledger"),
    )
    .with(many("recordings are not linked", wrong).map(|finding| {
        finding.remedy("run audio-migrate; what somebody changed in V3 is left alone")
    }))
    .with(unfound(listed, nowhere == with_audio));
    Links {
        check,
        with_audio,
        present,
    }
}

/// Recordings that were not copied because there is nothing to copy. Where that holds for `all`, it
/// is the source that was a wrong one, and not the recordings that are gone.
fn unfound(listed: Vec<String>, all: bool) -> Option<Finding> {
    if all {
        let finding = many("not one recording was found, in V2 or in R2", listed);
        return finding.map(|finding| {
            finding.remedy(
                "set V2_AUDIO, or FIREBASE_STORAGE_BUCKET, to where V2's recordings are, and run \
                 audio-migrate; where V2 has none any more, cutover --without-audio leaves them out",
            )
        });
    }
    (!listed.is_empty()).then(|| {
        Finding::note(
            "recordings that V2 no longer has, or that are no audio, keep their address",
            listed.len() as u64,
            listed.into_iter().take(NAMED).collect(),
        )
    })
}

fn copied_again(finding: Finding) -> Finding {
    finding.remedy("run audio-migrate: it copies them again")
}

fn many(message: &str, items: Vec<String>) -> Option<Finding> {
    (!items.is_empty()).then(|| {
        Finding::failure(
            message,
            items.len() as u64,
            items.into_iter().take(NAMED).collect(),
        )
    })
}
