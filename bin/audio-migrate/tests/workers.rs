//! Workers that share one run, of which one is killed and one is paused.

use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use crate::killed::meaning;
use crate::place::{Place, shown};

fn worker(place: &Place) -> Child {
    let slowly = [
        "--worker",
        "recordings",
        "--concurrency",
        "1",
        "--limit-rate",
        "96K",
    ];
    let mut command = place.command("audio-migrate", &slowly);
    let command = command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().expect("started")
}

pub fn signal(child: &Child, signal: &str) {
    let pid = child.id().to_string();
    let sent = Command::new("kill").args([signal, &pid]).status();
    assert!(sent.expect("kill").success());
}

pub fn wait_for(place: &Place, question: &str) {
    let begin = Instant::now();
    while place.text(question) != "true" {
        assert!(begin.elapsed() < Duration::from_secs(90), "{question}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// What a program says in the end of recordings.
pub fn report_of(output: &Output) -> Vec<String> {
    let text = String::from_utf8_lossy(&output.stdout);
    let lines = text.lines().filter(|line| line.starts_with("[Audio]"));
    lines.map(str::to_owned).collect()
}

/// The first of these lines, as the ledger has it.
pub fn copied(place: &Place, run: &str) -> String {
    let copied = place.text("SELECT count(*)::text FROM sunset.objects WHERE state = 'copied'");
    let bytes = "SELECT sum(size)::text FROM sunset.objects WHERE state = 'copied'";
    let bytes = sunset_cli::bytes(place.text(bytes).parse().expect("a number"));
    let (document, _) = place.json("audio-migrate", &["--worker", run]);
    let audio = &document["plan"]["audio"]["objects"];
    format!(
        "[Audio] Copied {copied} of {audio} audio objects ({bytes}), each proven by CRC32C, MD5 and \
         SHA-256"
    )
}

#[test]
fn who_comes_after_the_end_ends_as_the_run_did() {
    let Some(mut place) = Place::with_sample() else {
        return;
    };
    let folder = place.folder.path().join("recordings");
    std::fs::create_dir_all(&folder).expect("made");
    let bytes = [b"RIFF\0\0\0\0WAVE".as_slice(), &[7; 5_000]].concat();
    std::fs::write(folder.join("202506-IC002.wav"), bytes).expect("written");
    // Nothing is copied of it: it is in quarantine before the first copy.
    std::fs::write(folder.join("202506-IC001.wav"), b"").expect("written");
    let source = format!("file://{}", folder.display());
    place.settings.insert("V2_AUDIO".to_owned(), source);
    let (first, status) = place.json("audio-migrate", &["--worker", "once"]);
    assert_eq!(status, 3, "{first:#}");
    assert_eq!(first["plan"]["counts"]["quarantined"], 1, "{first:#}");
    for _ in 0..2 {
        let (late, status) = place.json("audio-migrate", &["--worker", "once"]);
        assert_eq!(status, 3, "{late:#}");
        assert_eq!(late, first);
    }
}

#[test]
fn workers_of_which_one_dies_and_one_pauses_copy_what_one_process_copies() {
    let Some(alone) = Place::with_sample() else {
        return;
    };
    let status = alone.run("audio-migrate", &[]).status.code();
    let wanted = meaning(&alone);

    let place = Place::with_sample().expect("a server");
    let (mut killed, paused) = (worker(&place), worker(&place));
    wait_for(&place, "SELECT to_regclass('sunset.work') IS NOT NULL");
    let both = "SELECT count(DISTINCT worker) = 2 FROM sunset.work \
                WHERE stage = 1 AND worker IS NOT NULL AND done_at IS NULL";
    wait_for(&place, both);
    killed.kill().expect("killed");
    killed.wait().expect("gone");
    signal(&paused, "-STOP");
    let stopped = Instant::now();
    let others = [worker(&place), worker(&place)];
    wait_for(
        &place,
        "SELECT count(*) = 2 FROM sunset.workers WHERE fenced_at IS NOT NULL",
    );
    let taken_over =
        "SELECT count(*) = 2 FROM sunset.work WHERE taken_over > 0 AND worker IS NOT NULL";
    wait_for(&place, taken_over);
    let seconds = stopped.elapsed().as_secs_f64();
    signal(&paused, "-CONT");
    let output = paused.wait_with_output().expect("ended");
    let text = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{}", shown(&output));
    assert!(
        text.contains("was silent, and others took its work over"),
        "{text}"
    );
    let mut told = Vec::new();
    for other in others {
        let output = other.wait_with_output().expect("ended");
        assert_eq!(output.status.code(), status, "{}", shown(&output));
        told.push(report_of(&output));
    }
    let found = meaning(&place);
    let missing: Vec<_> = wanted.iter().filter(|line| !found.contains(line)).collect();
    let extra: Vec<_> = found.iter().filter(|line| !wanted.contains(line)).collect();
    assert!(found == wanted, "missing {missing:#?}, too many {extra:#?}");
    assert!(seconds < 30.0, "{seconds} s");
    let late = place.run("audio-migrate", &["--worker", "recordings"]);
    assert!(shown(&late).contains("is done already"), "{}", shown(&late));
    assert_eq!(late.status.code(), status, "{}", shown(&late));
    told.push(report_of(&late));
    assert!(told.iter().all(|report| *report == told[0]), "{told:#?}");
    assert_eq!(
        copied(&place, "recordings"),
        told[0][0],
        "whatever who died had proven"
    );
    let (_, checked) = place.json("check-r2", &["--deep"]);
    assert_eq!(checked, 0);
    println!("both workers' units were claimed by others {seconds:.1} s after they fell silent");
}
