//! docs/scaling.md multiplies rates that docs/performance.md has: here it is done again.

mod recordings;

use std::fs;
use std::path::Path;

/// Bytes of a document as ndjson, and of what the survey notes of it: in memory while everything is
/// decided, and in the database. The last two were measured; the document says where.
const DOCUMENT: u64 = 5_655;
const REMEMBERED: u64 = 199;
const NOTED: u64 = 112;
/// Bytes of ids, names and numbers of a document, about, and how many documents' reach 4 GiB.
const TEXT: u64 = 75;
const HELD: u64 = (4 << 30) / TEXT;
/// Documents that one run is taken to hold.
const MOST: u64 = 55_000_000;
const BILLION: u64 = 1_000_000_000;
/// Documents a second of one stream from Firestore, as published: the least and the most.
const STREAM: [u64; 2] = [2_760, 3_500];

/// A file of the repository.
fn read(name: &str) -> String {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    let text = fs::read_to_string(root.join(name));
    text.unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn scaling() -> String {
    read("docs/scaling.md")
}

fn performance() -> String {
    read("docs/performance.md")
}

/// The number behind `key` in the first line that begins with it.
fn set_to(text: &str, key: &str) -> u64 {
    let found = text.lines().find_map(|line| line.trim().strip_prefix(key));
    let found = found.unwrap_or_else(|| panic!("no longer there: {key}"));
    found.trim().parse().expect("a number")
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
    } else if bytes < 1_000_000_000_000_000 {
        (bytes as f64 / 1e12, "TB")
    } else {
        (bytes as f64 / 1e15, "PB")
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

/// Microseconds of a document.
struct Rates {
    /// By the clock, one process and its server on two cores.
    clock: u64,
    /// Of processor, one process.
    whole: u64,
    survey: u64,
    load: u64,
    /// Of processor, the server.
    server: u64,
}

impl Rates {
    fn measured() -> Self {
        let performance = performance();
        let first = "| 200,000 documents, first run against";
        let clock = measured(&performance, first, " s and ");
        let whole = measured(&performance, first, " s of processor in data-migrate");
        let (_, behind) = performance.split_once(first).expect("found before");
        let second = measured(behind, "second run against the first", " s of processor");
        let server = measured(&performance, "The server takes", " s, of which `\\copy`");
        let (whole, survey) = (each(whole, 200_000), each(second, 200_000));
        Self {
            clock: each(clock, 200_000),
            whole,
            survey,
            load: whole - survey,
            server: each(server, 20_000),
        }
    }

    /// What a document takes while it is loaded: workers and server go on at the same time, and the
    /// slower side is waited for.
    fn loading(&self) -> u64 {
        self.load.max(self.server)
    }

    /// Microseconds of so many documents with so many workers of a core each and a server of as
    /// many cores: each with a survey of its own, or one survey that all share.
    fn by(&self, workers: u64, documents: u64, shared: bool) -> u64 {
        let survey = documents * self.survey / if shared { workers } else { 1 };
        survey + documents * self.loading() / workers
    }
}

#[test]
fn documents_take_what_the_measured_rates_say() {
    let (scaling, rates) = (scaling(), Rates::measured());
    let Rates {
        clock,
        whole,
        survey,
        load,
        server,
    } = rates;
    assert!(survey > 0 && load > survey && clock > load);
    assert!(
        server > load,
        "the document says that the server is the slower side"
    );

    for words in [
        format!(
            "the whole of `data-migrate` {whole} µs, of which the survey is {survey} at the most"
        ),
        format!("all the rest, {load} µs, is shared"),
        format!("The server takes {server} µs a document"),
        format!("hours = documents × ({survey} µs + {server} µs / W),"),
        format!("with `--share-survey` documents × (({survey} µs + {server} µs) / W)"),
        format!(
            "took {clock} µs a document by the clock, where the formula says {}.",
            rates.by(1, 1, false)
        ),
        format!(
            "for 1 billion documents {} with 8 workers that share the survey and a server of 8 \
             cores, and {} of memory for each worker",
            duration(rates.by(8, BILLION, true)),
            size(BILLION * REMEMBERED)
        ),
        format!("have to be at least {} runs", BILLION.div_ceil(MOST)),
    ] {
        holds(&scaling, &words);
    }
    for (documents, label) in [
        (1_000_000, "1 million"),
        (10_000_000, "10 million"),
        (MOST, "55 million, the most of one run"),
    ] {
        let row = [
            label.to_owned(),
            duration(documents * clock),
            duration(rates.by(8, documents, false)),
            duration(rates.by(8, documents, true)),
        ];
        holds(&scaling, &format!("\n| {} |\n", row.join(" | ")));
    }
    for (documents, label, more) in [
        (1_000_000, "1 million", ""),
        (10_000_000, "10 million", ""),
        (MOST, "55 million, the most of one run", ""),
        (100_000_000, "100 million", ""),
        (BILLION, "1 billion", "256M"),
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
        holds(&scaling, &format!("\n| {} |\n", row.join(" | ")));
    }
}

#[test]
fn what_is_given_is_told_as_given() {
    let scaling = scaling();
    // The test that measures the survey's memory holds it below this.
    let at_most = "const AT_MOST: usize = 210;";
    assert!(read("crates/core/tests/memory.rs").contains(at_most));
    const { assert!(REMEMBERED < 210) };
    const { assert!(MOST < HELD) };
    // `--connections` and one for the work, one for the lock.
    let connections = 2 + 1 + 1;
    for words in [
        format!("| {REMEMBERED} bytes of memory a document |"),
        format!(", {REMEMBERED} at once while everything is decided"),
        format!("| {NOTED} bytes of notes a document in the database |"),
        format!("({NOTED} bytes a document, measured over 20,000 cases"),
        format!("documents of {} bytes as ndjson", grouped(DOCUMENT)),
        format!("| {} million documents a run |", MOST / 1_000_000),
        format!(
            "at about {TEXT} bytes a document that is {} million",
            HELD / 1_000_000
        ),
        format!("About {TEXT} of them are the ids, names and numbers"),
        format!(
            "8 workers {} and 24 workers {}",
            8 * connections,
            24 * connections
        ),
    ] {
        holds(&scaling, &words);
    }
}

#[test]
fn firestore_is_read_and_billed_as_the_document_says() {
    let (scaling, rates) = (scaling(), Rates::measured());
    // 0.06 dollars for 100,000 reads.
    let read_so_often = |readings: u64| {
        let dollars = grouped(BILLION / 100_000 * readings * 6 / 100);
        (dollars, size(BILLION * DOCUMENT * readings))
    };
    let ((own, own_volume), (shared, shared_volume)) = (read_so_often(9), read_so_often(2));
    let (export, _) = read_so_often(1);

    let together = read("crates/engine/src/load/shared/together.rs");
    assert!(together.contains("const STREAMS: usize = 4;"));
    let [least, most] = STREAM;
    let read_by = |streams: u64| {
        let told = |rate: u64| format!("{},000", rate * streams / 1_000);
        let took = |rate: u64| duration(MOST * 1_000_000 / (rate * streams));
        format!(
            "{} to {} | {} to {}",
            told(least),
            told(most),
            took(most),
            took(least)
        )
    };
    let loaded = (8_000_000 / rates.server + 500) / 1_000;
    // Documents that are surveyed and then loaded in an hour.
    let within = |rate: u64| {
        let (survey, load) = (32 * rate, 8 * rate);
        3_600 * survey * load / (survey + load)
    };
    assert!(within(least) > MOST, "more than one run holds");
    assert!(
        8 * most < 8_000_000 / rates.server,
        "Firestore is waited for"
    );

    for words in [
        format!("| 8 workers, each its own survey | 9 | {own} dollars | {own_volume} |"),
        format!("`--share-survey`, or one process | 2 | {shared} dollars | {shared_volume} |"),
        format!("| making a managed export, once | 1 | {export} dollars |"),
        format!(
            "| {} to {} documents a second of one stream from Firestore |",
            grouped(least),
            grouped(most)
        ),
        format!("| shared survey, 32 streams | {} |", read_by(8 * 4)),
        format!("| load, 8 streams | {} |", read_by(8)),
        format!(
            "| what a server of eight cores would take | {loaded},000 | {} |",
            duration(MOST * rates.server / 8)
        ),
        format!(
            "are through with {} to {} million documents by then",
            within(least) / 1_000_000,
            within(most) / 1_000_000
        ),
    ] {
        holds(&scaling, &words);
    }
}

#[test]
fn the_job_for_documents_holds_as_many_as_packaging_says() {
    let job = read("deploy/kubernetes/data/job.yaml");
    assert!(job.contains(r#"limits: {cpu: "2", memory: 1Gi}"#));
    const { assert!(REMEMBERED <= 200) };
    let hundred_thousands = ((1_u64 << 30) - (150 << 20)) / 200 / 100_000;
    let told = format!(
        "the limit, 1 GiB, holds the batches and the survey, about 150 MiB and 200 bytes a \
         document: {}.{} million documents",
        hundred_thousands / 10,
        hundred_thousands % 10
    );
    let packaging = read("docs/packaging.md");
    assert!(packaging.contains(&told), "packaging.md: {told}");
}
