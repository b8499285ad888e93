//! How it went: runs, throughput, latencies, times, recordings.

use std::time::Duration;

use maud::{Markup, html};
use sunset_core::ports::runs::RunRecord;
use sunset_core::report::{Latency, Pace};

use super::Report;
use super::page::{heads, wide};
use super::picture::curve;
use crate::numbers::{bytes, duration, thousands};

/// An error's text on the page.
const LONGEST: usize = 300;

/// A time of the ledger as people read it, to the second: `2026-11-21 09:00:00Z`.
fn moment(time: &str) -> String {
    let (day, clock) = time.split_once('T').unwrap_or((time, ""));
    let clock = clock.split('.').next().unwrap_or_default();
    format!("{day} {}Z", clock.trim_end_matches('Z'))
}

/// Seconds as people read them.
pub(super) fn seconds(seconds: f64) -> String {
    duration(Duration::try_from_secs_f64(seconds).unwrap_or_default())
}

/// Milliseconds as people read them.
pub(super) fn milliseconds(millis: f64) -> String {
    if millis < 10.0 {
        format!("{millis:.1} ms")
    } else {
        seconds(millis / 1_000.0)
    }
}

/// What a pace's latencies are of, and from when to when.
pub(super) fn latency_of(pace: &Pace) -> String {
    let count = thousands(pace.batches);
    if pace.recordings {
        format!("Of {count} recordings, from the beginning of the copy to its proof")
    } else {
        format!("Of {count} batches, from the beginning of the transaction to its commit")
    }
}

pub(super) fn percentiles(latency: &Latency) -> [(&'static str, String); 5] {
    [
        ("p50", milliseconds(latency.p50)),
        ("p90", milliseconds(latency.p90)),
        ("p95", milliseconds(latency.p95)),
        ("p99", milliseconds(latency.p99)),
        ("max", milliseconds(latency.max)),
    ]
}

/// The phases that a run recorded at its end, with their times.
pub(super) fn phases(run: &RunRecord) -> Vec<(String, String)> {
    let phases = run.phases.as_object().into_iter().flatten();
    phases
        .filter_map(|(name, millis)| {
            let time = Duration::from_millis(millis.as_u64()?);
            Some((name.clone(), duration(time)))
        })
        .collect()
}

impl Report {
    /// Items and bytes, or rows, in words.
    pub(super) fn sum(&self, pace: &Pace) -> String {
        let (items, time) = (thousands(pace.items), seconds(pace.seconds));
        let rate = thousands(pace.rate().round() as u64);
        self.w(&if pace.recordings {
            let size = bytes(pace.written);
            format!("{items} recordings, {size}, in {time}: {rate} a second")
        } else {
            let rows = thousands(pace.written);
            format!("{items} documents or rows, {rows} rows written, in {time}: {rate} a second")
        })
    }

    pub(super) fn went(&self) -> Markup {
        if self.history.is_empty() {
            return html! {};
        }
        html! {
            section {
                h2 { (self.w("How it went")) }
                (self.runs())
                @for pace in &self.history.paces { (self.pace(pace)) }
                (self.recordings())
            }
        }
    }

    fn runs(&self) -> Markup {
        let history = &self.history;
        let title = self.w("Runs");
        let head = ["Run", "Program", "Began", "Ended", "State", "Times"].map(|name| self.w(name));
        let left_out = history.runs_total.saturating_sub(history.runs.len() as u64);
        let runs = history.runs.iter();
        let before = std::iter::once(None).chain(history.runs.iter().map(Some));
        let after_a_gap = before.map(|run| run.map_or(i64::MAX, |run| run.id + 1));
        let table = html! {
            table {
                caption { (title) " (" (thousands(history.runs_total)) ")" }
                (heads(&head, 6))
                tbody {
                    @for (run, expected) in runs.zip(after_a_gap) {
                        @if left_out > 0 && run.id > expected {
                            tr { th scope="row" { "…" } td { (self.w(&format!("… and {} more", thousands(left_out)))) } td {} td {} td {} td {} }
                        }
                        (self.run(run))
                    }
                }
            }
        };
        wide(&title, &table)
    }

    fn run(&self, run: &RunRecord) -> Markup {
        html! {
            tr {
                th scope="row" { (run.id) }
                td {
                    (run.start.program) " " (run.start.version) ", " (run.start.plan)
                    @if run.origin != run.id { br; (self.w(&format!("goes on with run {}", run.origin))) }
                }
                td { (moment(&run.started_at)) }
                td { @if let Some(end) = &run.finished_at { (moment(end)) } @else { "-" } }
                td {
                    (self.w(run.state.name()))
                    @if let Some(error) = &run.error {
                        br; (error.chars().take(LONGEST).collect::<String>())
                    }
                }
                td { @for (name, time) in phases(run) { (self.w(&name)) " " (time) br; } }
            }
        }
    }

    fn pace(&self, pace: &Pace) -> Markup {
        let label = self.w(&if pace.recordings {
            format!("Run {}: recordings a second", pace.run)
        } else {
            format!("Run {}: documents or rows a second", pace.run)
        });
        let title = self.w(&format!("Run {}: batches by collection or step", pace.run));
        let head = ["Of what", "Items", "Rows written", "Batches", "Time"].map(|name| self.w(name));
        html! {
            figure {
                figcaption { (label) }
                (curve(pace, &label))
            }
            p { (self.sum(pace)) }
            @if let Some(latency) = &pace.latency {
                p {
                    (self.w(&latency_of(pace))) ": "
                    @for (at, (name, time)) in percentiles(latency).iter().enumerate() {
                        @if at > 0 { ", " } (name) " " (time)
                    }
                }
            }
            @if !pace.steps.is_empty() {
                (wide(&title, &html! {
                    table {
                        caption { (title) }
                        (heads(&head, 1))
                        tbody { @for step in &pace.steps { tr {
                            th scope="row" { (step.name) }
                            td.number { (thousands(step.items)) } td.number { (thousands(step.written)) }
                            td.number { (thousands(step.batches)) } td.number { (seconds(step.seconds)) }
                        } } }
                    }
                }))
            }
        }
    }

    fn recordings(&self) -> Markup {
        if self.history.recordings.is_empty() {
            return html! {};
        }
        let title = self.w("Recordings by format");
        let head = ["Format", "What it is", "State", "Objects", "Bytes"].map(|name| self.w(name));
        wide(
            &title,
            &html! {
                table {
                    caption { (title) }
                    (heads(&head, 3))
                    tbody { @for of in &self.history.recordings { tr {
                        th scope="row" { (of.format) }
                        td { (self.w(&of.role)) } td { (self.w(&of.state)) }
                        td.number { (thousands(of.objects)) } td.number { (bytes(of.bytes)) }
                    } } }
                }
            },
        )
    }
}
