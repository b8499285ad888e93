//! What a terminal shows, and what is written elsewhere.

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
fn plain_lines_come_every_few_seconds() {
    let begun = Instant::now();
    let mut state = LineState {
        label: "Leads".into(),
        total: None,
        done: 4_000,
        quarantined: 0,
        begun,
        last: begun,
    };
    let mut at = |seconds| state.due(begun + Duration::from_secs(seconds));
    assert_eq!([0, 1, 4].map(&mut at), [None, None, None]);
    assert_eq!(at(5).as_deref(), Some("Leads: 4,000, 800 a second"));
    assert_eq!(at(9), None);
    assert_eq!(at(10).as_deref(), Some("Leads: 4,000, 400 a second"));
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
