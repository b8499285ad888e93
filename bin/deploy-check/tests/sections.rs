//! Each section, well and with each of its faults.

use std::time::Duration;

use crate::place::Place;
use crate::server::{Reply, Server};
use crate::services::{self, CLIENT_ID, Faults, SIGNING_SECRET};

/// Services without TLS, and a place that points at them.
fn plain(faults: Faults) -> (Place, Server) {
    let place = Place::new()
        .with("SLACK_SIGNING_SECRET", SIGNING_SECRET)
        .with("GOOGLE_CLIENT_ID", CLIENT_ID);
    let server = Server::start(None, move |asked| {
        let own = format!("http://{}", asked.header("host"));
        services::answer(&faults, &own, &own, asked)
    });
    let url = server.plain();
    place.inventory(&url, &url, &url, &url, "");
    (place, server)
}

fn failing(section: &str, faults: Faults) -> Vec<String> {
    let (place, _server) = plain(faults);
    let said = place.run(&["--only", section, "--json", "--timeout", "5s"]);
    let failing = said.failing();
    let wanted = if failing.is_empty() { 0 } else { 4 };
    assert_eq!(said.status, wanted, "{}", said.shown());
    failing
}

#[test]
fn all_is_well() {
    for section in ["health", "cors", "web", "slack", "auth"] {
        assert!(failing(section, Faults::default()).is_empty(), "{section}");
    }
}

#[test]
fn health() {
    let says = |text: &str| Faults {
        health_says: Some(text.into()),
        ..Faults::default()
    };
    let slow = Faults {
        health_takes: Duration::from_millis(600),
        ..Faults::default()
    };
    let found = failing("health", slow);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].starts_with("median of 5 answers: the median is 6"),
        "{found:?}"
    );
    let sick = services::healthy().replace("\"healthy\"", "\"unhealthy\"");
    assert_eq!(
        failing("health", says(&sick)),
        ["status healthy: status is \"unhealthy\""]
    );
    let lost = services::healthy().replacen("\"connected\"", "\"disconnected\"", 1);
    assert_eq!(
        failing("health", says(&lost)),
        ["services connected: not every service is connected"]
    );
    let old = services::healthy().replace("\"20", "\"19");
    assert!(failing("health", says(&old))[0].starts_with("timestamp: timestamp is "));
    assert_eq!(
        failing("health", says("<html>"))[0],
        "JSON: it is \"application/json\", and no JSON object"
    );
    let broken = Faults {
        health_status: Some(503),
        ..Faults::default()
    };
    assert_eq!(failing("health", broken), ["answers 200: it answers 503"]);
}

#[test]
fn a_health_endpoint_that_never_answers() {
    let (place, _server) = plain(Faults {
        health_takes: Duration::from_secs(60),
        ..Faults::default()
    });
    let said = place.run(&["--only", "health", "--json", "--timeout", "200ms"]);
    assert_eq!(said.failing(), ["answers: no answer within 200 ms"]);
}

#[test]
fn cors() {
    let origin = |origin: &str| Faults {
        cors_origin: Some(origin.into()),
        ..Faults::default()
    };
    let found = failing("cors", origin("*"));
    assert_eq!(found.len(), 4, "{found:?}");
    assert!(
        found[0].contains("browsers refuse with credentials"),
        "{found:?}"
    );
    let found = failing("cors", origin("echo"));
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(
        found[0].starts_with("https://deploy-check.invalid is not allowed"),
        "{found:?}"
    );
    let found = failing("cors", origin("https://other.example"));
    assert_eq!(found.len(), 1, "{found:?}");
    let without = Faults {
        cors_without_credentials: true,
        ..Faults::default()
    };
    assert!(failing("cors", without)[0].starts_with("with credentials: "));
}

#[test]
fn an_origin_with_a_slash_is_told_as_such() {
    let (place, server) = plain(Faults::default());
    let place = place.with("CORS_ORIGIN", &format!("{}/", server.plain()));
    let said = place.run(&["--only", "cors", "--json"]);
    let failing = said.failing();
    assert_eq!(failing.len(), 1, "{failing:?}");
    assert!(
        failing[0].contains("a slash stands at its end"),
        "{failing:?}"
    );
}

#[test]
fn web() {
    let text = Faults {
        page_as_text: true,
        ..Faults::default()
    };
    assert_eq!(
        failing("web", text),
        ["web: page: the page is \"text/plain\", not HTML"]
    );
    let fallback = Faults {
        assets_are_the_page: true,
        ..Faults::default()
    };
    assert_eq!(
        failing("web", fallback),
        ["web: 3 assets: assets of the page are missing or wrong"]
    );
}

#[test]
fn slack() {
    let open = Faults {
        slack_open: true,
        ..Faults::default()
    };
    let found = failing("slack", open);
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(
        found[0].starts_with("an unsigned request is refused: "),
        "{found:?}"
    );
    let other = Faults {
        slack_other_secret: true,
        ..Faults::default()
    };
    let found = failing("slack", other);
    assert!(
        found[0].contains("another SLACK_SIGNING_SECRET"),
        "{found:?}"
    );
    let old = Faults {
        slack_takes_old: true,
        ..Faults::default()
    };
    let found = failing("slack", old);
    assert!(
        found[0].starts_with("a signed request six minutes old is refused"),
        "{found:?}"
    );
    assert_eq!(found.len(), 1, "{found:?}");
}

#[test]
fn without_the_signing_secret_the_rest_is_checked() {
    let (mut place, _server) = plain(Faults::default());
    place.variables.remove("SLACK_SIGNING_SECRET");
    let said = place.run(&["--only", "slack", "--json"]);
    assert_eq!(said.status, 4);
    let document = said.json();
    assert_eq!(document["verdict"], "incomplete");
    assert_eq!(
        document["sections"][0]["checks"].as_array().map(Vec::len),
        Some(2)
    );
}

#[test]
fn auth() {
    let broken = Faults {
        session_broken: true,
        ..Faults::default()
    };
    assert_eq!(
        failing("auth", broken),
        ["session endpoint answers: it answers 500"]
    );
    let local = Faults {
        google_redirect: Some("http://localhost:3000/api/auth/callback/google".into()),
        ..Faults::default()
    };
    let found = failing("auth", local);
    assert!(
        found[0].starts_with("Google's redirect URI: redirect_uri is \"http://localhost:3000"),
        "{found:?}"
    );
}

#[test]
fn a_service_that_is_not_there() {
    let place = Place::new();
    let url = {
        let server = Server::start(None, |_| Reply::default());
        server.plain()
    };
    place.inventory(&url, &url, &url, &url, "");
    let said = place.run(&[
        "--only",
        "health,cors,web,slack,auth",
        "--json",
        "--timeout",
        "2s",
    ]);
    assert_eq!(said.status, 4);
    assert_eq!(said.failing().len(), 5, "{:?}", said.failing());
    assert!(
        said.out.contains("wrangler deployments list"),
        "{}",
        said.out
    );
}

#[test]
fn the_domain_that_everybody_replaces() {
    let place = Place::new();
    let said = place.run(&["--only", "health,tls,cors,web,slack,auth", "--json"]);
    let failing = said.failing();
    assert_eq!(failing.len(), 8, "{failing:?}");
    assert!(
        failing.iter().all(|one| one.contains("was not replaced")),
        "{failing:?}"
    );
}

const WRANGLER: &str = "name = \"v3\"\nmain = \"src/index.ts\"\ncompatibility_date = \"2024-12-01\"\n\
    compatibility_flags = [\"nodejs_compat\"]\n[vars]\nENVIRONMENT = \"production\"\n\
    CORS_ORIGIN = \"https://app.example.org\"\nCLOUDFLARE_R2_BUCKET = \"audio\"\n\
    CLOUDFLARE_R2_PUBLIC_URL = \"https://audio.example.org\"\n[[r2_buckets]]\n\
    binding = \"AUDIO_BUCKET\"\nbucket_name = \"audio\"\n[env.preview]\nname = \"p\"\n";

#[test]
fn wrangler() {
    let place = Place::new();
    let skipped = place.run(&["--only", "wrangler", "--json"]);
    assert_eq!(skipped.status, 4);
    assert_eq!(skipped.json()["verdict"], "incomplete");
    place.write("apps/server/wrangler.toml", WRANGLER);
    place.write("apps/slack-bot/wrangler.toml", WRANGLER);
    let said = place.run(&["--only", "wrangler"]);
    assert_eq!(said.status, 0, "{}", said.shown());
    place.write("apps/slack-bot/wrangler.toml", "name = \"marked");
    let said = place.run(&["--only", "wrangler", "--json"]);
    assert!(said.failing()[0].starts_with("slack-bot: wrangler.toml parses: line 1"));
    assert!(!said.shown().contains("marked"));
}

/// Values of the right form, all marked.
pub const SECRETS: &str = "DATABASE_URL=postgresql://marked:marked@db.example.org/v3?sslmode=require\n\
    BETTER_AUTH_SECRET=marked-marked-marked-marked-marked\nBETTER_AUTH_URL=https://marked.example.org\n\
    GEMINI_API_KEY=marked\nGROQ_API_KEY=marked\nGOOGLE_CLIENT_ID=marked\nGOOGLE_CLIENT_SECRET=marked\n\
    CLOUDFLARE_R2_ACCESS_KEY=marked\nCLOUDFLARE_R2_SECRET_KEY=marked\nSLACK_BOT_TOKEN=xoxb-marked\n\
    SLACK_SIGNING_SECRET=marked\nAPI_TOKEN=marked\nAPI_BASE_URL=https://marked.example.org\n";

#[test]
fn secrets_come_from_files_the_environment_and_wrangler() {
    let place = Place::new();
    place.write("prod.env", SECRETS);
    let said = place.run(&["--only", "secrets", "--env-file", "prod.env"]);
    assert_eq!(said.status, 0, "{}", said.shown());
    assert!(!said.shown().contains("marked"), "{}", said.shown());
    let nothing = place.run(&["--only", "secrets", "--json"]);
    assert_eq!(nothing.failing().len(), 13, "{:?}", nothing.failing());
    place.write(
        "bot.json",
        "[{\"name\":\"SLACK_BOT_TOKEN\",\"type\":\"secret_text\"},{\"name\":\"API_TOKEN\"}]",
    );
    let listed = place.run(&[
        "--only",
        "secrets",
        "--json",
        "--env-file",
        "prod.env",
        "--wrangler-secrets",
        "slack-bot=bot.json",
    ]);
    assert_eq!(
        listed.failing(),
        [
            "slack-bot: SLACK_SIGNING_SECRET: it is not set",
            "slack-bot: API_BASE_URL: it is not set"
        ]
    );
    place.write(
        "prod.env",
        &SECRETS
            .replace("xoxb-marked", "xoxp-marked")
            .replace("=marked-marked-marked-marked-marked", "=marked-too-short"),
    );
    let wrong = place.run(&[
        "--only",
        "secrets",
        "--json",
        "--env-file",
        "prod.env",
        "--verbose",
    ]);
    assert_eq!(
        wrong.failing(),
        [
            "server: BETTER_AUTH_SECRET: it has 16 characters, and needs at least 32",
            "slack-bot: SLACK_BOT_TOKEN: it does not begin with xoxb-"
        ]
    );
    assert!(!wrong.shown().contains("marked"), "{}", wrong.shown());
}

#[test]
fn a_service_that_the_inventory_does_not_have() {
    let place = Place::new();
    let said = place.run(&["--only", "secrets", "--env-file", "other=prod.env"]);
    assert_eq!(said.status, 1);
    assert!(said.err.contains("server, web, slack-bot"), "{}", said.err);
}
