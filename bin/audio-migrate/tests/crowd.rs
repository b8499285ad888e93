//! Eight workers that share one run while some are killed, one is paused and one is cut off.

use std::io::Write as _;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use sunset_testkit::generate::SplitMix;
use sunset_testkit::proxy::Proxy;

use crate::killed::{meaning, number};
use crate::place::{Place, shown};
use crate::workers::{copied, report_of, signal, wait_for};

/// Others must have a dead worker's units by then, in seconds.
const TAKEN_OVER: f64 = 30.0;

/// So slow that all blows fall before the work is over.
const WORK: [&str; 6] = [
    "--worker",
    "crowd",
    "--concurrency",
    "1",
    "--limit-rate",
    "24K",
];

/// Notes every object that is recorded as proven, and every link that is changed, for good.
const WATCHED: &str = "
    CREATE TABLE public.watched (act text NOT NULL, id text NOT NULL);
    CREATE FUNCTION public.watch_object() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO public.watched VALUES ('proven', NEW.source_uri || ' ' || NEW.conversation_id);
        RETURN NULL;
    END $$;
    CREATE TRIGGER watch AFTER INSERT OR UPDATE ON sunset.objects
        FOR EACH ROW WHEN (NEW.state = 'copied') EXECUTE FUNCTION public.watch_object();
    CREATE FUNCTION public.watch_link() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO public.watched VALUES ('linked', NEW.id);
        RETURN NULL;
    END $$;
    CREATE TRIGGER watch AFTER UPDATE ON public.conversations
        FOR EACH ROW WHEN (OLD.audio_url IS DISTINCT FROM NEW.audio_url)
        EXECUTE FUNCTION public.watch_link();";

/// All of that, each act as often as it was done.
const ACTS: &str =
    "SELECT string_agg(act || ' ' || id, E'\\n' ORDER BY act, id) FROM public.watched";

/// What else the storm of workers of documents has.
const HANDED: &str = include_str!("../../../crates/testkit/tests/programs/storm/handed.sql");
const TAKEN: &str = include_str!("../../../crates/testkit/tests/programs/storm/taken_over.sql");

fn worker(place: &Place, database: Option<&str>) -> Child {
    let mut command = place.command("audio-migrate", &WORK);
    if let Some(url) = database {
        command.env("DATABASE_URL", url);
    }
    let command = command.stdin(Stdio::null());
    let command = command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().expect("started")
}

fn server_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split('/').next().unwrap_or_default();
    authority.rsplit('@').next().unwrap_or_default()
}

/// A worker that was killed, by its process, and when.
struct Killed {
    pid: u32,
    at: String,
}

/// Kills workers and starts others in their places, so many times; fails where the work is over
/// before that.
fn kill(place: &Place, victims: &mut [Child], blows: u64, random: &mut SplitMix) -> Vec<Killed> {
    let mut killed = Vec::new();
    while (killed.len() as u64) < blows {
        std::thread::sleep(Duration::from_millis(random.below(600)));
        let at = usize::try_from(random.below(victims.len() as u64)).expect("small");
        let victim = &mut victims[at];
        if victim.try_wait().expect("asked").is_some() {
            break;
        }
        victim.kill().expect("killed");
        killed.push(Killed {
            pid: victim.id(),
            at: place.text("clock_timestamp()"),
        });
        victim.wait().expect("gone");
        *victim = worker(place, None);
    }
    assert_eq!(
        killed.len() as u64,
        blows,
        "it was over before all were killed"
    );
    killed
}

/// Seconds until the units of those that were killed waited for others, at the most.
fn freed(place: &Place, killed: &[Killed]) -> f64 {
    let seconds = killed.iter().filter_map(|killed| {
        let sql = format!(
            "SELECT max(extract(epoch FROM fenced_at - '{}'::timestamptz)) FROM sunset.workers \
             WHERE pid = {} AND fenced_at IS NOT NULL",
            killed.at, killed.pid
        );
        // Who had not joined yet had nothing that others could wait for.
        place.text(&sql).parse::<f64>().ok()
    });
    seconds.fold(0.0, f64::max)
}

#[test]
fn eight_workers_some_killed_one_paused_one_cut_off_copy_what_one_process_copies() {
    let Some(alone) = Place::with_sample() else {
        return;
    };
    let seed = number("SUNSET_STORM_SEED").unwrap_or_else(|| u64::from(std::process::id()));
    let mut random = SplitMix::new(seed);
    alone.database.run_and_wait(WATCHED);
    let status = alone.run("audio-migrate", &[]).status.code();
    let (wanted, written) = (meaning(&alone), alone.text(ACTS));
    assert!(written.lines().count() > 150, "{written}");

    let mut place = Place::with_sample().expect("a server");
    place.settings.insert("MAX_RETRIES".into(), "8".into());
    place.database.run_and_wait(WATCHED);
    place.database.run_and_wait(HANDED);
    let proxy = Proxy::to(server_of(&place.database.url)).expect("a proxy");
    let cut_off = worker(&place, Some(&proxy.before(&place.database.url)));
    let paused = worker(&place, None);
    let mut victims: Vec<Child> = (0..3).map(|_| worker(&place, None)).collect();
    let survivors: Vec<Child> = (0..3).map(|_| worker(&place, None)).collect();
    let busy = "SELECT count(DISTINCT worker) = 8 FROM sunset.work \
                WHERE stage = 1 AND worker IS NOT NULL AND done_at IS NULL";
    wait_for(&place, busy);

    // No more than there is time for.
    let blows = number("SUNSET_STORM").unwrap_or(6).min(12);
    let killed = kill(&place, &mut victims, blows, &mut random);
    let hold = format!(
        "SELECT count(DISTINCT w.id) = 2 FROM sunset.work AS u JOIN sunset.workers AS w \
         ON w.id = u.worker WHERE u.done_at IS NULL AND w.pid IN ({}, {})",
        paused.id(),
        cut_off.id()
    );
    wait_for(&place, &hold);
    signal(&paused, "-STOP");
    proxy.silence(true);
    let silent_since = Instant::now();
    // Longer than anybody is waited for.
    std::thread::sleep(Duration::from_secs(24).saturating_sub(silent_since.elapsed()));
    let fenced = format!(
        "SELECT count(*) = 2 FROM sunset.workers WHERE fenced_at IS NOT NULL AND pid IN ({}, {})",
        paused.id(),
        cut_off.id()
    );
    wait_for(&place, &fenced);
    signal(&paused, "-CONT");
    proxy.silence(false);
    for (child, what) in [(paused, "paused"), (cut_off, "cut off")] {
        let output = child.wait_with_output().expect("ended");
        let said = shown(&output);
        assert_eq!(output.status.code(), Some(1), "{what}: {said}");
        let told = said.contains("was silent, and others took its work over");
        assert!(told, "{what}: {said}");
    }
    let mut told = Vec::new();
    for child in victims.into_iter().chain(survivors) {
        let output = child.wait_with_output().expect("ended");
        assert_eq!(output.status.code(), status, "{}", shown(&output));
        told.push(report_of(&output));
    }
    assert!(told.iter().all(|report| *report == told[0]), "{told:#?}");
    assert_eq!(
        copied(&place, "crowd"),
        told[0][0],
        "whatever the dead had proven"
    );

    let found = meaning(&place);
    let missing: Vec<_> = wanted.iter().filter(|line| !found.contains(line)).collect();
    let extra: Vec<_> = found.iter().filter(|line| !wanted.contains(line)).collect();
    assert!(
        found == wanted,
        "seed {seed}: missing {missing:#?}, too many {extra:#?}"
    );
    // Not an object was proven, and not a link made, once more than by one process.
    assert_eq!(place.text(ACTS), written, "seed {seed}");
    let (_, checked) = place.json("check-r2", &["--deep"]);
    assert_eq!(checked, 0, "seed {seed}");

    let longest = freed(&place, &killed);
    let taken = format!("SELECT units || ' ' || seconds FROM ({TAKEN}) AS taken");
    let taken = place.text(&taken);
    let mut numbers = taken
        .split(' ')
        .map(|text| text.parse::<f64>().expect("a number"));
    let (handed, claimed) = (numbers.next(), numbers.next());
    assert!(
        handed.is_some_and(|units| units > 0.0),
        "no unit was taken over"
    );
    let claimed = claimed.expect("two numbers");
    assert!(
        longest < TAKEN_OVER && claimed < TAKEN_OVER,
        "{longest} s, {claimed} s, seed {seed}"
    );
    let units =
        "SELECT count(*) || ' units, ' || sum(taken_over) || ' taken over' FROM sunset.work";
    let line = format!(
        "storm: 8 workers of recordings, {} killed, one paused, one cut off: {}; a dead worker's units \
         were free after {longest:.1} s at the most and all claimed {claimed:.1} s after its last word \
         at the most; {} links, entries and objects as one process leaves them, each of {} proofs and \
         links made once; seed {seed}\n",
        killed.len(),
        place.text(units),
        wanted.len(),
        written.lines().count(),
    );
    drop(std::io::stderr().write_all(line.as_bytes()));
}
