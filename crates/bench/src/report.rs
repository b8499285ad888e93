//! The table that comes out, in Markdown, line by line as it is measured.

use std::io::Write;

use anyhow::Result;

/// Prints on standard output.
pub struct Report {
    missed: usize,
}

/// A figure and what it should be.
#[derive(Debug, Clone, Copy)]
pub enum Goal {
    AtLeast(f64),
    AtMost(f64),
    None,
}

impl Goal {
    fn met(self, value: f64) -> Option<bool> {
        match self {
            Self::AtLeast(bound) => Some(value >= bound),
            Self::AtMost(bound) => Some(value <= bound),
            Self::None => None,
        }
    }
}

impl Report {
    /// Prints what the figures were measured on, and the table's head.
    pub fn begin(machine: &[String]) -> Result<Self> {
        let mut out = std::io::stdout().lock();
        for line in machine {
            writeln!(out, "* {line}")?;
        }
        writeln!(
            out,
            "\n| measured | figure | goal | met |\n|---|---|---|---|"
        )?;
        out.flush()?;
        Ok(Self { missed: 0 })
    }

    /// One figure, `text` with what it was made of.
    pub fn figure(
        &mut self,
        what: &str,
        value: f64,
        unit: &str,
        text: &str,
        goal: Goal,
    ) -> Result<()> {
        let bound = match goal {
            Goal::AtLeast(bound) => format!("≥ {}", number(bound, unit)),
            Goal::AtMost(bound) => format!("≤ {}", number(bound, unit)),
            Goal::None => String::new(),
        };
        let met = match goal.met(value) {
            Some(true) => "yes",
            Some(false) => {
                self.missed += 1;
                "**no**"
            }
            None => "",
        };
        let behind = if text.is_empty() {
            String::new()
        } else {
            format!(" ({text})")
        };
        let mut out = std::io::stdout().lock();
        writeln!(
            out,
            "| {what} | {}{behind} | {bound} | {met} |",
            number(value, unit)
        )?;
        out.flush()?;
        Ok(())
    }

    /// A line for what could not be measured.
    pub fn skipped(&self, what: &str, why: &str) -> Result<()> {
        let mut out = std::io::stdout().lock();
        writeln!(out, "| {what} | skipped: {why} | | |")?;
        Ok(())
    }

    /// Prints how many goals were missed; missing one is a finding, no failure.
    pub fn end(self, load: &str) -> Result<()> {
        let mut out = std::io::stdout().lock();
        let missed = match self.missed {
            0 => "every goal is met".to_owned(),
            1 => "1 goal is missed".to_owned(),
            more => format!("{more} goals are missed"),
        };
        writeln!(out, "\n* at the end: {load}\n* {missed}")?;
        Ok(())
    }
}

fn number(value: f64, unit: &str) -> String {
    let digits = if value >= 100.0 {
        format!("{value:.0}")
    } else if value >= 10.0 {
        format!("{value:.1}")
    } else {
        format!("{value:.2}")
    };
    format!("{digits} {unit}").trim_end().to_owned()
}

/// Bytes as mebibytes.
#[expect(clippy::cast_precision_loss, reason = "a figure for people")]
pub fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

/// What is measured, a line on standard error.
pub fn say(what: &str) {
    // Talk that cannot be printed is no reason to stop.
    let _ = writeln!(std::io::stderr(), "{what}");
}
