//! The server, the web and the bot in one, with faults on command.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use sunset_core::secret::Secret;
use sunset_deployment::slack;

use crate::server::{Asked, Reply};

pub const SIGNING_SECRET: &str = "8f742231b10e8888abcd99yyyzzz85a5";
pub const CLIENT_ID: &str = "1234-marked.apps.googleusercontent.com";

/// What is wrong with the services.
#[derive(Clone, Default)]
pub struct Faults {
    pub health_status: Option<u16>,
    pub health_says: Option<String>,
    pub health_takes: Duration,
    /// `*`, another origin, `echo`, or one with a slash.
    pub cors_origin: Option<String>,
    pub cors_without_credentials: bool,
    pub page_as_text: bool,
    pub assets_are_the_page: bool,
    /// The bot takes everything.
    pub slack_open: bool,
    pub slack_other_secret: bool,
    pub slack_takes_old: bool,
    pub session_broken: bool,
    pub google_redirect: Option<String>,
}

/// `2026-01-31T12:00:00Z` of now.
fn now() -> String {
    jiff::Timestamp::now()
        .strftime("%Y-%m-%dT%H:%M:%SZ")
        .to_string()
}

pub fn healthy() -> String {
    format!(
        "{{\"status\":\"healthy\",\"version\":\"3.0.0\",\"services\":{{\"database\":\"connected\",\
         \"r2\":\"connected\"}},\"timestamp\":\"{}\"}}",
        now()
    )
}

/// The services, which know their own address and that of the web.
pub fn answer(faults: &Faults, own: &str, web: &str, asked: &Asked) -> Reply {
    match (asked.method.as_str(), asked.path.as_str()) {
        ("GET", "/api/health") => {
            let body = faults.health_says.clone().unwrap_or_else(healthy);
            Reply {
                delay: faults.health_takes,
                ..Reply::new(
                    faults.health_status.unwrap_or(200),
                    "application/json",
                    body,
                )
            }
        }
        ("OPTIONS", _) => preflight(faults, web, asked),
        ("POST", "/slack/commands") => slack_command(faults, asked),
        ("GET", "/api/auth/get-session") if faults.session_broken => {
            Reply::new(500, "text/plain", "Internal Server Error")
        }
        ("GET", "/api/auth/get-session") => Reply::new(200, "application/json", "null"),
        ("POST", "/api/auth/sign-in/social") => {
            assert!(
                asked.body.contains("\"provider\":\"google\""),
                "{}",
                asked.body
            );
            let redirect = faults
                .google_redirect
                .clone()
                .unwrap_or_else(|| format!("{own}/api/auth/callback/google"));
            let mut url =
                url::Url::parse("https://accounts.google.com/o/oauth2/auth").expect("a URL");
            url.query_pairs_mut()
                .append_pair("client_id", CLIENT_ID)
                .append_pair("redirect_uri", &redirect)
                .append_pair("state", "marked-state");
            let body = serde_json::json!({ "url": url.as_str(), "redirect": true });
            Reply::new(200, "application/json", body.to_string())
        }
        ("GET", "/") if faults.page_as_text => Reply::new(200, "text/plain", "It works!"),
        ("GET", "/") => page(),
        ("GET", _) if faults.assets_are_the_page => page(),
        ("GET", "/assets/index.js") => Reply::new(200, "text/javascript", "console.log(1)"),
        ("GET", "/assets/index.css") => Reply::new(200, "text/css", "body{}"),
        ("GET", "/favicon.svg") => Reply::new(200, "image/svg+xml", "<svg/>"),
        _ => Reply::new(404, "text/plain", "Not Found"),
    }
}

fn page() -> Reply {
    Reply::new(
        200,
        "text/html; charset=utf-8",
        "<!doctype html><html><head><link rel=icon href=/favicon.svg>\
         <script type=module src=/assets/index.js></script>\
         <link rel=stylesheet href=/assets/index.css></head><body></body></html>",
    )
}

fn preflight(faults: &Faults, web: &str, asked: &Asked) -> Reply {
    let origin = asked.header("origin");
    let mut reply = Reply {
        status: 204,
        ..Reply::default()
    };
    reply = reply.with(
        "access-control-allow-headers",
        "Content-Type, Authorization",
    );
    reply = match faults.cors_origin.as_deref() {
        Some("echo") => reply.with("access-control-allow-origin", origin),
        Some(other) => reply.with("access-control-allow-origin", other),
        None if origin == web => reply.with("access-control-allow-origin", web),
        None => reply,
    };
    if faults.cors_without_credentials {
        return reply;
    }
    reply.with("access-control-allow-credentials", "true")
}

fn slack_command(faults: &Faults, asked: &Asked) -> Reply {
    let ok = || Reply::new(200, "application/json", "{\"text\":\"help\"}");
    if faults.slack_open {
        return ok();
    }
    let time: i64 = asked
        .header("x-slack-request-timestamp")
        .parse()
        .unwrap_or(0);
    let clock = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("a clock");
    let clock = i64::try_from(clock.as_secs()).expect("a time");
    let secret = if faults.slack_other_secret {
        "another"
    } else {
        SIGNING_SECRET
    };
    let signature = slack::signature(&Secret::new(secret), time, &asked.body);
    let young = (clock - time).abs() <= 300 || faults.slack_takes_old;
    if signature == asked.header("x-slack-signature") && young {
        assert!(
            asked.body.contains("command=%2Fanalyze&text=help"),
            "{}",
            asked.body
        );
        return ok();
    }
    Reply::new(401, "text/plain", "invalid signature")
}
