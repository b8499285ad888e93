//! Recordings that one request sends.

mod bucket;
mod limits;
mod parts;
mod workers;

use std::sync::Arc;

use sunset_core::audio::outcome::AudioReport;
use sunset_core::audio::plan::{Options, Orphans, Plan};
use sunset_core::audio::record::{Role, State};
use sunset_core::error::{ErrorKind, Result};
use sunset_core::ports::progress::Silent;
use sunset_engine::audio::{CopyOptions, execute, survey};
use sunset_engine::retry::Retries;
use sunset_testkit::objects::{MemoryBucket, MemoryLedger, MemorySource, ReadFault, StoreFault};

/// An old bucket, a new one, and the ledger between them.
pub struct World {
    pub source: Arc<MemorySource>,
    pub bucket: Arc<MemoryBucket>,
    pub ledger: Arc<MemoryLedger>,
    pub options: Options,
}

impl World {
    pub fn new() -> Self {
        Self {
            source: Arc::new(MemorySource::new("old")),
            bucket: Arc::default(),
            ledger: Arc::default(),
            options: Options {
                public_url: "https://pub.example".to_owned(),
                ..Options::default()
            },
        }
    }

    pub async fn plan(&self) -> Plan {
        let (source, bucket, ledger) = (&*self.source, &*self.bucket, &*self.ledger);
        survey(source, bucket, ledger, &self.options, Retries(1))
            .await
            .expect("surveyed")
    }

    pub async fn run(&self) -> Result<AudioReport> {
        self.run_at(None).await
    }

    /// With so many bytes a second.
    pub async fn run_at(&self, rate: Option<u64>) -> Result<AudioReport> {
        let plan = self.plan().await;
        execute(
            plan,
            self.source.clone(),
            self.bucket.clone(),
            self.ledger.clone(),
            &CopyOptions {
                concurrency: 3,
                rate,
                retries: Retries(1),
                public_url: self.options.public_url.clone(),
                scratch: Some(std::env::temp_dir()),
            },
            &Silent,
        )
        .await
    }
}

/// An MP3 of so many bytes, different for every `seed`.
pub fn mp3(seed: u32, length: usize) -> Vec<u8> {
    let mut bytes = vec![0xFF, 0xFB, 0x90, 0x00];
    let mut state = seed.wrapping_mul(2_654_435_761).max(1);
    bytes.resize_with(length.max(4), || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state.to_le_bytes()[0]
    });
    bytes
}

const KEY_A: &str = "audio/2025/11/A.mp3";
const URL_A: &str = "https://pub.example/audio/2025/11/A.mp3";

/// One conversation whose recording is there.
fn one() -> World {
    let world = World::new();
    world.source.put("rec/A.mp3", mp3(1, 300_000));
    world
        .ledger
        .conversation("A", None, Some("gs://old/rec/A.mp3"));
    world
}

#[tokio::test]
async fn a_recording_is_copied_proven_and_linked_once() {
    let world = one();
    world
        .source
        .put("rec/A.wav", b"RIFF\0\0\0\0WAVE....".to_vec());
    world.source.put("notes.txt", b"x".to_vec());
    let report = world.run().await.expect("copied");
    assert_eq!(
        (report.copied.objects, report.copied.bytes, report.linked),
        (1, 300_000, 1)
    );
    assert_eq!(world.bucket.objects()[KEY_A], mp3(1, 300_000));
    assert_eq!(world.ledger.audio_url("A").as_deref(), Some(URL_A));
    let record = world
        .ledger
        .record_of("gs://old/rec/A.mp3", Some("A"))
        .expect("recorded");
    assert_eq!(record.state, State::Copied);
    let attributes = world.bucket.attributes(KEY_A).expect("stored");
    assert_eq!(attributes.content_type, "audio/mpeg");
    assert_eq!(attributes.cache_control, "public, max-age=31536000");
    let sha256 = record.sha256.expect("computed").to_string();
    assert!(attributes.metadata.contains(&("sha256".to_owned(), sha256)));
    let uri = ("source-uri".to_owned(), "gs://old/rec/A.mp3".to_owned());
    assert!(attributes.metadata.contains(&uri));
    let duplicate = world
        .ledger
        .record_of("gs://old/rec/A.wav", Some("A"))
        .expect("recorded");
    assert_eq!(duplicate.role, Role::Duplicate);

    let (writes, read) = (world.ledger.writes(), world.source.bytes_read());
    let second = world.plan().await;
    assert!(second.is_empty(), "{second:#?}");
    assert_eq!(
        (world.source.listings(), world.bucket.listings()),
        (2, 2),
        "one a run"
    );
    assert_eq!(
        (world.ledger.writes(), world.source.bytes_read()),
        (writes, read)
    );
}

#[tokio::test]
async fn a_body_that_breaks_off_is_read_again() {
    let world = one();
    world.source.next_faults([ReadFault::Cut(100_000)]);
    let report = world.run().await.expect("copied");
    assert_eq!((report.copied.objects, report.linked), (1, 1));
    let world = one();
    world.source.next_faults([ReadFault::EndsEarly(100_000)]);
    assert_eq!(world.run().await.expect("copied").linked, 1);
    assert_eq!(world.bucket.objects()[KEY_A], mp3(1, 300_000));
}

#[tokio::test]
async fn wrong_bytes_are_read_again_then_quarantined_and_never_linked() {
    let world = one();
    world.source.next_faults([ReadFault::WrongByte(250_000)]);
    assert_eq!(
        world.run().await.expect("copied").linked,
        1,
        "the second reading was right"
    );

    let world = one();
    world.source.always(Some(ReadFault::WrongByte(250_000)));
    let report = world.run().await.expect("ended");
    assert_eq!(
        (
            report.copied.objects,
            report.linked,
            report.quarantined.len()
        ),
        (0, 0, 1)
    );
    assert!(report.is_incomplete());
    assert!(
        world.bucket.objects().is_empty(),
        "nothing unproven is sent"
    );
    assert_eq!(
        world.ledger.audio_url("A").as_deref(),
        Some("gs://old/rec/A.mp3")
    );
    assert!(
        world.plan().await.copies.is_empty(),
        "it is not tried again by itself"
    );

    world.source.always(None);
    let retry = World {
        options: Options {
            retry_failed: true,
            ..world.options.clone()
        },
        ..world
    };
    assert_eq!(retry.run().await.expect("copied").linked, 1);
}

#[tokio::test]
async fn what_the_bucket_stored_wrong_is_never_linked() {
    let world = one();
    world.bucket.put_faults([StoreFault::WrongByte]);
    assert_eq!(
        world.run().await.expect("copied").linked,
        1,
        "the second time it was right"
    );
    assert_eq!(world.bucket.objects()[KEY_A], mp3(1, 300_000));

    let world = one();
    world.bucket.always(Some(StoreFault::WrongByte));
    let report = world.run().await.expect("ended");
    assert_eq!((report.linked, report.quarantined.len()), (0, 1));
    let why = report.quarantined[0].detail.clone().expect("a reason");
    assert!(why.contains("ETag"), "{why}");
}

#[tokio::test]
async fn a_lost_answer_and_a_busy_bucket_are_waited_for() {
    let world = one();
    world.bucket.put_faults([StoreFault::AnswerLost]);
    assert_eq!(world.run().await.expect("copied").linked, 1);
    let world = one();
    world
        .bucket
        .put_faults([StoreFault::Refused(ErrorKind::Unreachable)]);
    assert_eq!(world.run().await.expect("copied").linked, 1);
}

#[tokio::test]
async fn a_bucket_that_denies_ends_the_run_with_its_remedy() {
    let world = one();
    world
        .bucket
        .always(Some(StoreFault::Refused(ErrorKind::Denied)));
    let error = world.run().await.expect_err("denied");
    assert_eq!(error.kind(), ErrorKind::Denied);
    assert_eq!(
        world.ledger.audio_url("A").as_deref(),
        Some("gs://old/rec/A.mp3")
    );
}

#[tokio::test]
async fn an_object_that_cannot_be_read_fails_and_the_others_go_on() {
    let world = one();
    world.source.put("B.mp3", mp3(2, 1_000));
    world.ledger.conversation("B", None, None);
    // A is read first; its readings are denied.
    world
        .source
        .next_faults([ReadFault::Refused(ErrorKind::Denied)]);
    let report = world.run().await.expect("ended");
    assert_eq!((report.failed.len(), report.copied.objects), (1, 1));
    let second = world.run().await.expect("copied");
    assert_eq!(
        (second.copied.objects, second.failed.len()),
        (1, 0),
        "it is tried again"
    );
}

#[tokio::test]
async fn an_object_replaced_meanwhile_is_copied_as_it_is_now() {
    let world = one();
    world
        .source
        .next_faults([ReadFault::Replaced(mp3(9, 5_000))]);
    let report = world.run().await.expect("copied");
    assert_eq!((report.copied.bytes, report.linked), (5_000, 1));
    assert_eq!(world.bucket.objects()[KEY_A], mp3(9, 5_000));

    let world = one();
    world.source.next_faults([ReadFault::Removed]);
    let report = world.run().await.expect("ended");
    assert_eq!((report.failed.len(), report.linked), (1, 0));
    assert_eq!(report.failed[0].error.kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn bytes_that_are_no_audio_give_way_to_another_format() {
    let world = one();
    world
        .source
        .put("rec/A.mp3", b"<html>not found</html>".to_vec());
    world.source.put("x/A.ogg", b"OggS....".to_vec());
    world.source.put("y/A.flac", b"fLaC....".to_vec());
    let report = world.run().await.expect("ended");
    assert_eq!(
        (
            report.quarantined.len(),
            report.copied.objects,
            report.linked
        ),
        (1, 1, 1)
    );
    assert_eq!(
        world.ledger.audio_url("A").as_deref(),
        Some("https://pub.example/audio/2025/11/A.ogg")
    );
    let record = |uri: &str| world.ledger.record_of(uri, Some("A")).expect("recorded");
    assert_eq!(record("gs://old/rec/A.mp3").role, Role::Quarantined);
    assert_eq!(record("gs://old/x/A.ogg").role, Role::Recording);
    assert_eq!(
        record("gs://old/y/A.flac").duplicate_of.as_deref(),
        Some("gs://old/x/A.ogg")
    );
    let second = world.plan().await;
    assert!(second.is_empty(), "{second:#?}");
}

#[tokio::test]
async fn the_content_type_is_that_of_the_bytes_and_compressed_ones_stay_compressed() {
    use std::io::Write as _;
    let world = World::new();
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(b"OggS").expect("written");
    encoder.write_all(&vec![7; 50_000]).expect("written");
    let compressed = encoder.finish().expect("finished");
    world.source.put("A.mp3", compressed.clone());
    world.source.state("A.mp3", |object| {
        object.content_encoding = Some("gzip".to_owned())
    });
    world.ledger.conversation("A", None, None);
    assert_eq!(world.run().await.expect("copied").linked, 1);
    assert_eq!(world.bucket.objects()[KEY_A], compressed);
    let attributes = world.bucket.attributes(KEY_A).expect("stored");
    assert_eq!(attributes.content_type, "audio/ogg");
    assert_eq!(attributes.content_encoding.as_deref(), Some("gzip"));
}

#[tokio::test]
async fn a_cell_that_somebody_changed_is_left_alone() {
    let world = one();
    let plan = world.plan().await;
    world
        .ledger
        .set_audio_url("A", Some("https://elsewhere.example/x"));
    let report = execute(
        plan,
        world.source.clone(),
        world.bucket.clone(),
        world.ledger.clone(),
        &CopyOptions {
            concurrency: 1,
            rate: None,
            retries: Retries(0),
            public_url: "https://pub.example".to_owned(),
            scratch: None,
        },
        &Silent,
    )
    .await
    .expect("copied");
    assert_eq!((report.linked, report.changed), (0, vec!["A".to_owned()]));
    assert_eq!(
        world.ledger.audio_url("A").as_deref(),
        Some("https://elsewhere.example/x")
    );
}

#[tokio::test]
async fn orphans_are_copied_when_asked_and_keys_that_are_too_long_are_not() {
    let mut world = World::new();
    world.source.put("a//b/😀 +%.mp3", mp3(1, 100));
    let long = format!("{}.mp3", "x".repeat(1_020));
    world.source.put(&long, mp3(2, 100));
    assert_eq!(world.plan().await.copies.len(), 0);
    world.options.orphans = Orphans::Copy;
    let report = world.run().await.expect("ended");
    assert_eq!((report.orphans.objects, report.quarantined.len()), (1, 1));
    let keys: Vec<_> = world.bucket.objects().into_keys().collect();
    assert_eq!(keys, ["audio/orphaned/a//b/😀 +%.mp3"]);
    let metadata = world.bucket.attributes(&keys[0]).expect("stored").metadata;
    assert!(
        metadata.iter().all(|(_, value)| value.is_ascii()),
        "{metadata:?}"
    );
}

#[tokio::test]
async fn a_stored_object_that_is_lost_or_changed_is_copied_again() {
    let world = one();
    world.run().await.expect("copied");
    world.bucket.lose(KEY_A);
    assert_eq!(world.run().await.expect("copied").copied.objects, 1);
    world.bucket.plant(KEY_A, b"something else");
    assert_eq!(world.run().await.expect("copied").copied.objects, 1);
    assert_eq!(world.bucket.objects()[KEY_A], mp3(1, 300_000));
    assert_eq!(world.ledger.audio_url("A").as_deref(), Some(URL_A));
}
