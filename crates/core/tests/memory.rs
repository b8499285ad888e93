//! What a survey keeps of documents and a plan of recordings, measured. `SUNSET_NOTES=N` asks for N
//! of each.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test that cannot go on fails, and one that measures asks how much and says what"
)]

use std::alloc::System;

use cap::Cap;
use sunset_core::audio::plan::{Known, Options, plan};
use sunset_core::audio::record::Conversation;
use sunset_core::document::Document;
use sunset_core::plans::{RecordedNumbers, plan_named};
use sunset_core::ports::objects::SourceObject;
use sunset_core::rest;

#[global_allocator]
static ALLOCATOR: Cap<System> = Cap::new(System, usize::MAX);

/// Bytes a document that are kept while documents are loaded.
const KEPT: usize = 155;
/// Bytes a document that are held at once while everything is decided.
const AT_MOST: usize = 210;

/// Bytes a recording that a plan holds of those to be copied.
const PLAN: usize = 600;
/// Bytes a recording that are held at once while it is computed.
const PLANNING: usize = 1_400;

/// What the survey reads of a case, with ids, names and numbers as long as usual ones.
fn case(index: usize, of: usize) -> Document {
    let customer = index.wrapping_mul(7_919) % (of / 3 + 1);
    let id = format!(
        "C{index:09}-{:08x}",
        index.wrapping_mul(2_654_435_761) & 0xffff_ffff
    );
    let (month, day) = (1 + index % 12, 1 + index % 28);
    let text = format!(
        r#"{{"name":"projects/p/databases/(default)/documents/cases/{id}","fields":{{
        "caseId":{{"stringValue":"G{index:09}"}},
        "customerId":{{"stringValue":"2025{month:02}-{customer:07}"}},
        "customerName":{{"stringValue":"店家 {customer}"}},
        "customerPhone":{{"stringValue":"09{index:08}"}},
        "sourceType":{{"stringValue":"slack"}},
        "createdAt":{{"timestampValue":"2025-{month:02}-{day:02}T00:00:00Z"}},
        "analysis":{{"mapValue":{{"fields":{{"meddic":{{"mapValue":{{"fields":{{
        "overallScore":{{"integerValue":"50"}}}}}}}}}}}}}}}},
        "createTime":"2025-{month:02}-{day:02}T00:00:00Z","updateTime":"2025-12-31T00:00:00Z"}}"#
    );
    rest::decode_document(text.as_bytes()).expect("a document")
}

fn asked() -> usize {
    let asked = std::env::var("SUNSET_NOTES").ok();
    asked.map_or(100_000, |text| text.parse().expect("a number"))
}

/// One after the other: the allocator counts for all of the process.
#[test]
fn little_is_kept_of_each_document_and_each_recording() {
    survey(asked());
    recordings(asked());
}

fn survey(documents: usize) {
    let plan = plan_named("sales-ai").expect("the plan");
    let before = ALLOCATOR.allocated();
    let mut survey = plan.survey("owner");
    for index in 0..documents {
        survey.see(case(index, documents)).expect("seen");
    }
    let seen = (ALLOCATOR.allocated() - before) / documents;
    let resolution = survey.resolve(&RecordedNumbers::default());
    let kept = (ALLOCATOR.allocated() - before) / documents;
    let most = (ALLOCATOR.max_allocated() - before) / documents;
    println!(
        "{documents} documents: {seen} bytes each when all were seen, {most} at the most while \
         everything was decided, {kept} from then on"
    );
    assert_eq!(resolution.tally("cases").read, documents as u64);
    assert!(kept <= KEPT, "{kept} bytes a document are kept");
    assert!(most <= AT_MOST, "{most} bytes a document at the most");
}

/// Recordings that are all still to be copied, each of a conversation.
fn recordings(objects: usize) {
    let before = ALLOCATOR.allocated();
    let known = Known {
        bucket: Some("sales-ai-recordings".to_owned()),
        objects: (0..objects).map(object).collect(),
        conversations: (0..objects).map(conversation).collect(),
        ..Known::default()
    };
    let listed = (ALLOCATOR.allocated() - before) / objects;
    let planned = plan(known, &Options::default());
    let kept = (ALLOCATOR.allocated() - before) / objects;
    let most = (ALLOCATOR.max_allocated() - before) / objects;
    println!(
        "{objects} recordings: {listed} bytes each when all were listed, {most} at the most while \
         the plan was computed, {kept} from then on"
    );
    assert_eq!(planned.copies.len(), objects);
    assert!(kept <= PLAN, "{kept} bytes a recording are kept");
    assert!(most <= PLANNING, "{most} bytes a recording at the most");
}

fn object(index: usize) -> SourceObject {
    let name = format!("recordings/C{index:09}.mp3");
    SourceObject {
        uri: format!("gs://sales-ai-recordings/{name}"),
        name,
        size: 23_000_000,
        generation: Some(1_700_000_000_000_000),
        crc32c: Some(7),
        md5: Some([7; 16]),
        content_type: Some("audio/mpeg".to_owned()),
        content_encoding: None,
    }
}

fn conversation(index: usize) -> Conversation {
    Conversation {
        id: format!("C{index:09}"),
        case_number: Some(format!("G{index:09}")),
        created_at: 1_700_000_000_000_000,
        audio_url: Some(format!(
            "gs://sales-ai-recordings/recordings/C{index:09}.mp3"
        )),
        link: None,
    }
}
