//! What the program says, and everything at once.

use crate::place::{Place, Said};
use crate::sections::SECRETS;
use crate::server::{Reply, Server};
use crate::services::{self, Faults};
use sunset_testkit::database::ScratchDatabase;

#[test]
fn usage() {
    let place = Place::new();
    for arguments in [
        ["--only", "nonsense"].as_slice(),
        &["--timeout", "soon"],
        &["branch"],
        &["docs"],
        &["watch", "--every", "0"],
    ] {
        assert_eq!(place.run(arguments).status, 2, "{arguments:?}");
    }
}

#[test]
fn an_inventory_that_cannot_be_read() {
    let place = Place::new();
    place.write(
        "deploy.toml",
        "name = \"x\"\n[[service]]\nname = \"a\"\nkind = \"other\"\n",
    );
    let said = place.run(&[]);
    assert_eq!(said.status, 1);
    assert!(
        said.err.contains("line 4") && said.err.contains("deploy.toml"),
        "{}",
        said.err
    );
    let said = place.run(&["--inventory", "none.toml"]);
    assert_eq!(said.status, 1);
}

/// A deployment whose Slack app has another secret than this place.
fn slack_with_another_secret() -> (Place, Server) {
    let place = Place::new().with("SLACK_SIGNING_SECRET", services::SIGNING_SECRET);
    let faults = Faults {
        slack_other_secret: true,
        ..Faults::default()
    };
    let server = Server::start(None, move |asked| {
        let own = format!("http://{}", asked.header("host"));
        services::answer(&faults, &own, &own, asked)
    });
    let url = server.plain();
    place.inventory(&url, &url, &url, &url, "");
    (place, server)
}

#[test]
fn a_failure_in_words() {
    let (place, server) = slack_with_another_secret();
    let said = place.run(&["--only", "slack"]);
    let shown = said.shown().replace(&server.address.to_string(), "SERVER");
    insta::assert_snapshot!(shown);
}

#[test]
fn a_failure_in_other_languages() {
    let (place, _server) = slack_with_another_secret();
    let said = place.run(&["--lang", "es"]);
    assert_eq!(said.status, 4);
    for words in [
        " SECCIÓN ",
        "una petición sin firma se rechaza",
        "siguiente paso: el bot calla",
        "slack: pasan 3 de 4 comprobaciones",
        "fallo: no está puesta",
    ] {
        assert!(said.out.contains(words), "{words}\n{}", said.out);
    }
    for words in [
        "RESULT ",
        "failure",
        "next:",
        " checks pass",
        "a signed request",
        "it is ",
    ] {
        assert!(!said.out.contains(words), "{words}\n{}", said.out);
    }
    let said = place.run(&["--only", "slack", "--lang", "zh-TW"]);
    assert!(said.out.contains("未簽署的請求被拒絕"), "{}", said.out);
}

/// A statement to the private server.
fn psql(url: &str, sql: &str) {
    let output = std::process::Command::new("psql")
        .args([url, "-qX", "-v", "ON_ERROR_STOP=1", "-c", sql])
        .output()
        .expect("psql");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

const TABLES: [&str; 12] = [
    "user",
    "session",
    "account",
    "verification",
    "user_profiles",
    "opportunities",
    "conversations",
    "meddic_analyses",
    "alerts",
    "lead_sources",
    "utm_campaigns",
    "form_submissions",
];

#[test]
fn database() {
    let Some(scratch) = ScratchDatabase::new_and_wait() else {
        return;
    };
    for table in TABLES.iter().skip(1) {
        psql(&scratch.url, &format!("CREATE TABLE \"{table}\" (id text)"));
    }
    psql(
        &scratch.url,
        "INSERT INTO opportunities VALUES ('a'), ('b')",
    );
    let place = Place::new().with("DATABASE_URL", &scratch.url);
    let said = place.run(&["--only", "database", "--json"]);
    assert_eq!(said.failing(), ["expected tables: tables are missing"]);
    assert!(said.out.contains("run schema-push"), "{}", said.out);
    assert!(said.out.contains("opportunities: 2"), "{}", said.out);
    psql(&scratch.url, "CREATE TABLE \"user\" (id text)");
    let said = place.run(&["--only", "database"]);
    assert_eq!(said.status, 0, "{}", said.shown());
    let place = place.with("DATABASE_URL", &format!("{}_gone", scratch.url));
    let said = place.run(&["--only", "database", "--json", "--timeout", "2s"]);
    assert!(
        said.failing()[0].starts_with("reachable: cannot connect"),
        "{:?}",
        said.failing()
    );
}

/// The settings of the private S3 server, with a bucket that it makes by itself.
fn storage(place: Place) -> Option<Place> {
    let variable = |name: &str| std::env::var(name).ok();
    let (Some(endpoint), Some(access), Some(secret)) = (
        variable("SUNSET_TEST_S3_ENDPOINT"),
        variable("SUNSET_TEST_S3_ACCESS_KEY"),
        variable("SUNSET_TEST_S3_SECRET_KEY"),
    ) else {
        println!("skipped: SUNSET_TEST_S3_ENDPOINT names no server");
        return None;
    };
    Some(
        place
            .with("CLOUDFLARE_R2_ENDPOINT", &endpoint)
            .with("CLOUDFLARE_R2_ACCESS_KEY", &access)
            .with("CLOUDFLARE_R2_SECRET_KEY", &secret)
            .with("CLOUDFLARE_R2_BUCKET", "sunset-audio")
            .with(
                "CLOUDFLARE_R2_PUBLIC_URL",
                &format!("{endpoint}/public/sunset-audio"),
            ),
    )
}

/// It is not one that is not set, which is passed over.
#[test]
fn a_bucket_that_r2_cannot_have_fails() {
    let place = Place::new()
        .with("CLOUDFLARE_R2_ENDPOINT", "http://127.0.0.1:9")
        .with("CLOUDFLARE_R2_PUBLIC_URL", "http://127.0.0.1:9")
        .with("CLOUDFLARE_R2_ACCESS_KEY", "k")
        .with("CLOUDFLARE_R2_SECRET_KEY", "s")
        .with("CLOUDFLARE_R2_BUCKET", "sunset-audio/");
    let said = place.run(&["--only", "storage", "--json"]);
    assert_eq!(said.status, 4, "{}", said.shown());
    let failing = said.failing();
    assert!(
        failing[0].contains("which R2 takes for no bucket's name"),
        "{failing:?}"
    );
}

#[test]
fn bucket() {
    let Some(place) = storage(Place::new()) else {
        return;
    };
    let said = place.run(&["--only", "storage", "--json"]);
    assert_eq!(said.status, 0, "{}", said.shown());
    let checks = said.json()["sections"][0]["checks"].clone();
    let names: Vec<&str> = checks
        .as_array()
        .expect("checks")
        .iter()
        .filter_map(|check| check["name"].as_str())
        .collect();
    assert_eq!(
        names,
        [
            "bucket reachable",
            "object written",
            "object read by its public address",
            "object deleted"
        ]
    );
    let dry = place.run(&["--only", "storage", "--json", "--dry-run"]);
    assert_eq!(dry.status, 4);
    assert_eq!(dry.json()["verdict"], "incomplete");
    let endpoint = place.variables["CLOUDFLARE_R2_ENDPOINT"].clone();
    let place = place.with(
        "CLOUDFLARE_R2_PUBLIC_URL",
        &format!("{endpoint}/public/other"),
    );
    let said = place.run(&["--only", "storage", "--json"]);
    assert_eq!(
        said.failing(),
        ["object read by its public address: the public address answers 404"]
    );
    let place = place.with("CLOUDFLARE_R2_SECRET_KEY", "marked");
    let said = place.run(&["--only", "storage", "--json"]);
    assert!(
        said.failing()[0].starts_with("bucket reachable: "),
        "{:?}",
        said.failing()
    );
    assert!(!said.shown().contains("marked"));
}

const WRANGLER: &str = "name = \"v3\"\nmain = \"src/index.ts\"\ncompatibility_date = \"2024-12-01\"\n\
    compatibility_flags = [\"nodejs_compat\"]\n[vars]\nENVIRONMENT = \"production\"\n\
    CORS_ORIGIN = \"WEB\"\nCLOUDFLARE_R2_BUCKET = \"sunset-audio\"\n\
    CLOUDFLARE_R2_PUBLIC_URL = \"https://audio.example.org\"\n[[r2_buckets]]\n\
    binding = \"AUDIO_BUCKET\"\nbucket_name = \"audio\"\n[env.preview]\nname = \"p\"\n";

/// The whole deployment, by TLS, with everything in its place.
#[test]
fn everything_passes() {
    let Some(scratch) = ScratchDatabase::new_and_wait() else {
        return;
    };
    let Some(place) = storage(Place::new()) else {
        return;
    };
    for table in TABLES {
        psql(&scratch.url, &format!("CREATE TABLE \"{table}\" (id text)"));
    }
    let server = Server::start(Some(place.certificate("localhost", -1, 60)), |asked| {
        // By HTTP/2 the host is no header.
        let origin = asked.header("origin");
        let own = "https://localhost";
        let web = if origin.starts_with("https://localhost:") && !origin.contains("invalid") {
            origin
        } else {
            own
        };
        services::answer(&Faults::default(), own, web, asked)
    });
    let plain = Server::start(None, |_| {
        Reply {
            status: 308,
            ..Reply::default()
        }
        .with("location", "https://localhost/")
    });
    let url = server.secure();
    place.inventory(&url, &url, &url, &plain.plain(), "");
    let path = place.folder.path().join("deploy.toml");
    let text = std::fs::read_to_string(&path).expect("text").replace(
        "[auth]\n",
        "[auth]\nredirect_uri = \"https://localhost/api/auth/callback/google\"\n",
    );
    place.write("deploy.toml", &text);
    place.write("apps/server/wrangler.toml", &WRANGLER.replace("WEB", &url));
    place.write(
        "apps/slack-bot/wrangler.toml",
        &WRANGLER.replace("WEB", &url),
    );
    let mut place = place;
    for line in SECRETS.lines() {
        let (name, value) = line.split_once('=').expect("a line");
        place
            .variables
            .entry(name.into())
            .or_insert_with(|| value.into());
    }
    let place = place
        .with("DATABASE_URL", &scratch.url)
        .with("SLACK_SIGNING_SECRET", services::SIGNING_SECRET)
        .with("GOOGLE_CLIENT_ID", services::CLIENT_ID);
    let said: Said = place.run(&["--timeout", "5s"]);
    assert_eq!(said.status, 0, "{}", said.shown());
    assert!(
        said.out.ends_with("PASSED: the deployment is up.\n"),
        "{}",
        said.out
    );
    for value in ["marked", services::SIGNING_SECRET] {
        assert!(!said.shown().contains(value), "{}", said.shown());
    }
}
