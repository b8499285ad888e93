//! Progress: bars on a terminal, plain lines every few seconds elsewhere, nothing where output is
//! for machines.

use std::io::IsTerminal;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use sunset_core::ports::progress::{Progress, Silent};

use crate::numbers::thousands;
use crate::session::Talk;

/// How often a plain line is written.
const EVERY: Duration = Duration::from_secs(5);

/// The progress that suits where standard error goes.
pub(crate) fn for_terminal(talk: Talk, quiet: bool) -> Box<dyn Progress> {
    if quiet {
        Box::new(Noted { talk })
    } else if std::io::stderr().is_terminal() {
        Box::new(Bars::new(talk))
    } else {
        Box::new(Lines {
            talk,
            state: Mutex::new(None),
        })
    }
}

/// `1,234/s`, whole.
fn rate(state: &ProgressState, out: &mut dyn std::fmt::Write) {
    let whole = format!("{:.0}", state.per_sec());
    let shown = whole.parse().map_or(whole, thousands);
    let written = write!(out, "{shown}/s");
    debug_assert!(written.is_ok(), "writing a bar does not fail");
}

/// What stands behind the figures once something is in quarantine.
fn quarantined_so_far(count: u64) -> String {
    format!("quarantined so far: {}", thousands(count))
}

/// `Cases: 12,000 of 200,000, 4,000 a second, quarantined so far: 7`
fn line(state: &LineState, elapsed: Duration) -> String {
    let of = state
        .total
        .map_or_else(String::new, |total| format!(" of {}", thousands(total)));
    let aside = match state.quarantined {
        0 => String::new(),
        count => format!(", {}", quarantined_so_far(count)),
    };
    format!(
        "{}: {}{of}, {} a second{aside}",
        state.label,
        thousands(state.done),
        thousands(state.done / elapsed.as_secs().max(1))
    )
}

/// Without figures: only what somebody should know while it lasts.
struct Noted {
    talk: Talk,
}

impl Progress for Noted {
    fn start(&self, label: &str, total: Option<u64>) {
        Silent.start(label, total);
    }

    fn advance(&self, count: u64) {
        Silent.advance(count);
    }

    fn finish(&self) {
        Silent.finish();
    }

    fn note(&self, words: &str) {
        self.talk.say(words);
    }
}

struct Bars {
    talk: Talk,
    /// Since the bar that is drawn began.
    quarantined: AtomicU64,
}

impl Bars {
    fn new(talk: Talk) -> Self {
        Self {
            talk,
            quarantined: AtomicU64::new(0),
        }
    }

    fn draw_on(&self, target: ProgressDrawTarget, label: &str, total: Option<u64>) {
        self.quarantined.store(0, Ordering::Relaxed);
        let bar = ProgressBar::with_draw_target(total, target);
        let template = if total.is_some() {
            "{prefix:<14} {wide_bar} {human_pos}/{human_len} {rate} {elapsed} ETA {eta} {msg}"
        } else {
            "{prefix:<14} {spinner} {human_pos} {rate} {elapsed} {msg}"
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.with_key("rate", rate));
        }
        bar.set_prefix(label.to_owned());
        self.talk.draw(Some(bar));
    }
}

impl Progress for Bars {
    fn start(&self, label: &str, total: Option<u64>) {
        self.draw_on(ProgressDrawTarget::stderr(), label, total);
    }

    fn advance(&self, count: u64) {
        if let Some(bar) = self.talk.bar() {
            bar.inc(count);
        }
    }

    fn quarantined(&self, count: u64) {
        let all = self.quarantined.fetch_add(count, Ordering::Relaxed) + count;
        self.doing(&quarantined_so_far(all));
    }

    fn finish(&self) {
        if let Some(bar) = self.talk.draw(None) {
            bar.finish_and_clear();
        }
    }

    fn note(&self, words: &str) {
        self.talk.say(words);
    }

    fn doing(&self, words: &str) {
        if let Some(bar) = self.talk.bar() {
            bar.set_message(self.talk.words(words));
        }
    }
}

impl Drop for Bars {
    /// What broke off leaves no bar behind.
    fn drop(&mut self) {
        self.finish();
    }
}

struct Lines {
    talk: Talk,
    state: Mutex<Option<LineState>>,
}

struct LineState {
    label: String,
    total: Option<u64>,
    done: u64,
    quarantined: u64,
    begun: Instant,
    last: Instant,
}

impl LineState {
    /// The line that is to be written now, if any is.
    fn due(&mut self, now: Instant) -> Option<String> {
        if now.duration_since(self.last) < EVERY {
            return None;
        }
        self.last = now;
        Some(line(self, now.duration_since(self.begun)))
    }
}

impl Progress for Lines {
    fn start(&self, label: &str, total: Option<u64>) {
        if let Ok(mut state) = self.state.lock() {
            let now = Instant::now();
            *state = Some(LineState {
                label: label.to_owned(),
                total,
                done: 0,
                quarantined: 0,
                begun: now,
                last: now,
            });
        }
    }

    fn advance(&self, count: u64) {
        let Ok(mut state) = self.state.lock() else {
            return;
        };
        if let Some(state) = state.as_mut() {
            state.done += count;
            if let Some(line) = state.due(Instant::now()) {
                self.talk.say(&line);
            }
        }
    }

    fn quarantined(&self, count: u64) {
        if let Ok(mut state) = self.state.lock()
            && let Some(state) = state.as_mut()
        {
            state.quarantined += count;
        }
    }

    fn finish(&self) {
        if let Ok(mut state) = self.state.lock() {
            *state = None;
        }
    }

    fn note(&self, words: &str) {
        self.talk.say(words);
    }

    fn doing(&self, words: &str) {
        let Ok(mut state) = self.state.lock() else {
            return;
        };
        if let Some(state) = state.as_mut()
            && state.last.elapsed() >= EVERY
        {
            state.last = Instant::now();
            self.talk.say(&format!("{}: {words}", state.label));
        }
    }
}

#[cfg(test)]
mod tests;
