//! What is said of recordings: how long they take, and what they are billed.

use sunset_core::audio::parts::{Layout, MAX_PARTS, PART, SINGLE};

use super::{duration, each, grouped, holds, measured, performance, read, scaling, set_to, size};

/// Recordings that are reckoned with.
const OBJECTS: u64 = 100_000_000;

/// Hundredths of a second by the clock and of processor, of so many small objects.
fn copied(line: &str, unit: &str) -> (u64, u64) {
    let performance = performance();
    let clock = measured(&performance, line, " s,");
    let (_, behind) = performance.split_once(line).expect("found before");
    let (_, behind) = behind.split_once(" s, ").expect("two times");
    (clock, measured(behind, "", unit))
}

/// As `0.48`, of microseconds.
fn milliseconds(microseconds: u64) -> String {
    let hundredths = (microseconds + 5) / 10;
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

#[test]
fn small_recordings_take_what_the_measured_rates_say() {
    let scaling = scaling();
    let servers = read("crates/bench/src/audio/servers.rs");
    assert!(servers.contains(r#"(["--concurrency", "16"])"#));
    let (clock, processor) = copied("| 2,000 objects, 2 MB |", " s,");
    // Rounded to ten objects a second.
    let rate = (2_000 * 100 / clock + 5) / 10 * 10;
    let (many, many_processor) = copied("| 20,000 objects, 20 MB |", " s of processor");
    for words in [
        format!(
            "That is {rate} objects a second, and {} ms of processor an object",
            milliseconds(each(processor, 2_000))
        ),
        format!("no worker was ever seen to do more than {rate} a second"),
        format!(
            "With 20,000 objects it was {} a second and {} ms of processor each",
            (20_000 * 100 + many / 2) / many,
            milliseconds(each(many_processor, 20_000))
        ),
    ] {
        holds(&scaling, &words);
    }
    holds(&scaling, "| workers with `--concurrency 16` |");
    let busy = duration(each(processor, 2_000) * OBJECTS);
    for workers in [1, 4, 8, 32] {
        let a_second = workers * rate;
        let row = [
            workers.to_string(),
            grouped(a_second),
            duration(OBJECTS * 1_000_000 / a_second),
            busy.clone(),
        ];
        holds(&scaling, &format!("\n| {} |\n", row.join(" | ")));
    }
}

#[test]
fn the_job_for_recordings_is_reckoned_with_as_it_is() {
    let (scaling, packaging) = (scaling(), read("docs/packaging.md"));
    let job = read("deploy/kubernetes/audio/job.yaml");
    let settings = read("deploy/kubernetes/common/kustomization.yaml");
    assert!(!job.contains("--concurrency") && !settings.contains("AUDIO_CONCURRENCY"));
    assert!(read("docs/commands/audio-migrate.md").contains("at once [default: 5; also AUDIO_CON"));
    assert_eq!(set_to(&job, "completions:"), 4);
    let deadline = set_to(&job, "activeDeadlineSeconds:");
    let ended = format!("is ended after {} h", deadline / 3_600);
    holds(&scaling, &ended);

    // A reading and a sending, each a round trip of 40 ms; in tenths of an object a second.
    let tenths = |concurrency: u64| concurrency * 10_000 / (2 * 40);
    let took = |tenths: u64| OBJECTS * 10_000_000 / tenths;
    for (concurrency, label) in [(5, "5, the default and the job's"), (16, "16"), (64, "64")] {
        let one = tenths(concurrency);
        let alone = match one % 10 {
            0 => grouped(one / 10),
            tenth => format!("{}.{tenth}", one / 10),
        };
        let by = |workers: u64| {
            let all = one * workers;
            format!("{} a second, {}", grouped(all / 10), duration(took(all)))
        };
        holds(
            &scaling,
            &format!("\n| {label} | {alone} | {} | {} |\n", by(4), by(32)),
        );
    }
    let as_it_is = took(tenths(5) * 4);
    assert!(as_it_is / 1_000_000 > deadline, "it is not enough");
    let told = format!("{} over a line of 40 ms", duration(as_it_is));
    assert!(packaging.contains(&told), "packaging.md: {told}");
}

#[test]
fn recordings_are_billed_by_what_their_copies_ask_for() {
    let scaling = scaling();
    assert_eq!((SINGLE, PART), (8 << 20, 8 << 20));
    let readings = |layout: Layout| if layout.is_single() { 1 } else { 2 };
    for (megabytes, label) in [(1, "1 MB"), (23, "23 MB")] {
        let layout = Layout::of(megabytes * 1_000_000);
        let millions = OBJECTS / 1_000_000 * layout.class_a_operations();
        let left = OBJECTS * layout.size * readings(layout);
        // 4.50 dollars for a million operations.
        holds(
            &scaling,
            &format!(
                "\n| of {label} | {millions} million | {} dollars | {} |\n",
                grouped(millions * 45 / 10),
                size(left)
            ),
        );
    }
    // 3.6 GB in 155 recordings.
    assert!(read("docs/runbook.md").contains("155 recordings (3.6 GB)"));
    assert_eq!(3_600 / 155, 23);
    let usual = Layout::of(23_000_000);
    for words in [
        format!(
            "| of 23 MB, the average of [the last 155](runbook.md) | {} | {} | {} MB |",
            usual.class_a_operations(),
            usual.parts() + 1,
            23 * readings(usual)
        ),
        format!(
            "(10,000 at the most, so beyond {} GiB the parts are larger)",
            (MAX_PARTS * PART) >> 30
        ),
        // 8 bits a byte over 1 Gbit/s.
        format!(
            "over workers of 1 Gbit/s are {} divided by the workers, and of 23 MB {} h",
            duration(OBJECTS * 8_000),
            grouped(OBJECTS * 8_000 * 23 * readings(usual) / 3_600_000_000)
        ),
    ] {
        holds(&scaling, &words);
    }
}
