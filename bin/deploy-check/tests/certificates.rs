//! TLS: valid, expired, about to expire, for another name, of nobody; HTTP/2; the redirect.

use rustls::ServerConfig;

use crate::place::{Place, Said};
use crate::server::{Reply, Server};

fn redirecting(to: &str) -> Server {
    let to = to.to_owned();
    Server::start(None, move |_| {
        Reply {
            status: 301,
            ..Reply::default()
        }
        .with("location", &to)
    })
}

fn check(place: &Place, config: ServerConfig, redirect: &str) -> Said {
    let server = Server::start(Some(config), |_| Reply::new(200, "text/plain", ""));
    let plain = redirecting(redirect);
    let url = server.secure();
    place.inventory(&url, &url, &url, &plain.plain(), "");
    place.run(&["--only", "tls", "--json", "--timeout", "5s"])
}

const GOOD: &str = "https://localhost/";

#[test]
fn a_valid_certificate() {
    let place = Place::new();
    let said = check(&place, place.certificate("localhost", -1, 60), GOOD);
    assert_eq!(said.status, 0, "{}", said.shown());
    let checks = &said.json()["sections"][0]["checks"];
    assert_eq!(checks.as_array().map(Vec::len), Some(15));
}

#[test]
fn each_fault_is_told_apart() {
    let place = Place::new();
    let only = |config: ServerConfig, redirect: &str, words: &str| {
        let said = check(&place, config, redirect);
        assert_eq!(said.status, 4, "{}", said.shown());
        let failing = said.failing();
        assert_eq!(failing.len(), 3, "{failing:?}");
        for one in failing {
            assert!(one.contains(words), "{words}: {one}");
        }
    };
    only(
        place.certificate("localhost", -60, -1),
        GOOD,
        "the certificate has expired (valid until ",
    );
    only(
        place.certificate("localhost", -60, 10),
        GOOD,
        "the certificate expires within 14 days, in 9 days (valid until ",
    );
    only(
        place.certificate("localhost", 1, 60),
        GOOD,
        "is not valid yet",
    );
    only(
        place.certificate("other.example.org", -1, 60),
        GOOD,
        "not for localhost",
    );
    only(place.self_signed(), GOOD, "nobody that this machine trusts");
    only(
        place.config("localhost", -1, 60, &[b"http/1.1"]),
        GOOD,
        "does not offer HTTP/2",
    );
    let valid = || place.certificate("localhost", -1, 60);
    only(
        valid(),
        "http://localhost/",
        "redirects to another http address",
    );
    only(
        valid(),
        "https://evil.example/",
        "redirects to evil.example, another host",
    );
}

#[test]
fn a_refused_certificate_is_not_called_a_server_that_is_away() {
    let place = Place::new();
    let server = Server::start(Some(place.self_signed()), |_| {
        Reply::new(200, "application/json", "{}")
    });
    let url = server.secure();
    place.inventory(&url, &url, &url, &url, "");
    let said = place.run(&["--only", "health", "--timeout", "5s"]);
    assert_eq!(said.status, 4, "{}", said.shown());
    assert!(
        said.shown().contains("deploy-check --only tls"),
        "{}",
        said.shown()
    );
    assert!(
        !said.shown().contains("nothing answers there"),
        "{}",
        said.shown()
    );
}

#[test]
fn plain_http_and_nothing_at_all() {
    let place = Place::new();
    let plain = Server::start(None, |_| Reply::new(200, "text/plain", ""));
    let gone = {
        let server = Server::start(None, |_| Reply::default());
        server.secure()
    };
    let talks_plain = format!("https://localhost:{}", plain.address.port());
    place.inventory(&plain.plain(), &talks_plain, &gone, &plain.plain(), "");
    let said = place.run(&["--only", "tls", "--json", "--timeout", "2s"]);
    let failing = said.failing();
    assert!(failing[0].contains("begins with http://"), "{failing:?}");
    assert!(
        failing[1].starts_with("web: TLS: no TLS connection"),
        "{failing:?}"
    );
    assert!(failing[2].contains("does not redirect"), "{failing:?}");
    assert!(
        failing[3].starts_with("slack-bot: TLS: no TLS connection"),
        "{failing:?}"
    );
}
