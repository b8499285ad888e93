//! Eight workers of one run while some are killed, one is paused and one is cut off.

use std::process::{Child, Command};
use std::time::{Duration, Instant};

use sunset_testkit::proxy::Proxy;

use super::super::workplace::Workplace;
use super::network::server_of;
use super::{Storm, ended, expect_same, expect_status, meaning, outcome, prepared, told};

/// Others must have a dead worker's units by then.
const TAKEN_OVER: f64 = 30.0;

fn signal(child: &Child, signal: &str) {
    let pid = child.id().to_string();
    let sent = Command::new("kill").args([signal, &pid]).status();
    assert!(sent.expect("kill").success(), "kill {signal} {pid}");
}

/// A worker that was killed, by its process, and when.
struct Killed {
    pid: u32,
    at: String,
}

fn now(place: &Workplace) -> String {
    place.query("SELECT clock_timestamp()").remove(0)
}

fn wait_for(place: &Workplace, sql: &str, what: &str) {
    let began = Instant::now();
    while place.query(sql).first().is_none_or(|found| found != "t") {
        assert!(began.elapsed() < Duration::from_secs(120), "{what}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn eight_workers_some_killed_one_paused_one_cut_off_do_what_one_process_does() {
    let Some(place) = Workplace::new() else {
        return;
    };
    let mut storm = Storm::of(6);
    let alone = prepared(place, storm.cases);
    alone.expect(3, "data-migrate", &["--batch-size", "100"]);
    let wanted = meaning(&alone);

    let place = prepared(Workplace::new().expect("a server"), storm.cases);
    // Many units, but no more than there is time for.
    let unit = if storm.cases > 10_000 { "64K" } else { "2K" };
    let work = [
        "--worker",
        "storm",
        "--batch-size",
        "50",
        "--unit-size",
        unit,
    ];
    let proxy = Proxy::to(&server_of(&place.url())).expect("a proxy");
    let cut_off = {
        let mut command = place.command("data-migrate", &work);
        command.env("DATABASE_URL", proxy.before(&place.url()));
        command.stdin(std::process::Stdio::null());
        command.stdout(std::process::Stdio::piped());
        command.stderr(std::process::Stdio::piped());
        command.spawn().expect("the program is built")
    };
    let paused = place.spawn("data-migrate", &work);
    let mut victims: Vec<Child> = (0..3).map(|_| place.spawn("data-migrate", &work)).collect();
    let survivors: Vec<Child> = (0..3).map(|_| place.spawn("data-migrate", &work)).collect();
    let all_claimed = "SELECT to_regclass('sunset.work') IS NOT NULL";
    wait_for(&place, all_claimed, "the ledger is made");
    let busy = "SELECT count(DISTINCT worker) = 8 AND count(*) > 20 FROM sunset.work \
                WHERE worker IS NOT NULL AND stage = 2";
    wait_for(&place, busy, "all eight work on the largest stage");

    let mut killed = Vec::new();
    for blow in 0..storm.blows {
        std::thread::sleep(storm.moment(Duration::from_millis(700)));
        let victim = &mut victims[usize::try_from(storm.random.below(3)).expect("small")];
        if ended(victim, Duration::ZERO) {
            break;
        }
        victim.kill().expect("killed");
        killed.push(Killed {
            pid: victim.id(),
            at: now(&place),
        });
        victim.wait().expect("gone");
        *victim = place.spawn("data-migrate", &work);
        if blow == 1 {
            // Others are refused, each with the reason.
            let other = place.expect(1, "data-migrate", &["--worker", "storm", "--prune"]);
            assert!(
                other
                    .stderr
                    .contains(r#"--prune "false" there, "true" here"#),
                "{}",
                other.stderr
            );
            let other = place.expect(1, "data-migrate", &[]);
            assert!(
                other.stderr.contains("another run is writing"),
                "{}",
                other.stderr
            );
        }
    }
    assert!(!killed.is_empty(), "it was over before anybody was killed");
    signal(&paused, "-STOP");
    proxy.silence(true);
    let silent_since = Instant::now();
    // Longer than anybody is waited for.
    std::thread::sleep(Duration::from_secs(24).saturating_sub(silent_since.elapsed()));
    let fenced = "SELECT count(*) >= 2 FROM sunset.workers WHERE fenced_at IS NOT NULL";
    wait_for(&place, fenced, "the silent ones are fenced");
    signal(&paused, "-CONT");
    proxy.silence(false);
    for (child, what) in [(paused, "paused"), (cut_off, "cut off")] {
        let outcome = outcome(child);
        expect_status(&outcome, 1, what);
        let told = outcome
            .stderr
            .contains("was silent, and others took its work over");
        assert!(told, "{what}: {}", outcome.stderr);
    }
    let mut reports = Vec::new();
    for child in victims.into_iter().chain(survivors) {
        let outcome = outcome(child);
        expect_status(&outcome, 3, "a worker that was left alone");
        let lines = outcome.stdout.lines().filter(|line| !line.contains(" s)"));
        reports.push(lines.map(str::to_owned).collect::<Vec<_>>());
    }
    reports.retain(|report| !report.is_empty());
    assert!(
        reports.windows(2).all(|pair| pair[0] == pair[1]),
        "{reports:#?}"
    );

    expect_same(&meaning(&place), &wanted, &format!("seed {}", storm.seed));
    let twice = "SELECT (SELECT count(*) FROM sunset.before_images) || ' ' || \
                 (SELECT count(*) FROM sunset.provenance WHERE run <> created_run) || ' ' || \
                 (SELECT count(DISTINCT run) FROM sunset.provenance) || ' ' || \
                 (SELECT count(*) FROM sunset.runs WHERE state <> 'done' AND program = 'data-migrate')";
    assert_eq!(place.query(twice), ["0 0 1 0"], "seed {}", storm.seed);
    let mut longest: f64 = 0.0;
    for killed in &killed {
        // Until its units waited for others; whoever asks next gets them.
        let sql = format!(
            "SELECT extract(epoch FROM fenced_at - '{}') FROM sunset.workers \
             WHERE pid = {} AND fenced_at IS NOT NULL",
            killed.at, killed.pid
        );
        for seconds in place.query(&sql) {
            longest = longest.max(seconds.parse().expect("seconds"));
        }
    }
    let sql = "SELECT coalesce(max(extract(epoch FROM k.claimed_at - w.heartbeat_at)), 0) \
               FROM sunset.work AS k, LATERAL (SELECT max(heartbeat_at) AS heartbeat_at FROM sunset.workers \
               WHERE fenced_at IS NOT NULL AND fenced_at <= k.claimed_at) AS w WHERE k.taken_over = 1";
    let claimed: f64 = place.query(sql)[0].parse().expect("seconds");
    assert!(
        longest < TAKEN_OVER && claimed < TAKEN_OVER,
        "{longest} s, {claimed} s"
    );

    let late = place.expect(3, "data-migrate", &work);
    assert!(late.stderr.contains("is done already"), "{}", late.stderr);
    let units = place.query(
        "SELECT count(*) || ' units, ' || sum(taken_over) || ' taken over' FROM sunset.work",
    );
    told(&format!(
        "8 workers, {} killed, one paused, one cut off: {}; a dead worker's units were free after \
         {longest:.1} s at the most and claimed {claimed:.1} s after its last word; {} rows and entries \
         as one process gives; seed {}",
        killed.len(),
        units[0],
        wanted.len(),
        storm.seed
    ));
}
