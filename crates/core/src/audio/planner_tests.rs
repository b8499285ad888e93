use std::collections::BTreeSet;

use super::*;
use crate::audio::parts::SINGLE;
use crate::audio::record::Link;

const PUBLIC: &str = "https://pub.example";

fn object(name: &str, size: u64, generation: i64) -> SourceObject {
    SourceObject {
        name: name.to_owned(),
        uri: format!("gs://b/{name}"),
        size,
        generation: Some(generation),
        md5: Some([7; 16]),
        ..SourceObject::default()
    }
}

/// 2025-11-03
fn conversation(id: &str, uri: Option<&str>) -> Conversation {
    Conversation {
        id: id.to_owned(),
        created_at: 1_762_136_100_000_000,
        audio_url: uri.map(ToOwned::to_owned),
        ..Conversation::default()
    }
}

fn options() -> Options {
    Options {
        public_url: PUBLIC.to_owned(),
        ..Options::default()
    }
}

fn known(objects: Vec<SourceObject>, conversations: Vec<Conversation>) -> Known {
    Known {
        bucket: Some("b".to_owned()),
        objects,
        conversations,
        ..Known::default()
    }
}

/// What the ledger, the bucket and the conversations hold after `plan` was carried out.
fn carried_out(known: &Known, plan: &Plan) -> Known {
    let mut after = known.clone();
    let mut records = plan.records.clone();
    for copy in &plan.copies {
        let object = &copy.candidates[0];
        let mut record = listed(object, None, copy.owner.role());
        record.conversation_id = copy.owner.id().map(ToOwned::to_owned);
        record.state = State::Copied;
        let key = copy.owner.key(&object.name);
        record.url = Some(public_url(PUBLIC, &key));
        record.etag = Some("etag".to_owned());
        after.stored.retain(|stored| stored.key != key);
        after.stored.push(StoredObject {
            key: key.clone(),
            size: object.size,
            etag: Some("etag".to_owned()),
        });
        record.key = Some(key);
        if let Some(one) = after
            .conversations
            .iter_mut()
            .find(|one| copy.owner.id() == Some(&one.id))
        {
            one.link = Some(Link {
                mapped: one.audio_url.take(),
                linked: record.url.clone().expect("set"),
            });
            one.audio_url.clone_from(&record.url);
        }
        records.push(record);
    }
    for record in records {
        after.ledger.retain(|old| old.name() != record.name());
        after.ledger.push(record);
    }
    after
}

#[test]
fn a_first_plan_copies_and_a_second_has_nothing_to_do() {
    let before = known(
        vec![
            object("a/A.m4a", SINGLE + 1, 1),
            object("a/A.mp3", 10, 1),
            object("B.wav", 5, 1),
            object("stray.ogg", 3, 1),
            object("readme.txt", 1, 1),
            object("C.mp3", 0, 1),
        ],
        vec![
            conversation("A", None),
            conversation("B", Some("gs://b/B.wav")),
            conversation("C", Some("gs://b/C.mp3")),
            conversation("D", Some("gs://b/D.mp3")),
        ],
    );
    let first = plan(before.clone(), &options());
    let keys: Vec<_> = first
        .copies
        .iter()
        .map(|copy| copy.owner.key(&copy.candidates[0].name))
        .collect();
    assert_eq!(keys, ["audio/2025/11/A.mp3", "audio/2025/11/B.wav"]);
    assert_eq!((first.listed.objects, first.audio.objects), (6, 5));
    assert_eq!(
        first.duplicates[0].duplicate_of.as_deref(),
        Some("gs://b/a/A.mp3")
    );
    assert_eq!(
        first.saved(),
        Tally {
            objects: 1,
            bytes: SINGLE + 1
        }
    );
    assert_eq!(first.class_a_operations(), 2);
    assert_eq!(
        (
            first.orphans.len(),
            first.not_audio.len(),
            first.missing.len(),
            first.quarantined.len()
        ),
        (1, 1, 1, 1)
    );
    assert_eq!(first.records.len(), 5);

    let after = carried_out(&before, &first);
    let second = plan(after, &options());
    assert!(second.is_empty(), "{second:#?}");
    assert_eq!(
        second.unchanged,
        Tally {
            objects: 2,
            bytes: 15
        }
    );
    assert_eq!(second.quarantined.len(), 1, "still counted");
}

fn one_copied() -> Known {
    let before = known(
        vec![object("A.mp3", 10, 1)],
        vec![conversation("A", Some("gs://b/A.mp3"))],
    );
    let first = plan(before.clone(), &options());
    carried_out(&before, &first)
}

fn why(known: Known) -> Option<Why> {
    plan(known, &options()).copies.first().map(|copy| copy.why)
}

#[test]
fn what_is_not_as_it_was_is_copied_again() {
    assert_eq!(why(one_copied()), None);

    let mut other_generation = one_copied();
    other_generation.objects[0].generation = Some(2);
    assert_eq!(why(other_generation.clone()), None, "the same MD5");
    other_generation.objects[0].md5 = Some([8; 16]);
    assert_eq!(why(other_generation), Some(Why::SourceChanged));

    let mut gone = one_copied();
    gone.stored.clear();
    assert_eq!(why(gone), Some(Why::NotStored));

    let mut other_size = one_copied();
    other_size.stored[0].size += 1;
    assert_eq!(why(other_size), Some(Why::StoredDiffers));

    let mut other_etag = one_copied();
    other_etag.stored[0].etag = Some("something else".to_owned());
    assert_eq!(why(other_etag), Some(Why::StoredDiffers));

    let mut no_etag = one_copied();
    no_etag.stored[0].etag = None;
    assert_eq!(
        why(no_etag),
        None,
        "a listing without ETags says nothing against it"
    );

    let mut broken_off = one_copied();
    broken_off.ledger[0].state = State::Pending;
    assert_eq!(why(broken_off), Some(Why::Unfinished));

    let mut next_month = one_copied();
    next_month.conversations[0].created_at += 40 * 86_400_000_000;
    assert_eq!(why(next_month), Some(Why::OtherKey));
}

#[test]
fn a_cell_that_lost_its_link_is_linked_again_without_a_copy() {
    let mut mapped_again = one_copied();
    mapped_again.conversations[0].audio_url = Some("gs://b/A.mp3".to_owned());
    let relinked = plan(mapped_again, &options());
    assert_eq!((relinked.copies.len(), relinked.relinks.len()), (0, 1));

    let other_address = Options {
        public_url: "https://recordings.example/".to_owned(),
        ..options()
    };
    let moved = plan(one_copied(), &other_address);
    assert_eq!(
        moved.relinks[0].record.url.as_deref(),
        Some("https://recordings.example/audio/2025/11/A.mp3")
    );

    let mut by_hand = one_copied();
    by_hand.conversations[0].audio_url = Some("https://elsewhere.example/x".to_owned());
    let kept = plan(by_hand, &options());
    assert!(kept.is_empty());
    assert_eq!(kept.changed, ["A"]);
}

#[test]
fn a_quarantined_object_gives_way_to_another_format_until_it_is_asked_for() {
    let mut before = known(
        vec![object("A.mp3", 10, 1), object("A.wav", 20, 1)],
        vec![conversation("A", None)],
    );
    let mut record = listed(
        &before.objects[0],
        Some(&before.conversations[0]),
        Role::Quarantined,
    );
    record.detail = Some("not audio".to_owned());
    before.ledger.push(record);
    let settled = plan(before.clone(), &options());
    assert_eq!(settled.copies[0].candidates, [before.objects[1].clone()]);
    assert_eq!(settled.quarantined.len(), 1);

    let retry = Options {
        retry_failed: true,
        ..options()
    };
    let asked = plan(before.clone(), &retry);
    assert_eq!(asked.copies[0].candidates.len(), 2);
    assert_eq!(asked.copies[0].why, Why::Asked);

    before.objects[0].generation = Some(2);
    before.objects[0].md5 = Some([9; 16]);
    assert_eq!(plan(before, &options()).copies[0].why, Why::SourceChanged);
}

#[test]
fn options_leave_objects_out_and_count_them() {
    let before = known(
        vec![
            object("A.mp3", 10, 1),
            object("B.mp3", 20, 1),
            object("zzz.mp3", 1, 1),
        ],
        vec![conversation("A", None), conversation("B", None)],
    );
    let only = Options {
        only: Some(BTreeSet::from(["B".to_owned(), "nobody".to_owned()])),
        ..options()
    };
    let selected = plan(before.clone(), &only);
    assert_eq!(selected.copies.len(), 1);
    assert_eq!(selected.copies[0].owner.id(), Some("B"));
    assert_eq!(selected.left_out.objects, 2);
    assert_eq!(selected.unknown_ids, ["nobody"]);
    assert!(selected.records.is_empty());

    let retry = Options {
        retry_failed: true,
        ..options()
    };
    assert_eq!(plan(before.clone(), &retry).copies.len(), 0);
    let mut failed = before;
    let mut record = listed(
        &failed.objects[0],
        Some(&failed.conversations[0]),
        Role::Recording,
    );
    record.state = State::Failed;
    failed.ledger.push(record);
    assert_eq!(plan(failed, &retry).copies.len(), 1);
}

#[test]
fn orphans_are_copied_under_their_whole_name_when_asked() {
    let before = known(vec![object("old//x y.mp3", 10, 1)], vec![]);
    let copying = Options {
        orphans: Orphans::Copy,
        ..options()
    };
    let first = plan(before.clone(), &copying);
    assert_eq!(
        first.copies[0]
            .owner
            .key(&first.copies[0].candidates[0].name),
        "audio/orphaned/old//x y.mp3"
    );
    let after = carried_out(&before, &first);
    assert!(plan(after.clone(), &copying).is_empty());
    assert!(
        plan(after, &options()).is_empty(),
        "listing does not forget the copy"
    );
}

#[test]
fn a_recording_whose_source_went_away_is_not_missing() {
    let mut gone = one_copied();
    gone.objects.clear();
    let second = plan(gone, &options());
    assert!(second.is_empty());
    assert!(second.missing.is_empty());
}

#[test]
fn the_order_of_lists_does_not_matter() {
    let mut before = known(
        vec![
            object("x/A.mp3", 10, 1),
            object("y/A.mp3", 10, 1),
            object("B.mp3", 1, 1),
        ],
        vec![conversation("B", None), conversation("A", None)],
    );
    let one = plan(before.clone(), &options());
    before.objects.reverse();
    before.conversations.reverse();
    assert_eq!(plan(before, &options()), one);
}
