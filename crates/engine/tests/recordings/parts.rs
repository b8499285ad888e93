//! Recordings that are sent in parts.

use std::collections::BTreeSet;

use sunset_core::audio::parts::{PART, SINGLE};
use sunset_core::error::ErrorKind;
use sunset_testkit::objects::{ReadFault, StoreFault};

use super::{World, mp3};

const KEY: &str = "audio/2025/11/L.mp3";

/// Three parts, the last of 1,000 bytes.
fn large() -> (World, Vec<u8>) {
    let world = World::new();
    let length = usize::try_from(2 * PART + 1_000).expect("fits");
    let bytes = mp3(5, length);
    world.source.put("L.mp3", bytes.clone());
    world.ledger.conversation("L", None, None);
    (world, bytes)
}

#[tokio::test]
async fn a_large_object_is_sent_in_equal_parts_with_its_sha256() {
    let (world, bytes) = large();
    let report = world.run().await.expect("copied");
    assert_eq!(
        (report.linked, report.parts_sent, report.parts_kept),
        (1, 3, 0)
    );
    assert_eq!(world.bucket.objects()[KEY], bytes);
    assert_eq!(world.bucket.puts(), 0);
    let record = world
        .ledger
        .record_of("gs://old/L.mp3", Some("L"))
        .expect("recorded");
    assert!(record.etag.is_some_and(|etag| etag.ends_with("-3")));
    assert_eq!(record.upload, None);
    let sha256 = record.sha256.expect("computed").to_string();
    let metadata = world.bucket.attributes(KEY).expect("stored").metadata;
    assert!(metadata.contains(&("sha256".to_owned(), sha256)));
    assert!(world.plan().await.is_empty());
}

#[tokio::test]
async fn a_run_that_was_stopped_goes_on_without_sending_or_reading_twice() {
    let (world, bytes) = large();
    // The second part meets an error that ends the run.
    world
        .bucket
        .part_faults([StoreFault::None, StoreFault::Refused(ErrorKind::Denied)]);
    world.run().await.expect_err("stopped");
    assert_eq!(world.ledger.audio_url("L"), None);
    let sent_before = world.bucket.parts_received();
    assert!(sent_before.contains(&1), "{sent_before:?}");
    let read_before = world.source.bytes_read();

    let report = world.run().await.expect("copied");
    assert_eq!(report.parts_kept, sent_before.len() as u64);
    assert_eq!(report.parts_sent + report.parts_kept, 3);
    let parts = world.bucket.parts_received();
    assert_eq!(parts.len(), 3, "no part was sent twice: {parts:?}");
    assert_eq!(parts.iter().collect::<BTreeSet<_>>().len(), 3);
    let read = world.source.bytes_read() - read_before;
    assert!(
        read < bytes.len() as u64,
        "measured parts are not read again: {read}"
    );
    assert_eq!(world.bucket.objects()[KEY], bytes);
    assert_eq!(world.bucket.uploads(), 0);
}

#[tokio::test]
async fn parts_whose_etags_say_nothing_are_proven_by_the_whole() {
    let (world, bytes) = large();
    world.bucket.give_tokens_for_parts();
    world
        .bucket
        .part_faults([StoreFault::None, StoreFault::Refused(ErrorKind::Denied)]);
    world.run().await.expect_err("stopped");
    let report = world.run().await.expect("copied");
    assert!(report.parts_kept > 0, "gone on with: {report:?}");
    assert_eq!((report.linked, report.quarantined.len()), (1, 0));
    assert_eq!(world.bucket.objects()[KEY], bytes);

    // What was stored wrong shows in the object's own ETag, and is sent again.
    let (world, bytes) = large();
    world.bucket.give_tokens_for_parts();
    world.bucket.part_faults([StoreFault::WrongByte]);
    assert_eq!(world.run().await.expect("copied").linked, 1);
    assert_eq!(world.bucket.objects()[KEY], bytes);
}

#[tokio::test]
async fn measuring_goes_on_behind_the_last_whole_part() {
    let (world, bytes) = large();
    let cut = usize::try_from(PART + 5).expect("fits");
    world
        .source
        .next_faults([ReadFault::Cut(cut), ReadFault::Cut(10), ReadFault::Cut(10)]);
    let report = world.run().await.expect("copied");
    assert_eq!(
        report.linked, 1,
        "as long as it gets on, retries are not used up"
    );
    // Twice the whole, and what was read behind the first part in vain.
    assert_eq!(world.source.bytes_read(), 2 * bytes.len() as u64 + 25);
    assert_eq!(world.bucket.objects()[KEY], bytes);
}

#[tokio::test]
async fn an_upload_that_is_gone_is_begun_anew() {
    let (world, bytes) = large();
    world
        .bucket
        .part_faults([StoreFault::None, StoreFault::Refused(ErrorKind::Denied)]);
    world.run().await.expect_err("stopped");
    world.bucket.drop_uploads();
    assert_eq!(world.run().await.expect("copied").linked, 1);
    assert_eq!(world.bucket.objects()[KEY], bytes);
}

#[tokio::test]
async fn what_failed_in_the_middle_is_gone_on_with_by_the_next_run() {
    let (world, bytes) = large();
    // Behind the first part the bucket is out of reach for longer than anything is tried again.
    world.bucket.part_faults([StoreFault::None]);
    let out_of_reach = StoreFault::Refused(ErrorKind::Unreachable);
    world.bucket.always(Some(out_of_reach));
    let report = world.run().await.expect("ended");
    assert_eq!((report.linked, report.failed.len()), (0, 1));
    assert_eq!(world.bucket.parts_received(), [1]);

    world.bucket.always(None);
    let report = world.run().await.expect("copied");
    assert_eq!(
        (report.linked, report.parts_kept, report.parts_sent),
        (1, 1, 2)
    );
    assert_eq!(report.aborted, 0, "the upload was none to give up");
    assert_eq!(world.bucket.parts_received().len(), 3);
    assert_eq!(world.bucket.objects()[KEY], bytes);
    assert_eq!(world.bucket.uploads(), 0);
}

#[tokio::test]
async fn an_upload_that_takes_no_more_parts_gives_way_to_another() {
    // Somebody gave it up while it was sent.
    let (world, bytes) = large();
    world
        .bucket
        .part_faults([StoreFault::None, StoreFault::Refused(ErrorKind::NotFound)]);
    assert_eq!(world.run().await.expect("copied").linked, 1);
    assert_eq!(world.bucket.objects()[KEY], bytes);
    assert_eq!(world.bucket.uploads(), 0, "nor is the first one left");

    // The store does not go on with that of an earlier run.
    let (world, bytes) = large();
    world
        .bucket
        .part_faults([StoreFault::None, StoreFault::Refused(ErrorKind::Denied)]);
    world.run().await.expect_err("stopped");
    world
        .bucket
        .part_faults([StoreFault::Refused(ErrorKind::Conflict)]);
    let report = world.run().await.expect("copied");
    assert_eq!(
        (report.linked, report.parts_kept, report.parts_sent),
        (1, 0, 3)
    );
    assert_eq!(world.bucket.objects()[KEY], bytes);
    assert_eq!(world.bucket.uploads(), 0);
}

#[tokio::test]
async fn a_large_object_replaced_while_it_is_sent_leaves_no_upload_behind() {
    let (world, _) = large();
    let other = mp3(6, usize::try_from(PART + 77).expect("fits"));
    // The first reading measures, and nothing is wrong with it; the next is a part's.
    world.source.next_faults([
        ReadFault::WrongByte(usize::MAX),
        ReadFault::Replaced(other.clone()),
    ]);
    assert_eq!(world.run().await.expect("copied").linked, 1);
    assert_eq!(world.bucket.objects()[KEY], other);
    assert_eq!(world.bucket.uploads(), 0);
}

#[tokio::test]
async fn abandoned_uploads_are_found_and_given_up() {
    let (world, _) = large();
    world.bucket.abandon_upload(KEY);
    world
        .bucket
        .abandon_upload("audio/2030/01/somebody-else.mp3");
    assert_eq!(world.run().await.expect("copied").aborted, 1);
    assert_eq!(world.bucket.uploads(), 1, "what is not ours stays");
}

#[tokio::test]
async fn a_completion_that_fails_or_whose_answer_is_lost_is_settled_by_asking() {
    for fault in [
        StoreFault::AnswerLost,
        StoreFault::Refused(ErrorKind::Unreachable),
    ] {
        let (world, bytes) = large();
        world.bucket.complete_faults([fault]);
        let report = world.run().await.expect("copied");
        assert_eq!((report.linked, report.parts_sent), (1, 3), "{fault:?}");
        assert_eq!(world.bucket.parts_received().len(), 3);
        assert_eq!(world.bucket.objects()[KEY], bytes);
    }
}

#[tokio::test]
async fn a_part_that_was_stored_wrong_is_never_completed() {
    let (world, bytes) = large();
    world.bucket.part_faults([StoreFault::WrongByte]);
    assert_eq!(world.run().await.expect("copied").linked, 1, "sent again");
    assert_eq!(world.bucket.objects()[KEY], bytes);
    assert_eq!(world.bucket.uploads(), 0, "no upload is left behind");

    let (world, _) = large();
    world.bucket.always(Some(StoreFault::WrongByte));
    let report = world.run().await.expect("ended");
    assert_eq!((report.linked, report.quarantined.len()), (0, 1));
    assert_eq!(world.bucket.uploads(), 0);
    assert!(world.bucket.objects().is_empty());
    assert_eq!(world.ledger.audio_url("L"), None);
}

#[tokio::test]
async fn wrong_bytes_at_the_source_are_found_before_anything_is_sent() {
    let (world, _) = large();
    world.source.always(Some(ReadFault::WrongByte(
        usize::try_from(SINGLE).expect("fits"),
    )));
    let report = world.run().await.expect("ended");
    assert_eq!((report.linked, report.quarantined.len()), (0, 1));
    assert!(world.bucket.parts_received().is_empty());
    assert_eq!(world.bucket.uploads(), 0);
}

#[tokio::test]
async fn a_large_object_replaced_between_its_readings_is_measured_anew() {
    let (world, _) = large();
    let other = mp3(6, usize::try_from(PART + 77).expect("fits"));
    // The first reading measures; the second one, for the first part, finds another object.
    world.bucket.part_faults([StoreFault::None]);
    let plan = world.plan().await;
    drop(plan);
    world
        .source
        .next_faults([ReadFault::Replaced(other.clone())]);
    assert_eq!(world.run().await.expect("copied").linked, 1);
    assert_eq!(world.bucket.objects()[KEY], other);
}
