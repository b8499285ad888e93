//! docs/scaling.md multiplies rates that docs/performance.md has: here it is done again.

use std::fs;
use std::path::Path;

/// Bytes of a document as ndjson, and of what the survey notes of it: in memory while everything is
/// decided, and in the database.
const DOCUMENT: u64 = 5_655;
const REMEMBERED: u64 = 199;
const NOTED: u64 = 112;

fn read(name: &str) -> String {
    let docs = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs"));
    fs::read_to_string(docs.join(name)).expect("a document")
}

/// The seconds before `unit` in the first line that holds `line`, in hundredths.
fn measured(performance: &str, line: &str, unit: &str) -> u64 {
    let found = performance.lines().find(|text| text.contains(line));
    let found = found.unwrap_or_else(|| panic!("performance.md has no longer: {line}"));
    let (before, _) = found
        .split_once(unit)
        .unwrap_or_else(|| panic!("performance.md has no longer, in {line}: {unit}"));
    let digits = |c: char| c.is_ascii_digit() || c == '.';
    let number = before.rsplit(|c| !digits(c)).next().expect("a text");
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    format!("{whole}{part:0<2}").parse().expect("a number")
}

/// Microseconds of a document, rounded up, by hundredths of a second for so many.
fn each(hundredths: u64, documents: u64) -> u64 {
    (hundredths * 10_000).div_ceil(documents)
}

/// Two digits, about.
fn short(value: f64) -> String {
    if value < 9.95 {
        format!("{value:.1}")
    } else {
        format!("{value:.0}")
    }
}

fn duration(microseconds: u64) -> String {
    let seconds = microseconds as f64 / 1e6;
    if seconds < 99.5 {
        format!("{} s", short(seconds))
    } else if seconds < 59.5 * 60.0 {
        format!("{} min", short(seconds / 60.0))
    } else {
        format!("{} h", short(seconds / 3_600.0))
    }
}

/// Three digits.
fn size(bytes: u64) -> String {
    let (value, unit) = if bytes < 1_000_000_000_000 {
        (bytes as f64 / 1e9, "GB")
    } else {
        (bytes as f64 / 1e12, "TB")
    };
    let bounds = [1.0, 10.0, 100.0].into_iter();
    let digits = bounds.filter(|bound| value < *bound).count();
    format!("{value:.digits$} {unit}")
}

/// With commas.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> = digits
        .as_bytes()
        .rchunks(3)
        .rev()
        .filter_map(|group| std::str::from_utf8(group).ok())
        .collect();
    groups.join(",")
}

fn holds(scaling: &str, words: &str) {
    assert!(
        scaling.contains(words),
        "scaling.md, by the rates of performance.md: {words}"
    );
}

#[test]
fn documents_take_what_the_measured_rates_say() {
    let (scaling, performance) = (read("scaling.md"), read("performance.md"));
    let first = "| 200,000 documents, first run against";
    let whole = measured(&performance, first, " s of processor in data-migrate");
    let (_, behind) = performance.split_once(first).expect("found before");
    let second = measured(behind, "second run against the first", " s of processor");
    let server = measured(&performance, "The server takes", " s, of which `\\copy`");
    let (whole, survey) = (each(whole, 200_000), each(second, 200_000));
    let (load, server) = (whole - survey, each(server, 20_000));
    assert!(survey > 0 && load > survey && server > 0);

    for words in [
        format!(
            "the whole of `data-migrate` {whole} µs, of which the survey is {survey} at the most"
        ),
        format!("all the rest, {load} µs, is shared"),
        format!("The server takes {server} µs a document"),
        format!("hours = documents × ({survey} µs + {load} µs / W)"),
        format!("documents × ({whole} µs / W)"),
    ] {
        holds(&scaling, &words);
    }
    for (documents, label, more) in [
        (1_000_000, "1 million", ""),
        (10_000_000, "10 million", ""),
        (55_000_000, "55 million, the most of one run", ""),
        (100_000_000, "100 million", ""),
        (1_000_000_000, "1 billion", "256M"),
    ] {
        let units = |of: u64| grouped((documents * DOCUMENT).div_ceil(of));
        let mut units_told = units(32 << 20);
        if !more.is_empty() {
            units_told = format!("{units_told} (`--unit-size {more}`: {})", units(256 << 20));
        }
        let row = [
            label.to_owned(),
            size(documents * DOCUMENT),
            format!(
                "{}; {}",
                duration(documents * survey),
                duration(documents * survey / 8)
            ),
            size(documents * REMEMBERED),
            duration(documents * load),
            duration(documents * server),
            size(documents * NOTED),
            units_told,
        ];
        holds(&scaling, &format!("| {} |", row.join(" | ")));
    }
    let billion = 1_000_000_000;
    let most = 55_000_000;
    for words in [
        format!(
            "for 1 billion documents {} with 8 workers that share the survey",
            duration(billion * whole / 8)
        ),
        format!(
            "55 million documents take one process {}, 8 workers that survey each for itself {}, and 8 \
             that share the survey {}",
            duration(most * whole),
            duration(most * survey + most * load / 8),
            duration(most * whole / 8)
        ),
        format!(
            "where eight cores would load {},000",
            grouped(8_000_000 / load / 1_000)
        ),
    ] {
        holds(&scaling, &words);
    }
    // 0.06 dollars for 100,000 reads: nine readings, two, and one.
    let dollars = |readings: u64| grouped(billion / 100_000 * readings * 6 / 100);
    let words = format!(
        "1 billion documents and 8 workers are {} dollars or {}, and a managed export once is {}",
        dollars(9),
        dollars(2),
        dollars(1)
    );
    holds(&scaling, &words);
}

#[test]
fn recordings_take_what_the_measured_rates_say() {
    let (scaling, performance) = (read("scaling.md"), read("performance.md"));
    let small = "| 2,000 objects, 2 MB |";
    let clock = measured(&performance, small, " s,");
    let (_, behind) = performance.split_once(small).expect("found before");
    let (_, behind) = behind.split_once(" s, ").expect("two times");
    let processor = measured(behind, "", " s,");
    // Rounded to ten objects a second.
    let rate = (2_000 * 100 / clock + 5) / 10 * 10;
    let objects = 100_000_000;
    let busy = duration(each(processor, 2_000) * objects);
    for (workers, label) in [(1, "1"), (4, "4, the job's number"), (8, "8"), (32, "32")] {
        let a_second = workers * rate;
        let row = [
            label.to_owned(),
            grouped(a_second),
            duration(objects * 1_000_000 / a_second),
            busy.clone(),
        ];
        holds(&scaling, &format!("| {} |", row.join(" | ")));
    }
    // 4.50 dollars for a million operations; 8 bits a byte over 1 Gbit/s.
    holds(
        &scaling,
        &format!(
            "{} dollars, and nothing for traffic",
            objects / 1_000_000 * 45 / 10
        ),
    );
    let line = duration(objects * 8_000);
    holds(
        &scaling,
        &format!("over workers of 1 Gbit/s are {line} divided by the workers"),
    );
}
