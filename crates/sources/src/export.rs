//! A managed export, as `gcloud firestore export` and the emulators write it, of Firestore or of
//! Firestore in Datastore mode.
//!
//! What cannot be read is delivered as bad, with its file and offset, and reading goes on behind
//! it. When the export holds fewer or more documents, or bytes, than its metadata states, a bad
//! delivery whose place is the metadata says so. Collections of what cannot be read are guessed, but always
//! among those of the first reading, which is taken to ask for everything that will be asked for.

mod bucket;
mod cuts;
mod entity;
mod files;
mod framing;
#[cfg(test)]
#[path = "export/fuzz_tests.rs"]
pub(crate) mod fuzz;
mod key;
mod manifest;
mod outputs;
mod slices;
mod wire;

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use async_trait::async_trait;
use futures::stream::BoxStream;
use serde::{Deserialize, Serialize};
use sunset_core::document::Delivery;
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::ports::documents::{DocumentSource, Slice, Snapshot};

use crate::delivery::{self, Stop};
pub use bucket::BucketExport;
use bucket::BucketFiles;
use files::{Files, FolderFiles};
use manifest::{Manifest, Part};
use outputs::{Found as FoundRecord, OutputReader, Records, Sink, Tally};

/// See the module.
#[derive(Clone)]
pub struct Export {
    inner: Arc<Inner>,
    project: Option<String>,
}

struct Inner {
    place: Place,
    found: OnceLock<Found>,
    /// The collections of the first reading.
    planned: OnceLock<Vec<String>>,
    /// By file, what stands in those that were read to their ends.
    learnt: Mutex<HashMap<String, Tally>>,
}

enum Place {
    Folder(PathBuf),
    Bucket(BucketExport),
}

impl Place {
    /// The export's files, and which of them its overall metadata is.
    fn find(&self) -> Result<(Box<dyn Files>, String)> {
        Ok(match self {
            Self::Folder(dir) => {
                let (files, overall) = FolderFiles::find(dir)?;
                (Box::new(files), overall)
            }
            Self::Bucket(export) => {
                let (files, overall) = BucketFiles::find(export)?;
                (Box::new(files), overall)
            }
        })
    }

    fn name(&self) -> String {
        match self {
            Self::Folder(dir) => format!("export://{}", dir.display()),
            Self::Bucket(export) => export.name(),
        }
    }
}

struct Found {
    files: Box<dyn Files>,
    manifest: Manifest,
}

impl Export {
    /// The export in the folder `dir`.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self::at(Place::Folder(dir.into()))
    }

    /// The export in a bucket.
    pub fn in_bucket(export: BucketExport) -> Self {
        Self::at(Place::Bucket(export))
    }

    /// The project that its documents should be of.
    #[must_use]
    pub fn of_project(mut self, project: Option<String>) -> Self {
        self.project = project;
        self
    }

    fn at(place: Place) -> Self {
        Self {
            project: None,
            inner: Arc::new(Inner {
                place,
                found: OnceLock::new(),
                planned: OnceLock::new(),
                learnt: Mutex::default(),
            }),
        }
    }

    /// Documents of all collections and subcollections that the export states to hold; `None`
    /// where it does not say. Waits for a disk or a bucket, so not for asynchronous code.
    ///
    /// # Errors
    /// When the metadata cannot be read.
    pub fn stated_documents(&self) -> Result<Option<u64>> {
        Ok(self.inner.found()?.manifest.documents())
    }
}

impl Inner {
    fn found(&self) -> Result<&Found> {
        if let Some(found) = self.found.get() {
            return Ok(found);
        }
        let (files, overall) = self.place.find()?;
        let manifest = Manifest::read(files.as_ref(), &overall)?;
        Ok(self.found.get_or_init(|| Found { files, manifest }))
    }

    fn tally(&self, output: &str) -> Option<Tally> {
        let learnt = self.learnt.lock().unwrap_or_else(PoisonError::into_inner);
        learnt.get(output).cloned()
    }

    fn learn(&self, output: &str, tally: Tally) {
        let mut learnt = self.learnt.lock().unwrap_or_else(PoisonError::into_inner);
        learnt.insert(output.to_owned(), tally);
    }

    /// The root collections, by a reading of their own: nothing of it is remembered, since what is
    /// damaged can only be told apart once it is known what will be asked for.
    fn collections(&self) -> Result<Vec<String>> {
        let Found { files, manifest } = self.found()?;
        let mut names = BTreeSet::new();
        for part in &manifest.parts {
            let mut records = 0;
            for output in &part.outputs {
                let reader = OutputReader {
                    part,
                    output,
                    asked: &[],
                    planned: &[],
                };
                match reader.read(files.as_ref(), &mut |_| Ok(())) {
                    Ok(tally) => {
                        records += tally.records;
                        names.extend(tally.collections);
                    }
                    Err(Stop::Unheard) => {}
                    Err(Stop::Failed(error)) => return Err(error),
                }
            }
            if records == 0 && part.documents.is_some_and(|stated| stated > 0) {
                names.insert(part.kind().unwrap_or_default().to_owned());
            }
        }
        Ok(names.into_iter().collect())
    }

    /// One reading of what `asked` names.
    fn read(&self, asked: &[String], sink: &mut Sink<'_>) -> Result<(), Stop> {
        let Found { files, manifest } = self.found()?;
        let planned = self.planned.get_or_init(|| asked.to_vec());
        for part in &manifest.parts {
            let mut whole = Tally::default();
            for output in &part.outputs {
                let known = self.tally(output);
                let tally = match known {
                    Some(known) if known.excludes(asked) => known,
                    _ => {
                        let reader = OutputReader {
                            part,
                            output,
                            asked,
                            planned,
                        };
                        let tally = reader.read(files.as_ref(), sink)?;
                        self.learn(output, tally.clone());
                        tally
                    }
                };
                whole.add(&tally);
            }
            if let Some(why) = discrepancy(part, &whole) {
                let collection = counted_with(part, &whole, planned);
                if asked.contains(&collection) {
                    let wrong = WrongCount {
                        collection,
                        place: part.file.clone(),
                        why,
                    };
                    sink(FoundRecord::Bad(wrong.deliver(), 0))?;
                }
            }
        }
        Ok(())
    }
}

/// A number of documents or bytes that is not the metadata's.
#[derive(Debug, Serialize, Deserialize)]
struct WrongCount {
    collection: String,
    /// The metadata.
    place: String,
    why: String,
}

/// What is wrong with the number of documents, or else of bytes, if anything.
fn discrepancy(part: &Part, whole: &Tally) -> Option<String> {
    documents_missing(part, whole).or_else(|| bytes_missing(part, whole))
}

/// A block that was lost, or came twice, within a document leaves sound records and their number as
/// they were. Zeros may follow the last record.
fn bytes_missing(part: &Part, whole: &Tally) -> Option<String> {
    let stated = part.bytes.filter(|_| whole.damaged == 0)?;
    let Tally { bytes, used, .. } = whole;
    let what = if *bytes < stated {
        format!("its files hold {bytes}: {} are missing", stated - bytes)
    } else if *used > stated {
        format!("its files hold {used}: {} too many", used - stated)
    } else {
        return None;
    };
    Some(format!(
        "the export's metadata states {stated} bytes, and {what}, so that documents may lack parts \
         or hold some twice; copy the export once more, whole"
    ))
}

fn documents_missing(part: &Part, whole: &Tally) -> Option<String> {
    let stated = part.documents?;
    let read = whole.records;
    let accounted = read + whole.damaged;
    let documents = |number| counted(number, "document", "documents");
    if accounted < stated {
        let missing = stated - accounted;
        Some(format!(
            "the export's metadata states {}, {read} {} read and {} damaged: {} missing; copy the \
             export once more, whole",
            documents(stated),
            if read == 1 { "was" } else { "were" },
            counted(whole.damaged, "place is", "places are"),
            counted(missing, "document is", "documents are")
        ))
    } else if read > stated {
        Some(format!(
            "the export's metadata states {}, and {read} were read: metadata and files do not \
             belong together; copy the export once more, whole",
            documents(stated)
        ))
    } else {
        None
    }
}

fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// The collection that a wrong number of documents is counted with.
fn counted_with(part: &Part, whole: &Tally, planned: &[String]) -> String {
    part.kind()
        .or_else(|| {
            let here = |name: &&String| whole.collections.contains(*name);
            let first = planned.iter().find(here).or_else(|| planned.first());
            first.map(String::as_str)
        })
        .unwrap_or_default()
        .to_owned()
}

#[async_trait]
impl DocumentSource for Export {
    async fn open(&self) -> Result<Snapshot> {
        let inner = Arc::clone(&self.inner);
        blocking(move || inner.found().map(|_| ())).await?;
        Ok(Snapshot {
            source: self.inner.place.name(),
            read_time: None,
        })
    }

    fn read(&self, collections: &[&str]) -> BoxStream<'static, Result<Vec<Delivery>>> {
        let inner = Arc::clone(&self.inner);
        let asked: Vec<String> = collections.iter().map(|name| (*name).to_owned()).collect();
        delivery::stream(Records, move |hand| {
            inner.read(&asked, &mut |found| found.give(hand))
        })
    }

    async fn slices(&self, collections: &[&str], bytes: u64) -> Result<Vec<Slice>> {
        let inner = Arc::clone(&self.inner);
        let asked: Vec<String> = collections.iter().map(|name| (*name).to_owned()).collect();
        blocking(move || inner.slices(&asked, bytes.max(1))).await
    }

    fn read_slice(&self, slice: &Slice) -> BoxStream<'static, Result<Vec<Delivery>>> {
        let Some(words) = slice.within.clone() else {
            return self.read(&slice.names());
        };
        let inner = Arc::clone(&self.inner);
        let asked = slice.collections.clone();
        delivery::stream(Records, move |hand| {
            inner.read_slice(&asked, &words, &mut |found| found.give(hand))
        })
    }

    fn expected_database(&self) -> Option<String> {
        let project = self.project.as_ref()?;
        Some(format!("projects/{project}"))
    }

    async fn collections(&self) -> Result<Vec<String>> {
        let inner = Arc::clone(&self.inner);
        blocking(move || inner.collections()).await
    }

    async fn not_planned(&self, planned: &[&str]) -> Result<Vec<String>> {
        let inner = Arc::clone(&self.inner);
        let planned: Vec<String> = planned.iter().map(|name| (*name).to_owned()).collect();
        blocking(move || {
            let _ = inner.planned.set(planned.clone());
            let mut others = BTreeSet::new();
            for part in &inner.found()?.manifest.parts {
                for output in &part.outputs {
                    if inner.tally(output).is_none() {
                        match inner.read(&[], &mut |_| Ok(())) {
                            Ok(()) | Err(Stop::Unheard) => {}
                            Err(Stop::Failed(error)) => return Err(error),
                        }
                    }
                    let tally = inner.tally(output).unwrap_or_default();
                    others.extend(tally.others);
                    others.extend(tally.collections);
                }
            }
            Ok(others
                .into_iter()
                .filter(|name| !planned.contains(name))
                .collect())
        })
        .await
    }
}

/// Runs what may wait for a disk where it keeps nobody else waiting.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|cause| {
        Error::new(ErrorKind::Internal, "reading the export failed").cause(cause)
    })?
}

impl std::fmt::Debug for Export {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Export({})", self.inner.place.name())
    }
}
