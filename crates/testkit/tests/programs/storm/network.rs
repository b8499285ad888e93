//! The programs while their connections to the database break.

use std::time::{Duration, Instant};

use sunset_testkit::proxy::{Manner, Proxy};

use super::super::workplace::Workplace;
use super::{Storm, expect_same, expect_status, meaning, outcome, prepared, told};

/// The server's `host:port` of a URL.
pub fn server_of(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split('/').next().unwrap_or_default();
    authority.rsplit('@').next().unwrap_or_default().to_owned()
}

/// A prepared place whose programs go through a proxy.
fn behind_a_proxy(cases: u64) -> (Workplace, Proxy) {
    let place = prepared(Workplace::new().expect("a server"), cases);
    let proxy = Proxy::to(&server_of(&place.url())).expect("a proxy");
    let url = proxy.before(&place.url());
    (place.with("DATABASE_URL", &url), proxy)
}

/// Runs a program while a connection is cut about every `bytes` bytes that it sends.
fn through_cuts(
    place: &Workplace,
    proxy: &Proxy,
    storm: &mut Storm,
    (program, arguments, status): (&str, &[&str], i32),
    bytes: u64,
) -> u64 {
    let before = proxy.passed().cut;
    let mut child = place.spawn(program, arguments);
    let mut last = before;
    proxy.cut_in(storm.random.below(bytes));
    while !super::ended(&mut child, Duration::from_millis(10)) {
        let cut = proxy.passed().cut;
        if cut > last {
            last = cut;
            proxy.cut_in(storm.random.below(bytes));
        }
    }
    proxy.cut_in(u64::MAX);
    let what = format!("{program}, seed {}", storm.seed);
    expect_status(&outcome(child), status, &what);
    proxy.passed().cut - before
}

#[test]
fn cut_connections_change_nothing_of_a_load_and_a_check() {
    let Some(place) = Workplace::new() else {
        return;
    };
    let mut storm = Storm::of(10);
    let load = ["--batch-size", storm.batch()];
    let place = prepared(place, storm.cases);
    let rows = "SELECT t::text FROM conversations AS t UNION ALL SELECT t::text FROM opportunities \
                AS t UNION ALL SELECT t::text FROM \"user\" AS t UNION ALL SELECT t::text FROM \
                meddic_analyses AS t ORDER BY 1";
    let before = place.query(rows);
    place.expect(3, "data-migrate", &load);
    let wanted = meaning(&place);
    let (mut cuts, mut check_cuts) = (0, 0);
    let mut rounds = 0;
    let blows = u64::try_from(storm.blows).expect("a number");
    let size = storm.cases * 4_000;
    while cuts + check_cuts < blows {
        rounds += 1;
        let (place, proxy) = behind_a_proxy(storm.cases);
        // A transaction has to fit between two cuts now and then.
        let place = place.with("BATCH_SIZE", "50").with("MAX_RETRIES", "10");
        let load = ("data-migrate", &load[..], 3);
        cuts += through_cuts(&place, &proxy, &mut storm, load, size / 2);
        let what = format!("after {cuts} cuts, seed {}", storm.seed);
        expect_same(&meaning(&place), &wanted, &what);
        let only = ["--only", "data", "--only", "tables", "--no-report"];
        // 4: the row that was somebody's differs, and it says so.
        check_cuts += through_cuts(
            &place,
            &proxy,
            &mut storm,
            ("final-check", &only, 4),
            size / 40,
        );
        place.expect(0, "rollback", &["--yes"]);
        assert_eq!(place.query(rows), before, "seed {}", storm.seed);
    }
    told(&format!(
        "{cuts} connections cut in loads, {check_cuts} in checks, in {rounds} rounds: each program came to its end by itself, and nothing differs; seed {}",
        storm.seed
    ));
}

/// A rollback takes back a thousand rows at once. No such step fits between two of these cuts.
#[test]
fn cut_connections_change_nothing_of_a_rollback() {
    let Some(place) = Workplace::new() else {
        return;
    };
    let mut storm = Storm::of(10);
    let load = ["--batch-size", storm.batch()];
    let direct = place.url();
    let place = prepared(place, storm.cases);
    let rows = "SELECT t::text FROM conversations AS t UNION ALL SELECT t::text FROM opportunities \
                AS t UNION ALL SELECT t::text FROM \"user\" AS t UNION ALL SELECT t::text FROM \
                meddic_analyses AS t ORDER BY 1";
    let before = place.query(rows);
    let proxy = Proxy::to(&server_of(&direct)).expect("a proxy");
    let blows = u64::try_from(storm.blows).expect("a number");
    let (mut cuts, mut rounds, mut place) = (0, 0, place);
    while cuts < blows {
        place = place.with("DATABASE_URL", &direct);
        place.expect(3, "data-migrate", &load);
        place = place.with("DATABASE_URL", &proxy.before(&direct));
        let back = ("rollback", &["--yes"][..], 0);
        cuts += through_cuts(&place, &proxy, &mut storm, back, 80_000);
        rounds += 1;
        let what = format!("after {cuts} cuts, seed {}", storm.seed);
        expect_same(&place.query(rows), &before, &what);
    }
    told(&format!(
        "{cuts} connections cut in {rounds} rollbacks: each came to its end by itself, and V3 was \
         what it was before; seed {}",
        storm.seed
    ));
}

#[test]
fn a_connection_that_dies_without_a_word_is_noticed() {
    if Workplace::new().is_none() {
        return;
    }
    let storm = Storm::of(1);
    let (place, proxy) = behind_a_proxy(600);
    proxy.manner(Manner::Nobody);
    proxy.cut_in(1_000_000);
    let began = Instant::now();
    let outcome = place.expect(3, "data-migrate", &["--batch-size", "100"]);
    assert_eq!(proxy.passed().cut, 1);
    let took = began.elapsed().as_secs();
    assert!(took < 120, "{took} s\n{}", outcome.stderr);
    told(&format!(
        "a connection that died without a word in the middle of a COPY was given up, and the load \
         went on, after {took} s in all; seed {}",
        storm.seed
    ));
}

#[test]
fn a_slow_and_distant_server_is_only_slow() {
    if Workplace::new().is_none() {
        return;
    }
    let (place, proxy) = behind_a_proxy(100);
    proxy.delay(Duration::from_millis(10));
    proxy.rate(1_000_000);
    let began = Instant::now();
    place.expect(3, "data-migrate", &["--batch-size", "200"]);
    told(&format!(
        "{} bytes at 1 MB/s and 20 ms a round trip took {:.1} s",
        proxy.passed().sent,
        began.elapsed().as_secs_f64()
    ));
}
