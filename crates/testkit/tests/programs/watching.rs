//! `data-migrate --watch`, and the cut-over that ends it.

use std::fs;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use super::catch_up::{changing_sample, count, id_of};

struct Watch(Child);

impl Drop for Watch {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// Waits until a question has the answer.
fn until(what: &str, mut answered: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !answered() {
        assert!(
            begun.elapsed() < Duration::from_secs(60),
            "{what} in a minute"
        );
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn a_watch_follows_v2_until_v3_takes_over() {
    let Some(place) = changing_sample() else {
        return;
    };
    let path = place.dir.path().join("v2/leads.ndjson");
    let whole = fs::read_to_string(&path).expect("read");
    let (first, rest) = whole.split_once('\n').expect("lines");
    fs::write(&path, rest).expect("written");
    let mut watch = Watch(
        place
            .command("data-migrate", &["--watch", "200ms"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("started"),
    );
    let exists =
        |table: &str| place.query(&format!("SELECT to_regclass('{table}') IS NOT NULL"))[0] == "t";
    until("a first pass", || {
        exists("sunset.runs")
            && place.query("SELECT count(*) FROM sunset.runs WHERE state = 'done' AND program = 'data-migrate'")[0] != "0"
    });
    let leads = count(&place, "opportunities");
    fs::write(&path, &whole).expect("written");
    until("the new lead", || {
        count(&place, "opportunities") == leads + 1
    });
    let id = id_of(first);
    assert_eq!(
        place.query(&format!(
            "SELECT count(*) FROM sunset.items WHERE collection = 'leads' AND document_id = '{id}'"
        )),
        ["1"]
    );
    // Looking writes nothing and says what comes next.
    until("nothing left to do", || {
        let outcome = place.expect(0, "cutover", &["--without-audio"]);
        outcome
            .stdout
            .contains("Left to do: 0 documents to write, 0 gone from V2, 0 in quarantine")
    });
    assert_eq!(count(&place, "sunset.cut_overs"), 0);
    // The watch has the lock now and then: the cut-over waits for it or is told who has it.
    until("the cut-over", || {
        let outcome = place.run(
            "cutover",
            &["--frozen", "--without-audio", "--by", "ops@example.com"],
        );
        assert!(
            outcome.status == 0 || outcome.stderr.contains("data-migrate"),
            "{}\n{}",
            outcome.stdout,
            outcome.stderr
        );
        outcome.status == 0
    });
    let mut ended = None;
    until("the end of the watch", || {
        ended = watch.0.try_wait().expect("a child");
        ended.is_some()
    });
    assert_eq!(ended.and_then(|status| status.code()), Some(0));
    assert_eq!(
        place.query("SELECT plan, by_whom FROM sunset.cut_overs"),
        ["sales-ai|ops@example.com"]
    );
    // Neither follows V2 with large tables to read at every pass.
    assert_eq!(
        place.query(
            "SELECT DISTINCT program, options ->> 'digests' FROM sunset.runs \
             WHERE program IN ('cutover', 'data-migrate') ORDER BY 1"
        ),
        ["cutover|small", "data-migrate|small"]
    );
    let outcome = place.expect(0, "cutover", &["--frozen", "--without-audio"]);
    assert!(
        outcome.stdout.contains("nothing to do"),
        "{}",
        outcome.stdout
    );
    // Taken back, V3 has not taken over.
    place.expect(0, "rollback", &["--yes"]);
    let outcome = place.run("cutover", &["--without-audio"]);
    assert!(!outcome.stdout.contains("took over"), "{}", outcome.stdout);
}

#[test]
fn a_cut_over_that_cannot_be_proven_is_not_recorded() {
    let Some(place) = changing_sample() else {
        return;
    };
    place.expect(0, "data-migrate", &[]);
    place.query(
        "UPDATE conversations SET title = 'changed' WHERE id = (SELECT min(id) FROM conversations)",
    );
    let outcome = place.expect(4, "cutover", &["--frozen", "--without-audio"]);
    assert!(
        outcome.stdout.contains("The cut-over is not recorded"),
        "{}",
        outcome.stdout
    );
    // Recordings were not compared: that is no proof either.
    let outcome = place.expect(4, "cutover", &["--frozen"]);
    assert!(
        outcome.stdout.contains("--without-audio"),
        "{}",
        outcome.stdout
    );
    assert_eq!(count(&place, "sunset.cut_overs"), 0);
}
