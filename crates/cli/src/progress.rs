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
            if state.last.elapsed() >= EVERY {
                state.last = Instant::now();
                self.talk.say(&line(state, state.begun.elapsed()));
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
mod tests {
    use std::io;
    use std::sync::{Arc, PoisonError};

    use indicatif::TermLike;

    use super::*;
    use crate::language::Language;

    /// A terminal of 100 columns that keeps what was drawn last.
    #[derive(Debug, Clone, Default)]
    struct Screen(Arc<Mutex<Drawn>>);

    #[derive(Debug, Default)]
    struct Drawn {
        whole: String,
        begun: String,
    }

    impl Screen {
        fn change(&self, change: impl FnOnce(&mut Drawn)) -> io::Result<()> {
            change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
            Ok(())
        }

        fn shows(&self) -> String {
            let drawn = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            drawn.whole.trim_end().to_owned()
        }
    }

    impl TermLike for Screen {
        fn width(&self) -> u16 {
            100
        }

        fn move_cursor_up(&self, _lines: usize) -> io::Result<()> {
            Ok(())
        }

        fn move_cursor_down(&self, _lines: usize) -> io::Result<()> {
            Ok(())
        }

        fn move_cursor_right(&self, _columns: usize) -> io::Result<()> {
            Ok(())
        }

        fn move_cursor_left(&self, _columns: usize) -> io::Result<()> {
            Ok(())
        }

        fn write_line(&self, text: &str) -> io::Result<()> {
            self.write_str(text)
        }

        fn write_str(&self, text: &str) -> io::Result<()> {
            self.change(|drawn| drawn.begun.push_str(text))
        }

        fn clear_line(&self) -> io::Result<()> {
            Ok(())
        }

        /// A drawing ends with it.
        fn flush(&self) -> io::Result<()> {
            self.change(|drawn| drawn.whole = std::mem::take(&mut drawn.begun))
        }
    }

    fn bars(language: Language) -> (Bars, Screen, impl Fn(&Bars, &str, Option<u64>)) {
        let screen = Screen::default();
        let drawn_on = screen.clone();
        let start = move |bars: &Bars, label: &str, total| {
            let target = ProgressDrawTarget::term_like(Box::new(drawn_on.clone()));
            bars.draw_on(target, label, total);
        };
        (Bars::new(Talk::of(language)), screen, start)
    }

    #[test]
    fn a_bar_shows_its_figures_and_what_was_quarantined_since_it_began() {
        let (bars, screen, start) = bars(Language::En);
        start(&bars, "Cases", Some(20_000));
        bars.advance(5_000);
        let shown = screen.shows();
        for figure in ["Cases ", "█", "░", " 5,000/20,000 ", "/s ", " ETA "] {
            assert!(shown.contains(figure), "{figure} in {shown}");
        }
        assert!(!shown.contains("quarantined"), "nothing is: {shown}");
        bars.quarantined(900);
        assert!(
            screen.shows().ends_with(" quarantined so far: 900"),
            "at once: {}",
            screen.shows()
        );
        bars.advance(5_000);
        bars.quarantined(334);
        let shown = screen.shows();
        assert!(shown.contains(" 10,000/20,000 "), "{shown}");
        assert!(shown.ends_with(" quarantined so far: 1,234"), "{shown}");
        assert!(shown.chars().count() <= 100, "a line: {shown}");
        bars.finish();
        assert_eq!(screen.shows(), "", "the bar is gone");
        start(&bars, "Leads", Some(30));
        bars.advance(10);
        assert!(!screen.shows().contains("quarantined"), "of cases");
        bars.quarantined(2);
        assert!(screen.shows().ends_with(" quarantined so far: 2"));
    }

    #[test]
    fn a_bar_without_an_end_shows_it_too_in_the_language_of_talk() {
        for (language, said) in [
            (Language::ZhTw, " 目前已隔離：3"),
            (Language::Es, " en cuarentena hasta ahora: 3"),
        ] {
            let (bars, screen, start) = bars(language);
            start(&bars, "Documents", None);
            bars.advance(7);
            bars.quarantined(3);
            let shown = screen.shows();
            assert!(shown.starts_with("Documents "), "{shown}");
            assert!(shown.ends_with(said), "{shown}");
        }
    }

    #[test]
    fn a_plain_line_says_what_was_quarantined_in_every_language() {
        let of = |total: Option<u64>, counts: &[u64]| {
            let lines = Lines {
                talk: Talk::of(Language::En),
                state: Mutex::new(None),
            };
            let label = if total.is_some() {
                "Cases"
            } else {
                "Documents"
            };
            lines.start(label, total);
            lines.advance(12_000);
            counts.iter().for_each(|count| lines.quarantined(*count));
            let state = lines.state.lock().unwrap_or_else(PoisonError::into_inner);
            line(state.as_ref().expect("it began"), Duration::from_secs(3))
        };
        let (known, unknown) = (Some(20_000), None);
        for (counts, total, english, chinese, spanish) in [
            (
                [0, 0],
                known,
                "Cases: 12,000 of 20,000, 4,000 a second",
                "Cases：20,000 中的 12,000，每秒 4,000",
                "Cases: 12,000 de 20,000, 4,000 por segundo",
            ),
            (
                [900, 334],
                known,
                "Cases: 12,000 of 20,000, 4,000 a second, quarantined so far: 1,234",
                "Cases：20,000 中的 12,000，每秒 4,000，目前已隔離：1,234",
                "Cases: 12,000 de 20,000, 4,000 por segundo, en cuarentena hasta ahora: 1,234",
            ),
            (
                [0, 0],
                unknown,
                "Documents: 12,000, 4,000 a second",
                "文件：12,000，每秒 4,000",
                "Documentos: 12,000, 4,000 por segundo",
            ),
            (
                [0, 1],
                unknown,
                "Documents: 12,000, 4,000 a second, quarantined so far: 1",
                "文件：12,000，每秒 4,000，目前已隔離：1",
                "Documentos: 12,000, 4,000 por segundo, en cuarentena hasta ahora: 1",
            ),
        ] {
            let said = of(total, &counts);
            assert_eq!(said, english);
            assert_eq!(Language::ZhTw.words(&said), chinese);
            assert_eq!(Language::Es.words(&said), spanish);
        }
    }
}
