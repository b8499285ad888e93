//! The ledger of recordings.

use sunset_core::audio::record::{Conversation, MeasuredPart, ObjectRecord, Role, State, Version};
use sunset_core::digest::Digest;
use sunset_core::permit::TargetIdentity;
use sunset_core::ports::objects::{LinkOutcome, ObjectJournal, ObjectLedger, Proof};
use sunset_core::ports::rows::{OnConflict, RowWriter};
use sunset_targets::postgres::ObjectBook;

use super::server::Scratch;
use super::v3::{conversation, item, opportunity};

fn bucket() -> TargetIdentity {
    TargetIdentity::bucket("https://r2.example", "recordings")
}

async fn loaded() -> Option<Scratch> {
    let scratch = Scratch::v3().await?;
    let run = scratch.run_of("data-migrate").await;
    let rows = vec![
        opportunity("o", "202511-000001", "Co"),
        conversation("c 1", "o", Some("202511-IC001"), "t"),
        conversation("c2", "o", None, "t"),
    ];
    let items = [item("cases", "x", rows)];
    run.rows(OnConflict::Keep)
        .load(&items)
        .await
        .expect("loaded");
    drop(run);
    Some(scratch)
}

fn copied(uri: &str, id: &str) -> ObjectRecord {
    let mut record = ObjectRecord::new(uri, Some(id), Role::Recording, State::Copied);
    record.size = Some(5 << 40);
    record.generation = Some(i64::MAX);
    record.crc32c = Some(u32::MAX);
    record.md5 = Some([0xAB; 16]);
    record.sha256 = Some(Digest([0xCD; 32]));
    record.content_type = Some("audio/mpeg".to_owned());
    record.key = Some("audio/2025/11/\"quoted\\ 😀.mp3".to_owned());
    record.etag = Some("e-2".to_owned());
    record.url = Some(format!("https://pub.example/audio/2025/11/{id}.mp3"));
    record
}

fn proof(record: &ObjectRecord, conversation: Option<&Conversation>) -> Proof {
    Proof {
        record: record.clone(),
        conversation: conversation.cloned(),
    }
}

#[tokio::test]
async fn without_a_ledger_there_is_nothing() {
    let Some(scratch) = Scratch::v3().await else {
        return;
    };
    let book = ObjectBook::new(scratch.database().await, false, bucket());
    assert!(book.conversations().await.expect("read").is_empty());
    assert!(book.objects().await.expect("read").is_empty());
}

#[tokio::test]
async fn an_entry_that_somebody_changed_is_named() {
    let Some(scratch) = loaded().await else {
        return;
    };
    let run = scratch.run_of("audio-migrate").await;
    let book = ObjectBook::new(scratch.database().await, true, bucket());
    let mut orphan = ObjectRecord::new("gs://b/o.mp3", None, Role::Orphan, State::Listed);
    orphan.size = Some(1);
    let records = [
        copied("gs://b/1.mp3", "c 1"),
        copied("gs://b/2.mp3", "c2"),
        orphan,
    ];
    let journal = run.objects(bucket());
    journal.record(&records).await.expect("recorded");
    assert_eq!(book.altered().await.expect("looked").count, 0);
    for (change, back) in [
        (
            "sha256 = sha256('x')",
            "sha256 = decode(repeat('cd', 32), 'hex')",
        ),
        ("md5 = '\\x00'", "md5 = decode(repeat('ab', 16), 'hex')"),
        ("crc32c = 7", "crc32c = 4294967295"),
        ("content_type = 'audio/wav'", "content_type = 'audio/mpeg'"),
        ("size = NULL", "size = 5497558138880"),
    ] {
        let update = |set: &str| {
            format!("UPDATE sunset.objects SET {set} WHERE source_uri = 'gs://b/2.mp3'")
        };
        scratch.run(&update(change)).await;
        let found = book.altered().await.expect("looked");
        assert_eq!(found.ids, ["gs://b/2.mp3, c2"], "{change}");
        scratch.run(&update(back)).await;
        assert_eq!(book.altered().await.expect("looked").count, 0, "{back}");
    }
    scratch
        .run("UPDATE sunset.objects SET source_uri = 'gs://b/9.mp3' WHERE source_uri = 'gs://b/o.mp3'")
        .await;
    let found = book.altered().await.expect("looked");
    assert_eq!(
        (found.count, found.ids.concat().as_str()),
        (1, "gs://b/9.mp3")
    );
    // Recorded again, it is as recorded; what an older version recorded has no seal.
    scratch
        .run("UPDATE sunset.objects SET seal = NULL WHERE source_uri = 'gs://b/9.mp3'")
        .await;
    journal.record(&records).await.expect("recorded");
    assert_eq!(book.altered().await.expect("looked").count, 0);
}

#[tokio::test]
async fn a_proof_and_its_link_are_one_and_are_read_back_as_they_were() {
    let Some(scratch) = loaded().await else {
        return;
    };
    scratch
        .run("INSERT INTO conversations (id, opportunity_id, title) VALUES ('native', 'o', 't')")
        .await;
    let run = scratch.run_of("audio-migrate").await;
    let journal = run.objects(bucket());
    let book = ObjectBook::new(scratch.database().await, true, bucket());
    let conversations = book.conversations().await.expect("read");
    let ids: Vec<_> = conversations.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(ids, ["c 1", "c2"], "only those that migration wrote");
    assert_eq!(
        conversations[0].case_number.as_deref(),
        Some("202511-IC001")
    );
    assert_eq!(conversations[0].created_at, 1_762_136_100_250_000);
    assert_eq!(conversations[0].source_uri(), Some("gs://bucket/c 1.mp3"));

    let record = copied("gs://bucket/c 1.mp3", "c 1");
    let proof = proof(&record, Some(&conversations[0]));
    let prove = || journal.prove(std::slice::from_ref(&proof));
    assert_eq!(
        prove().await.expect("recorded"),
        [Some(LinkOutcome::Linked)]
    );
    assert_eq!(
        prove().await.expect("recorded"),
        [Some(LinkOutcome::AlreadyLinked)]
    );
    assert_eq!(
        book.objects().await.expect("read"),
        std::slice::from_ref(&record)
    );
    let linked = &book.conversations().await.expect("read")[0];
    assert!(linked.points_at("https://pub.example/audio/2025/11/c 1.mp3"));
    assert_eq!(linked.source_uri(), Some("gs://bucket/c 1.mp3"));

    scratch
        .run("UPDATE conversations SET audio_url = 'mine' WHERE id = 'c2'")
        .await;
    let other = copied("gs://bucket/c2.mp3", "c2");
    let proofs = [self::proof(&other, Some(&conversations[1]))];
    let outcomes = journal.prove(&proofs).await.expect("recorded");
    assert_eq!(outcomes, [Some(LinkOutcome::Changed)]);
    let url = scratch
        .text("SELECT audio_url FROM conversations WHERE id = 'c2'")
        .await;
    assert_eq!(url, "mine");

    let elsewhere = TargetIdentity::bucket("https://r2.example", "other");
    let other = ObjectBook::new(scratch.database().await, true, elsewhere);
    assert!(
        other.objects().await.expect("read").is_empty(),
        "another bucket's"
    );
}

#[tokio::test]
async fn proofs_of_one_transaction_each_have_their_own_outcome() {
    let Some(scratch) = loaded().await else {
        return;
    };
    let run = scratch.run_of("audio-migrate").await;
    let journal = run.objects(bucket());
    let book = ObjectBook::new(scratch.database().await, true, bucket());
    let conversations = book.conversations().await.expect("read");
    scratch
        .run("UPDATE conversations SET audio_url = 'mine' WHERE id = 'c2'")
        .await;
    let native = Conversation {
        id: "removed".to_owned(),
        ..Conversation::default()
    };
    let mut orphan = copied("gs://bucket/nobody's.mp3", "");
    orphan.conversation_id = None;
    let proofs = [
        proof(&copied("gs://bucket/gone.mp3", "removed"), Some(&native)),
        proof(&copied("gs://bucket/c2.mp3", "c2"), Some(&conversations[1])),
        proof(&orphan, None),
        proof(
            &copied("gs://bucket/c 1.mp3", "c 1"),
            Some(&conversations[0]),
        ),
    ];
    let outcomes = journal.prove(&proofs).await.expect("recorded");
    assert_eq!(
        outcomes,
        [
            Some(LinkOutcome::Gone),
            Some(LinkOutcome::Changed),
            None,
            Some(LinkOutcome::Linked)
        ]
    );
    assert_eq!(book.objects().await.expect("read").len(), 4);
    let linked = book.conversations().await.expect("read");
    assert!(linked[0].link.is_some() && linked[1].link.is_none());
    assert!(journal.prove(&[]).await.expect("nothing").is_empty());
}

#[tokio::test]
async fn records_replace_each_other_and_tell_conversations_apart() {
    let Some(scratch) = loaded().await else {
        return;
    };
    let run = scratch.run_of("audio-migrate").await;
    let journal = run.objects(bucket());
    let uri = "gs://bucket/shared.mp3";
    let orphan = ObjectRecord::new(uri, None, Role::Orphan, State::Listed);
    let mut pending = ObjectRecord::new(uri, Some("c2"), Role::Recording, State::Pending);
    pending.upload = Some("upload".to_owned());
    journal
        .record(&[orphan.clone(), pending])
        .await
        .expect("recorded");
    let mut failed = ObjectRecord::new(uri, Some("c2"), Role::Recording, State::Failed);
    failed.detail = Some("why".to_owned());
    journal
        .record(std::slice::from_ref(&failed))
        .await
        .expect("recorded");
    let book = ObjectBook::new(scratch.database().await, true, bucket());
    assert_eq!(book.objects().await.expect("read"), [orphan, failed]);
}

#[tokio::test]
async fn measured_parts_are_those_of_one_version_without_a_gap() {
    let Some(scratch) = loaded().await else {
        return;
    };
    let run = scratch.run_of("audio-migrate").await;
    let journal = run.objects(bucket());
    let version = Version {
        generation: Some(7),
        size: 30 << 20,
        part: 8 << 20,
    };
    let part = |number: u32| MeasuredPart {
        number,
        md5: [u8::try_from(number).expect("small"); 16],
        state: vec![1, 2, 3],
    };
    for number in [1, 2, 4] {
        journal
            .measure("gs://b/x", &version, &part(number))
            .await
            .expect("recorded");
    }
    let known = journal.measured("gs://b/x", &version).await.expect("read");
    assert_eq!(known, [part(1), part(2)]);
    let later = Version {
        generation: Some(8),
        ..version
    };
    assert!(
        journal
            .measured("gs://b/x", &later)
            .await
            .expect("read")
            .is_empty()
    );
    journal
        .measure("gs://b/x", &later, &part(1))
        .await
        .expect("recorded");
    assert_eq!(
        journal.measured("gs://b/x", &later).await.expect("read"),
        [part(1)]
    );
    assert!(
        journal
            .measured("gs://b/x", &version)
            .await
            .expect("read")
            .is_empty()
    );
    journal.forget("gs://b/x").await.expect("forgotten");
    assert!(
        journal
            .measured("gs://b/x", &later)
            .await
            .expect("read")
            .is_empty()
    );
}
