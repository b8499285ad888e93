//! The check of the new bucket.

use sunset_core::audio::bucket::{BucketReport, Expected};
use sunset_core::ports::progress::Silent;
use sunset_engine::bucket_check::{BucketOptions, check};
use sunset_engine::retry::Retries;

use super::{World, mp3};

async fn copied() -> World {
    let world = World::new();
    for (seed, id) in (1_u32..).zip(["A", "B", "C"]) {
        world.source.put(&format!("{id}.mp3"), mp3(seed, 1_000));
        world.ledger.conversation(id, None, None);
    }
    world.run().await.expect("copied");
    world
}

async fn checked(world: &World, deep: bool) -> BucketReport {
    let options = BucketOptions {
        deep,
        concurrency: 2,
        retries: Retries(0),
    };
    check(&*world.bucket, &*world.ledger, options, &Silent)
        .await
        .expect("checked")
}

#[tokio::test]
async fn what_was_copied_passes() {
    let world = copied().await;
    let report = checked(&world, true).await;
    let expected = Expected {
        objects: Some(3),
        bytes: Some(3_000),
    };
    assert!(report.section(expected).passed(), "{report:#?}");
    assert_eq!(report.sample.len(), 3);
    assert_eq!(report.read.map(|read| read.bytes), Some(3_000));
}

#[tokio::test]
async fn what_is_missing_or_different_fails_and_what_is_unexpected_is_named() {
    let world = copied().await;
    world.bucket.lose("audio/2025/11/A.mp3");
    world.bucket.plant("audio/2025/11/B.mp3", &mp3(2, 999));
    world.bucket.plant("elsewhere/x", b"x");
    let report = checked(&world, true).await;
    assert!(!report.section(Expected::default()).passed());
    assert_eq!(report.inventory.missing, ["audio/2025/11/A.mp3"]);
    assert_eq!(report.inventory.different.len(), 1);
    assert_eq!(report.sample.len(), 3, "B is one of the sample, too");
    assert_eq!(report.differences, [], "and is told of once");
    assert_eq!(report.inventory.unexpected[0].key, "elsewhere/x");
    assert_eq!(report.corrupt.len(), 1, "reading it again finds the same");
}

/// What the bucket says of an object is not what it holds: only who reads it again finds that.
#[tokio::test]
async fn bytes_that_changed_behind_the_same_size_and_etag_are_found_by_reading_again() {
    let world = copied().await;
    world.bucket.rot("audio/2025/11/B.mp3");
    let looked = checked(&world, false).await;
    assert!(looked.section(Expected::default()).passed(), "{looked:#?}");
    let read = checked(&world, true).await;
    assert!(!read.section(Expected::default()).passed(), "{read:#?}");
    assert_eq!(read.inventory.different, []);
    assert_eq!(read.differences, []);
    assert_eq!(read.corrupt.len(), 1);
    assert_eq!(read.corrupt[0].key, "audio/2025/11/B.mp3");
}
