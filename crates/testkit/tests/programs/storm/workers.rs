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

/// Notes what is written for good.
const WATCHED: &str = include_str!("watched.sql");
/// All of that, each act as often as it was done.
const ACTS: &str = "SELECT act, name, id FROM public.watched ORDER BY 1, 2, 3";

/// A worker that was killed, by its process, and when.
struct Killed {
    pid: u32,
    at: String,
}

/// Kills a worker and starts another in its place.
fn kill(victim: &mut Child, place: &Workplace, work: &[&str], killed: &mut Vec<Killed>) {
    victim.kill().expect("killed");
    killed.push(Killed {
        pid: victim.id(),
        at: now(place),
    });
    victim.wait().expect("gone");
    *victim = place.spawn("data-migrate", work);
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
    alone.query(WATCHED);
    alone.expect(3, "data-migrate", &["--batch-size", "100"]);
    let wanted = meaning(&alone);
    let written = alone.query(ACTS);

    let place = prepared(Workplace::new().expect("a server"), storm.cases);
    place.query(WATCHED);
    // A unit takes long enough for all blows to fall before the work is over.
    place.query(
        "CREATE FUNCTION public.slowly() RETURNS trigger LANGUAGE plpgsql AS \
         'BEGIN PERFORM pg_sleep(0.04); RETURN NULL; END'; \
         CREATE TRIGGER slowly AFTER INSERT ON conversations \
         FOR EACH ROW EXECUTE FUNCTION public.slowly()",
    );
    // Many units, but no more than there is time for.
    let unit = if storm.cases > 10_000 { "64K" } else { "2K" };
    let work = [
        "--worker",
        "storm",
        "--share-survey",
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
    place.query(include_str!("handed.sql"));
    // One dies while all survey: others have to note what it did not.
    let surveying = "SELECT count(*) FILTER (WHERE done_at IS NOT NULL) > 5 FROM sunset.work";
    wait_for(&place, surveying, "the survey has begun");
    let mut killed = Vec::new();
    kill(&mut victims[0], &place, &work, &mut killed);
    let busy = "SELECT count(DISTINCT worker) = 8 AND count(*) > 20 FROM sunset.work \
                WHERE worker IS NOT NULL AND stage = 3";
    wait_for(&place, busy, "all eight work on the largest stage");

    let surveyed = killed.len();
    for blow in 0..storm.blows {
        std::thread::sleep(storm.moment(Duration::from_millis(700)));
        let victim = &mut victims[usize::try_from(storm.random.below(3)).expect("small")];
        if ended(victim, Duration::ZERO) {
            break;
        }
        kill(victim, &place, &work, &mut killed);
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
    assert!(
        killed.len() > surveyed,
        "it was over before anybody was killed"
    );
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
    // Not a row was written, changed or removed once more than by one process.
    let acts = place.query(ACTS);
    let what = format!("what was done to rows, seed {}", storm.seed);
    expect_same(&acts, &written, &what);
    assert!(acts.len() > 1_000 && acts.iter().all(|act| act.starts_with("INSERT")));
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
    // Until somebody else had them.
    let taken = place.query(include_str!("taken_over.sql")).remove(0);
    let mut taken = taken.split('|').map(|text| text.trim().parse::<f64>());
    let mut taken = || taken.next().expect("two columns").expect("a number");
    let (handed, claimed) = (taken(), taken());
    assert!(handed > 0.0, "no unit was taken over");
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
         {longest:.1} s at the most and all claimed {claimed:.1} s after its last word at the most; {} \
         rows and entries as one process gives, each of {} rows inserted once and never touched \
         again; seed {}",
        killed.len(),
        units[0],
        wanted.len(),
        acts.len(),
        storm.seed
    ));
}
