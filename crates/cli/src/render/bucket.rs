//! What `check-r2` found, in words and as JSON.

use std::fmt::Write;

use serde_json::{Value, json};
use sunset_core::audio::bucket::BucketReport;
use sunset_core::audio::plan::Tally;
use sunset_core::check::Section;

use super::check::{section_json, section_text};
use crate::numbers::{bytes, thousands};

/// Objects and bytes, by format, ten of them, and the comparison with the ledger.
pub fn bucket_text(report: &BucketReport, section: &Section, verbose: bool) -> String {
    let mut text = String::new();
    let inventory = &report.inventory;
    let stored = inventory.stored;
    line(
        &mut text,
        &format!(
            "{} objects, {} ({} bytes)",
            thousands(stored.objects),
            bytes(stored.bytes),
            thousands(stored.bytes)
        ),
    );
    line(&mut text, "");
    line(&mut text, "  format    objects       bytes");
    for (format, tally) in &inventory.by_format {
        let objects = thousands(tally.objects);
        line(
            &mut text,
            &format!("  {format:<8} {objects:>8}  {:>10}", bytes(tally.bytes)),
        );
    }
    line(&mut text, "");
    line(&mut text, &format!("A sample of {}:", report.sample.len()));
    for sampled in &report.sample {
        let object = &sampled.object;
        let kind = sampled
            .head
            .as_ref()
            .and_then(|head| head.content_type.as_deref());
        line(
            &mut text,
            &format!(
                "  {:>10}  {:<11} {}",
                bytes(object.size),
                kind.unwrap_or("-"),
                object.key
            ),
        );
    }
    line(&mut text, "");
    text.push_str(&section_text(section, verbose));
    text.push_str(if section.passed() { "PASSED" } else { "FAILED" });
    line(&mut text, &format!(": {}", section.summary));
    text
}

fn line(text: &mut String, words: &str) {
    let written = writeln!(text, "{words}");
    debug_assert!(written.is_ok(), "writing to a String does not fail");
}

fn tally(tally: Tally) -> Value {
    json!({ "objects": tally.objects, "bytes": tally.bytes })
}

/// The same as JSON.
pub fn bucket_json(report: &BucketReport, section: &Section) -> Value {
    let inventory = &report.inventory;
    let formats = inventory.by_format.iter();
    json!({
        "passed": section.passed(),
        "stored": tally(inventory.stored),
        "recorded": tally(inventory.recorded),
        "present": tally(inventory.present),
        "by_format": formats.map(|(format, found)| (format.clone(), tally(*found)))
            .collect::<serde_json::Map<_, _>>(),
        "sample": report.sample.iter().map(|sampled| json!({
            "key": sampled.object.key,
            "size": sampled.object.size,
            "etag": sampled.head.as_ref().and_then(|head| head.etag.clone()),
            "content_type": sampled.head.as_ref().and_then(|head| head.content_type.clone()),
            "sha256": sampled.head.as_ref().and_then(|head| head.sha256.clone()),
            "source_uri": sampled.head.as_ref().and_then(|head| head.source_uri.clone()),
        })).collect::<Vec<_>>(),
        "missing": inventory.missing,
        "different": inventory.different.iter().chain(&report.differences).chain(&report.corrupt)
            .map(|one| json!({ "key": one.key, "what": one.what })).collect::<Vec<_>>(),
        "unfinished": inventory.unfinished.iter().map(|object| &object.key).collect::<Vec<_>>(),
        "unexpected": inventory.unexpected.iter().map(|object| &object.key).collect::<Vec<_>>(),
        "left_behind": inventory.left_behind.iter()
            .map(|one| json!({ "key": one.object.key, "now": one.now })).collect::<Vec<_>>(),
        "read_again": report.read.map(tally),
        "checks": section_json(section)["checks"],
    })
}
