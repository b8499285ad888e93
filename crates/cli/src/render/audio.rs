//! What `audio-migrate` will do and did, in words and as JSON.

use std::fmt::Write;

use serde_json::{Value, json};
use sunset_core::audio::outcome::{AudioReport, Planned};
use sunset_core::audio::plan::{Plan, Tally, Why};
use sunset_core::audio::record::ObjectRecord;

use crate::colour::spelled;
use crate::failure_json;
use crate::numbers::{bytes, thousands};

/// How many items of a list the terminal shows without `--verbose`.
const SHOWN: usize = 10;

/// The plan: what there is, what will be done, what that costs.
pub fn plan_text(plan: &Plan, verbose: bool) -> String {
    let mut text = String::new();
    let to_copy = plan.to_copy();
    let saved = plan.saved();
    row(&mut text, "objects listed", plan.listed);
    row(&mut text, "audio objects", plan.audio);
    row(&mut text, "to copy", to_copy);
    let again = plan
        .copies
        .iter()
        .filter(|copy| !matches!(copy.why, Why::New | Why::Unfinished));
    let again = again.count() as u64;
    if again > 0 {
        line(
            &mut text,
            &format!("  of these again         {:>9}", thousands(again)),
        );
    }
    row(&mut text, "copied before", plan.unchanged);
    row(&mut text, "duplicates not copied", saved);
    if plan.left_out.objects > 0 {
        row(&mut text, "left out by options", plan.left_out);
    }
    if !plan.relinks.is_empty() {
        let count = thousands(plan.relinks.len() as u64);
        line(&mut text, &format!("  to link without a copy {count:>9}"));
    }
    let operations = thousands(plan.class_a_operations());
    line(
        &mut text,
        &format!("  R2 class A operations  {operations:>9}"),
    );
    if plan.comes_too_early() {
        line(
            &mut text,
            "  nothing has been migrated yet, so no recording has a conversation: run data-migrate \
             first",
        );
    }
    if let Some(named) = &plan.other_bucket {
        line(
            &mut text,
            &format!(
                "  V2's conversations name the bucket {named}, and not one names the bucket that was \
                 read: are V2_AUDIO and FIREBASE_STORAGE_BUCKET right?"
            ),
        );
    }
    lists(&mut text, plan, verbose);
    text
}

fn lists(text: &mut String, plan: &Plan, verbose: bool) {
    let uri = |record: &ObjectRecord| record.source_uri.clone();
    let with_detail = |record: &ObjectRecord| {
        let detail = record.detail.as_deref().unwrap_or_default();
        match &record.conversation_id {
            Some(id) => format!("{} of conversation {id}: {detail}", record.source_uri),
            None => format!("{}: {detail}", record.source_uri),
        }
    };
    // Before there are conversations, what has none is no news.
    if verbose || !plan.comes_too_early() {
        list(
            text,
            "orphans, belonging to no conversation",
            &plan.orphans,
            uri,
            verbose,
        );
    }
    list(
        text,
        "missing: named by a conversation, and not there",
        &plan.missing,
        with_detail,
        verbose,
    );
    list(
        text,
        "lost: copied before, and neither in R2 as they were copied nor in V2 any more",
        &plan.lost,
        uri,
        verbose,
    );
    list(text, "not audio", &plan.not_audio, uri, verbose);
    list(text, "quarantined", &plan.quarantined, with_detail, verbose);
    list(
        text,
        "conversations whose audio_url somebody changed; left alone",
        &plan.changed,
        Clone::clone,
        verbose,
    );
}

fn list<T>(
    text: &mut String,
    title: &str,
    items: &[T],
    show: impl Fn(&T) -> String,
    verbose: bool,
) {
    if items.is_empty() {
        return;
    }
    line(
        text,
        &format!("  {}: {title}", thousands(items.len() as u64)),
    );
    let shown = if verbose { items.len() } else { SHOWN };
    for item in items.iter().take(shown) {
        line(text, &format!("    - {}", spelled(&show(item))));
    }
    if items.len() > shown {
        line(
            text,
            &format!(
                "    - … and {} more (--verbose, --json)",
                items.len() - shown
            ),
        );
    }
}

fn row(text: &mut String, label: &str, tally: Tally) {
    let objects = thousands(tally.objects);
    line(
        text,
        &format!("  {label:<22} {objects:>9}  {:>10}", bytes(tally.bytes)),
    );
}

/// What was done.
pub fn audio_text(planned: &Planned, report: &AudioReport) -> String {
    let mut text = String::new();
    let audio = thousands(planned.audio.objects);
    let copied = report.copied.objects;
    if copied == 0 && report.linked == 0 && planned.nothing {
        line(
            &mut text,
            &format!(
                "[Audio] Nothing to do: {} of {audio} audio objects were copied before and are \
                 unchanged, {} are duplicates",
                thousands(planned.unchanged.objects),
                thousands(planned.duplicates)
            ),
        );
        lost_lines(&mut text, planned);
        return text;
    }
    line(
        &mut text,
        &format!(
            "[Audio] Copied {} of {audio} audio objects ({}), each proven by CRC32C, MD5 and SHA-256",
            thousands(copied),
            bytes(report.copied.bytes)
        ),
    );
    line(
        &mut text,
        &format!(
            "[Audio] {} recorded as duplicates ({} not copied)",
            thousands(planned.duplicates),
            bytes(planned.saved.bytes)
        ),
    );
    line(
        &mut text,
        &format!(
            "[Audio] {} conversations point at R2 now",
            thousands(report.linked)
        ),
    );
    for (count, what) in [
        (planned.unchanged.objects, "copied before and unchanged"),
        (
            report.refreshed.objects,
            "only looked changed: the same bytes",
        ),
        (report.orphans.objects, "of the copied ones are orphans"),
        (
            report.parts_kept,
            "parts of large objects were there from an earlier run",
        ),
        (report.aborted, "abandoned uploads given up"),
        (
            report.gone.len() as u64,
            "conversations were removed meanwhile",
        ),
        (
            report.changed.len() as u64,
            "conversations not linked: somebody changed audio_url",
        ),
    ] {
        if count > 0 {
            line(&mut text, &format!("[Audio] {} {what}", thousands(count)));
        }
    }
    for record in &report.quarantined {
        let why = record.detail.as_deref().unwrap_or_default();
        line(
            &mut text,
            &format!("[Audio] quarantined: {}: {why}", record.source_uri),
        );
    }
    for failure in &report.failed {
        let error = &failure.error;
        line(
            &mut text,
            &format!(
                "[Audio] failed: {}: {error}",
                spelled(&failure.record.source_uri)
            ),
        );
        if let Some(remedy) = error.remedy_text() {
            line(&mut text, &format!("        next: {remedy}"));
        }
    }
    lost_lines(&mut text, planned);
    text
}

/// What no run can copy again.
fn lost_lines(text: &mut String, planned: &Planned) {
    if planned.lost == 0 {
        return;
    }
    let lost = thousands(planned.lost);
    line(
        text,
        &format!("[Audio] {lost} recordings that were copied are neither in R2 nor in V2 any more"),
    );
    line(
        text,
        "        next: bring the objects back into R2 from a copy of the bucket, or into V2's bucket; \
         then run audio-migrate again",
    );
}

fn line(text: &mut String, words: &str) {
    let written = writeln!(text, "{words}");
    debug_assert!(written.is_ok(), "writing to a String does not fail");
}

fn tally(tally: Tally) -> Value {
    json!({ "objects": tally.objects, "bytes": tally.bytes })
}

fn record(record: &ObjectRecord) -> Value {
    json!({
        "source_uri": record.source_uri,
        "conversation_id": record.conversation_id,
        "duplicate_of": record.duplicate_of,
        "size": record.size,
        "detail": record.detail,
    })
}

/// The plan as JSON.
pub fn plan_json(plan: &Plan) -> Value {
    plan_json_with(plan, usize::MAX)
}

/// The plan as JSON, its lists with `most` entries each at the most; how long they are is told
/// beside them.
pub fn plan_json_with(plan: &Plan, most: usize) -> Value {
    let records =
        |records: &[ObjectRecord]| records.iter().take(most).map(record).collect::<Vec<_>>();
    json!({
        "conversations": plan.conversations,
        "listed": tally(plan.listed),
        "audio": tally(plan.audio),
        "to_copy": tally(plan.to_copy()),
        "counts": {
            "copies": plan.copies.len(),
            "to_link": plan.relinks.len(),
            "duplicates": plan.duplicates.len(),
            "orphans": plan.orphans.len(),
            "missing": plan.missing.len(),
            "lost": plan.lost.len(),
            "not_audio": plan.not_audio.len(),
            "quarantined": plan.quarantined.len(),
            "changed_by_others": plan.changed.len(),
        },
        "copies": plan.copies.iter().take(most).map(|copy| {
            let object = copy.candidates.first();
            json!({
                "source_uri": object.map(|object| &object.uri),
                "size": copy.bytes(),
                "key": object.map(|object| copy.owner.key(&object.name)),
                "conversation_id": copy.owner.id(),
                "why": why(copy.why),
            })
        }).collect::<Vec<_>>(),
        "to_link": plan.relinks.iter().take(most).map(|relink| &relink.conversation.id).collect::<Vec<_>>(),
        "unchanged": tally(plan.unchanged),
        "left_out": tally(plan.left_out),
        "duplicates_saved": tally(plan.saved()),
        "class_a_operations": plan.class_a_operations(),
        "duplicates": records(&plan.duplicates),
        "orphans": records(&plan.orphans),
        "missing": records(&plan.missing),
        "lost": records(&plan.lost),
        "other_bucket": plan.other_bucket,
        "not_audio": records(&plan.not_audio),
        "quarantined": records(&plan.quarantined),
        "changed_by_others": plan.changed.iter().take(most).collect::<Vec<_>>(),
    })
}

fn why(why: Why) -> &'static str {
    match why {
        Why::New => "new",
        Why::Unfinished => "unfinished",
        Why::SourceChanged => "source_changed",
        Why::OtherKey => "other_key",
        Why::NotStored => "not_in_bucket",
        Why::StoredDiffers => "differs_in_bucket",
        Why::Asked => "retried",
    }
}

/// What was done, as JSON.
pub fn audio_json(report: &AudioReport) -> Value {
    json!({
        "copied": tally(report.copied),
        "orphans_copied": tally(report.orphans),
        "linked": report.linked,
        "refreshed": tally(report.refreshed),
        "parts_sent": report.parts_sent,
        "parts_kept": report.parts_kept,
        "aborted_uploads": report.aborted,
        "changed_by_others": report.changed,
        "gone": report.gone,
        "quarantined": report.quarantined.iter().map(record).collect::<Vec<_>>(),
        "failed": report.failed.iter().map(|failure| json!({
            "object": record(&failure.record),
            "error": failure_json(&failure.error),
        })).collect::<Vec<_>>(),
    })
}
