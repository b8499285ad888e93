//! Where recordings are concerned: rows that name them, and the bucket, forward and back.

mod checked;
mod killed;
mod nowhere;
mod pruned;
mod renewed;
mod reported;
mod taken_over;
mod two_buckets;
mod unbooked;

use std::ops::Deref;
use std::path::PathBuf;

use sunset_testkit::local_s3::LocalS3;

use super::workplace::{Workplace, bin_dir, repository};

/// A workplace with a bucket; the server goes with it.
pub struct Recorded {
    place: Option<Workplace>,
    _server: LocalS3,
}

impl Deref for Recorded {
    type Target = Workplace;

    fn deref(&self) -> &Workplace {
        self.place.as_ref().expect("there")
    }
}

impl Recorded {
    /// The sample's rows in a new V3, from a copy of V2 that the test may change, and an empty
    /// bucket. `None`, with a word why, where a server is absent.
    pub fn with_rows() -> Option<Self> {
        let place = Self::empty()?;
        place.expect(0, "schema-push", &[]);
        place.expect(0, "data-migrate", &[]);
        Some(place)
    }

    /// As [`Recorded::with_rows`], with nothing in V3 yet.
    pub fn empty() -> Option<Self> {
        let local_s3 = bin_dir().join("local-s3");
        if !local_s3.is_file() {
            println!("skipped: the program local-s3 is not built");
            return None;
        }
        let place = Workplace::new()?;
        let folder = place.dir.path().to_owned();
        let server = LocalS3::start(&local_s3, &folder).expect("local-s3");
        let sample = repository().join("samples/sales-ai");
        let sample = sample.canonicalize().expect("the sample");
        let v2 = folder.join("v2");
        std::fs::create_dir_all(&v2).expect("a folder");
        for entry in std::fs::read_dir(sample.join("firestore")).expect("the sample") {
            let entry = entry.expect("a file");
            std::fs::copy(entry.path(), v2.join(entry.file_name())).expect("copied");
        }
        let place = place
            .with("V2_FIRESTORE", &format!("file://{}", v2.display()))
            .with(
                "V2_AUDIO",
                &format!("file://{}", sample.join("gcs").display()),
            )
            .with("FIREBASE_STORAGE_BUCKET", "sales-ai-audio-bucket");
        let settings = server.settings();
        let place = settings
            .iter()
            .fold(place, |place, (name, value)| place.with(name, value));
        Some(Self {
            place: Some(place),
            _server: server,
        })
    }

    /// With this setting, too.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.place = self.place.take().map(|place| place.with(name, value));
        self
    }

    /// With V2's recordings in this folder.
    pub fn reading_recordings(self, folder: &std::path::Path) -> Self {
        self.with("V2_AUDIO", &format!("file://{}", folder.display()))
    }

    /// A file of V2's documents.
    pub fn v2(&self, file: &str) -> PathBuf {
        self.dir.path().join("v2").join(file)
    }

    /// The keys of what the bucket holds.
    pub fn stored(&self) -> Vec<String> {
        let root = self.dir.path().join("s3/recordings");
        let (mut folders, mut keys) = (vec![root.join("audio")], Vec::new());
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).into_iter().flatten() {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let key = path.strip_prefix(&root).expect("below the root");
                    keys.push(key.display().to_string());
                }
            }
        }
        keys.sort();
        keys
    }

    /// One value of one row.
    pub fn text(&self, sql: &str) -> String {
        self.query(sql).join("\n")
    }
}
