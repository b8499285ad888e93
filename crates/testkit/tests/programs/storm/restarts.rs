//! The server restarts, is another one, is full.

use std::time::Duration;

use sunset_testkit::proxy::Proxy;

use super::super::workplace::{Workplace, psql};
use super::server::{Server, Stop};
use super::{Storm, ended, expect_same, expect_status, meaning, outcome, prepared, told};

#[test]
fn a_load_survives_restarts_of_the_server() {
    let Some(mut server) = Server::new(&[]) else {
        return;
    };
    let mut storm = Storm::of(3);
    let load = ["--batch-size", storm.batch()];
    let place = prepared(Workplace::on(&server.admin()), storm.cases);
    let began = std::time::Instant::now();
    place.expect(3, "data-migrate", &load);
    let undisturbed = began.elapsed();
    let wanted = meaning(&place);
    let (mut fast, mut immediate, mut runs) = (0, 0, 0);
    while fast + immediate < storm.blows {
        let place = prepared(Workplace::on(&server.admin()), storm.cases);
        let mut child = place.spawn("data-migrate", &load);
        while !ended(
            &mut child,
            storm.moment(undisturbed / 2) + Duration::from_millis(20),
        ) {
            if fast + immediate >= storm.blows + 3 {
                break;
            }
            if (fast + immediate) % 2 == 0 {
                server.stop(Stop::Immediate);
                immediate += 1;
            } else {
                server.stop(Stop::Fast);
                fast += 1;
            }
            std::thread::sleep(storm.moment(Duration::from_millis(1_500)));
            server.start();
        }
        runs += 1;
        let what = format!(
            "after {immediate} crashes and {fast} restarts, seed {}",
            storm.seed
        );
        expect_status(&outcome(child), 3, &what);
        expect_same(&meaning(&place), &wanted, &what);
    }
    told(&format!(
        "{immediate} immediate and {fast} fast shutdowns of the server in the middle of {runs} loads, \
         each of which came to its end by itself with the same rows; seed {}",
        storm.seed
    ));
}

#[test]
fn another_server_behind_the_same_address_is_refused() {
    let (Some(one), Some(other)) = (Server::new(&[]), Server::new(&[])) else {
        return;
    };
    let place = prepared(Workplace::on(&one.admin()), 600);
    let name = place.url().rsplit('/').next().expect("a name").to_owned();
    psql(&other.admin(), &format!("CREATE DATABASE {name}"));
    let proxy = Proxy::to(&one.address()).expect("a proxy");
    let url = proxy.before(&place.url());
    let place = place.with("DATABASE_URL", &url);
    let mut child = place.spawn("data-migrate", &["--batch-size", "20"]);
    // Into the middle of the load.
    while proxy.passed().sent < 1_000_000 {
        assert!(
            !ended(&mut child, Duration::from_millis(5)),
            "it is too fast for this test"
        );
    }
    proxy.lead_to(&other.address());
    proxy.cut();
    let outcome = outcome(child);
    expect_status(&outcome, 1, "led elsewhere in the middle of a load");
    assert!(
        outcome.stderr.contains("leads to another database"),
        "{}",
        outcome.stderr
    );
    let url = format!("postgresql://postgres@{}/{name}", other.address());
    let tables = "SELECT count(*) FROM pg_tables WHERE schemaname NOT LIKE 'pg\\_%' \
                  AND schemaname <> 'information_schema'";
    assert_eq!(psql(&url, tables), ["0"], "nothing was written there");
    proxy.lead_to(&one.address());
    place.expect(3, "data-migrate", &[]);
    told(
        "a load that was led to another server in its middle was refused there, and went on in its own",
    );
}

#[test]
fn a_copy_of_the_database_is_refused() {
    let Some(place) = Workplace::new() else {
        return;
    };
    place.expect(0, "schema-push", &[]);
    place.expect(0, "data-migrate", &[]);
    let name = place.url().rsplit('/').next().expect("a name").to_owned();
    let copy = Workplace::new().expect("a server");
    let into = copy.url().rsplit('/').next().expect("a name").to_owned();
    let admin = std::env::var("SUNSET_TEST_DATABASE_URL").expect("the server's URL");
    psql(&admin, &format!("DROP DATABASE {into}"));
    psql(&admin, &format!("CREATE DATABASE {into} TEMPLATE {name}"));
    for (program, arguments) in [("data-migrate", &[][..]), ("rollback", &["--yes"])] {
        let outcome = copy.expect(1, program, arguments);
        assert!(
            outcome.stderr.contains("begun in another one"),
            "{}",
            outcome.stderr
        );
        assert!(
            outcome.stderr.contains("DATABASE_URL"),
            "{}",
            outcome.stderr
        );
    }
    told(
        "a copy of a database that was begun elsewhere: data-migrate and rollback refused to go on in it",
    );
}
