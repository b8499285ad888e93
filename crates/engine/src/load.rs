//! Documents into rows: read twice, map, write in batches.
//!
//! The first reading surveys all documents; the second maps each and writes it. A collection of
//! which the ledger says that every document is as it was is not read a second time. Without a writer the
//! second reading counts what would be written, and that is the whole of `--dry-run`.

pub(crate) mod gone;
mod handover;
pub mod shared;
pub(crate) mod stream;
mod unchanged;

use std::collections::{BTreeMap, HashSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use futures::{StreamExt, TryStreamExt};
use serde::{Deserialize, Serialize};
use sunset_core::document::{BadDocument, Delivery};
use sunset_core::error::Result;
use sunset_core::plans::{DocumentPlan, Phase, RecordedNumbers, Resolution};
use sunset_core::ports::documents::{DocumentSource, Snapshot};
use sunset_core::ports::progress::Progress;
use sunset_core::ports::rows::{
    Accounted, CollectionRecord, Holder, ItemKey, RowWriter, Settled, SettledItems, TableRow,
};
use sunset_core::report::{self, EXAMPLES, LoadReport, Retried};

use self::handover::Handover;
use self::unchanged::Unchanged;
use crate::retry::{Retries, retry};

/// How to load.
#[derive(Debug, Clone)]
pub struct LoadOptions {
    /// Documents a batch, and so a transaction.
    pub batch_size: usize,
    /// Batches under way at once, and so connections.
    pub connections: usize,
    /// How often a batch is tried again.
    pub retries: Retries,
    /// Rows of documents that V2 has no longer are removed; otherwise they are reported.
    pub prune: bool,
    /// Collections that may hold nothing at all when their rows are removed.
    pub may_be_empty: Vec<String>,
}

impl Default for LoadOptions {
    fn default() -> Self {
        Self {
            batch_size: 1_000,
            connections: 2,
            retries: Retries::default(),
            prune: false,
            may_be_empty: Vec::new(),
        }
    }
}

/// Where the rows go.
#[derive(Clone)]
pub enum Destination {
    /// They are written.
    Writer(Arc<dyn RowWriter>),
    /// They are only counted, against what earlier runs recorded where there is a ledger.
    Nowhere(Option<Arc<dyn SettledItems>>),
}

impl Destination {
    async fn settled(&self, keys: &[ItemKey]) -> Result<Vec<Option<Settled>>> {
        match self {
            Self::Writer(writer) => writer.settled(keys).await,
            Self::Nowhere(Some(ledger)) => ledger.settled(keys).await,
            Self::Nowhere(None) => Ok(vec![None; keys.len()]),
        }
    }

    async fn accounted(&self, after: Option<&ItemKey>, limit: u32) -> Result<Vec<Accounted>> {
        match self {
            Self::Writer(writer) => writer.accounted(after, limit).await,
            Self::Nowhere(Some(ledger)) => ledger.accounted(after, limit).await,
            Self::Nowhere(None) => Ok(Vec::new()),
        }
    }

    async fn rows_of(&self, keys: &[ItemKey]) -> Result<Vec<Vec<TableRow>>> {
        match self {
            Self::Writer(writer) => writer.rows_of(keys).await,
            Self::Nowhere(Some(ledger)) => ledger.rows_of(keys).await,
            Self::Nowhere(None) => Ok(vec![Vec::new(); keys.len()]),
        }
    }

    async fn held(&self, keys: &[ItemKey]) -> Result<BTreeMap<String, u64>> {
        match self {
            Self::Writer(writer) => writer.held(keys).await,
            Self::Nowhere(Some(ledger)) => ledger.held(keys).await,
            Self::Nowhere(None) => Ok(BTreeMap::new()),
        }
    }

    async fn collection(&self, name: &str, examples: u32) -> Result<CollectionRecord> {
        match self {
            Self::Writer(writer) => writer.collection(name, examples).await,
            Self::Nowhere(Some(ledger)) => ledger.collection(name, examples).await,
            Self::Nowhere(None) => Ok(CollectionRecord::default()),
        }
    }
}

/// A source whose documents have all been seen, and what becomes of each.
pub struct Surveyed {
    /// Where and as of when it was read.
    pub snapshot: Snapshot,
    /// What becomes of every document.
    pub resolution: Arc<dyn Resolution>,
    /// Collections that the source holds and the plan does not name.
    pub not_planned: Vec<String>,
    /// What is to be said of the source beside its documents.
    pub remarks: Vec<String>,
    /// What could not be decoded.
    unreadable: Unreadable,
}

/// Deliveries that could not be decoded.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Unreadable {
    /// Those of which not even the id is known.
    nameless: u64,
    /// What they may be accounted for under. Hashes, for there may be many; that two are alike only
    /// keeps one from being taken for gone.
    places: HashSet<u64>,
    /// Collections whose file ends within a line, with its place: what stood behind it is unknown.
    #[serde(default)]
    broken_off: BTreeMap<String, String>,
}

impl Unreadable {
    fn see(&mut self, bad: &BadDocument) {
        if bad.breaks_off {
            let place = bad.place.clone();
            self.broken_off.insert(bad.collection.clone(), place);
        }
        self.nameless += u64::from(bad.id.is_none());
        // As items are called that are made of it.
        for name in bad.id.iter().chain([&bad.place]) {
            let name = name.replace('\0', "%00");
            self.places.insert(hash_of(&bad.collection, &name));
        }
    }

    fn absorb(&mut self, more: Self) {
        self.nameless += more.nameless;
        self.places.extend(more.places);
        self.broken_off.extend(more.broken_off);
    }

    /// Whether a collection, or what is made of its documents, was not read to its end.
    fn misses(&self, collection: &str) -> bool {
        let collection = collection.split('#').next().unwrap_or_default();
        self.broken_off.contains_key(collection)
    }

    /// What is to be said of files that end within a line.
    fn remarks(&self) -> impl Iterator<Item = String> {
        self.broken_off.iter().map(|(collection, place)| {
            format!(
                "{place} breaks off within the line: the file is not whole, and no document of \
                 {collection} is taken for gone"
            )
        })
    }
}

impl Surveyed {
    /// How many items a phase deals with: deliveries of its documents, and rows made of several.
    pub(crate) fn items_of(&self, index: usize, phase: &Phase) -> u64 {
        let read = |name: &String| self.resolution.tally(name).read;
        let derived = self.resolution.derived(index).size_hint().0;
        phase.collections.iter().map(read).sum::<u64>() + derived as u64
    }

    /// Whether V2 has what an item was made of, or may have it: behind the end of a file that is
    /// not whole.
    pub fn knows(&self, key: &ItemKey) -> bool {
        let place = hash_of(&key.collection, &key.id);
        self.resolution.knows(key)
            || self.unreadable.places.contains(&place)
            || self.unreadable.misses(&key.collection)
    }

    /// Where files end within a line.
    pub(crate) fn broken_off(&self) -> Vec<String> {
        self.unreadable.broken_off.values().cloned().collect()
    }
}

fn hash_of(collection: &str, place: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (collection, place).hash(&mut hasher);
    hasher.finish()
}

/// Reads everything once.
///
/// # Errors
/// When the source cannot be read to its end: nothing may be decided from a part.
pub async fn survey(
    source: &dyn DocumentSource,
    plan: &dyn DocumentPlan,
    owner: &str,
    recorded: &RecordedNumbers,
    progress: &dyn Progress,
) -> Result<Surveyed> {
    survey_with(source, plan, owner, recorded, progress, |_| {}).await
}

/// As [`survey`]; `look` sees every delivery first.
async fn survey_with(
    source: &dyn DocumentSource,
    plan: &dyn DocumentPlan,
    owner: &str,
    recorded: &RecordedNumbers,
    progress: &dyn Progress,
    mut look: impl FnMut(&Delivery) + Send,
) -> Result<Surveyed> {
    let snapshot = source.open().await?;
    let mut survey = plan.survey(owner);
    let mut deliveries = source.read(&plan.collections());
    let mut unreadable = Unreadable::default();
    progress.start("Survey", None);
    while let Some(chunk) = deliveries.next().await {
        let chunk = chunk?;
        let count = chunk.len() as u64;
        for delivery in chunk {
            look(&delivery);
            match delivery {
                Delivery::Document(document) => survey.see(document)?,
                Delivery::Bad(bad) => {
                    unreadable.see(&bad);
                    survey.see_bad(&bad);
                }
            }
        }
        progress.advance(count);
    }
    progress.finish();
    let not_planned = source.not_planned(&plan.collections()).await?;
    let resolution: Arc<dyn Resolution> = Arc::from(survey.resolve(recorded));
    let remarks = remarks(source, resolution.as_ref(), &unreadable).await?;
    Ok(Surveyed {
        snapshot,
        resolution,
        not_planned,
        remarks,
        unreadable,
    })
}

/// What is to be said of a source beside its documents.
async fn remarks(
    source: &dyn DocumentSource,
    resolution: &dyn Resolution,
    unreadable: &Unreadable,
) -> Result<Vec<String>> {
    let aside = source.aside().await?;
    let expected = source.expected_database();
    let databases = resolution.databases();
    let mut remarks = report::remarks(&databases, expected.as_deref(), &aside);
    remarks.extend(unreadable.remarks());
    Ok(remarks)
}

/// Maps every document of a surveyed source, phase by phase, and writes it, or counts
/// what would be written.
///
/// # Errors
/// When the source cannot be read to its end, a batch cannot be written, or the counts of a
/// collection do not add up.
pub async fn load(
    source: &dyn DocumentSource,
    plan: &dyn DocumentPlan,
    surveyed: &Surveyed,
    destination: Destination,
    options: LoadOptions,
    retried: Option<Retried>,
    progress: &dyn Progress,
) -> Result<LoadReport> {
    let mut report = LoadReport::new(
        &surveyed.snapshot,
        &surveyed.not_planned,
        surveyed.resolution.as_ref(),
        plan,
    );
    report.retried = retried;
    report.remarks.clone_from(&surveyed.remarks);
    let mut unchanged = Unchanged::default();
    let compare = |item: &Accounted| unchanged.see(surveyed.resolution.as_ref(), item);
    let mut removal =
        gone::find(plan, surveyed, &destination, &options, &mut report, compare).await?;
    // Rows that V2 gives no longer, though no document of theirs was deleted; of those that were,
    // rows go when that was asked for.
    let yields = |holder: &Holder| {
        let removed = options.prune || holder.key.collection.contains('#');
        holder.quarantined || removed && gone::is_gone(plan, surveyed, &holder.key)
    };
    let held = |holder: &Holder| holder.quarantined && surveyed.knows(&holder.key);
    let mut handover = Handover::new(&yields, &held);
    for (index, phase) in plan.phases().iter().enumerate() {
        progress.start(&phase.label, Some(surveyed.items_of(index, phase)));
        report.begin_phase(&phase.label);
        let tally = |name: &str| surveyed.resolution.tally(name);
        let mut changed = Vec::new();
        for name in &phase.collections {
            if report.retried.is_none() && unchanged.is_whole(name, tally(name), options.prune) {
                let recorded = || destination.collection(name, EXAMPLES);
                let record = retry(options.retries, recorded).await?;
                let before = report.quarantined();
                report.count_unchanged(name, &record);
                progress.advance(tally(name).read);
                stream::tell_quarantined(&report, before, progress);
            } else {
                changed.push(name.as_str());
            }
        }
        let items = stream::items(source, surveyed, index, &changed, options.batch_size);
        let items = items.inspect_ok(|batch| removal.see(batch)).boxed();
        stream::write(
            items,
            destination.clone(),
            &options,
            &mut report,
            progress,
            &mut handover,
        )
        .await?;
        progress.finish();
    }
    let before = report.quarantined();
    handover.finish(&destination, &options, &mut report).await?;
    stream::tell_quarantined(&report, before, progress);
    report.conserve()?;
    removal
        .carry_out(surveyed, &destination, &options, &mut report, progress)
        .await?;
    Ok(report)
}
