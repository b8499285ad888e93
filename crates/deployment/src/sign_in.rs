//! What the endpoints of signing in answer.

use serde_json::Value;
use sunset_core::check::{Check, Finding};
use sunset_core::secret::Secret;
use url::Url;

use crate::answer::{Answer, shown};
use crate::remedies;

/// The session endpoint, asked without a cookie.
pub fn judge_session(address: &str, answer: &Answer) -> Check {
    let is_json = serde_json::from_slice::<Value>(&answer.body).is_ok();
    let fault = match answer.status {
        // Some versions answer that nobody is signed in by a status.
        401 if answer.media_type().ends_with("json") => None,
        200 if is_json => None,
        200 => Some(format!(
            "it answers {}, no JSON",
            shown(answer.media_type())
        )),
        status => Some(format!("it answers {status}")),
    };
    Check::new("session endpoint answers", address)
        .with(fault.map(|fault| Finding::failure(fault, 1, vec![]).remedy(remedies::AUTH)))
}

/// The address at Google that an answer leads to: in JSON as `url`, or as a redirect.
pub fn google_address(answer: &Answer) -> Option<Url> {
    if (300..400).contains(&answer.status) {
        return Url::parse(answer.header("location")?).ok();
    }
    let body: Value = serde_json::from_slice(&answer.body).ok()?;
    Url::parse(body.get("url")?.as_str()?).ok()
}

/// Where signing in by Google leads, and what it says.
pub fn judge_google(
    address: &str,
    answer: &Answer,
    registered: &str,
    client_id: Option<&Secret>,
) -> Vec<Check> {
    let check = |name: &str, compared: &str, fault: Option<String>| {
        let finding = fault.map(|fault| {
            Finding::failure(fault, 1, vec![]).remedy(format!("{}: {registered}", remedies::AUTH))
        });
        Check::new(name, compared).with(finding)
    };
    let Some(url) = google_address(answer) else {
        let fault = format!("signing in answers {}, and leads nowhere", answer.status);
        return vec![check("sign-in leads to Google", address, Some(fault))];
    };
    let host = url.host_str().unwrap_or_default();
    let at_google = url.scheme() == "https" && host == "accounts.google.com";
    let mut checks = vec![check(
        "sign-in leads to Google",
        address,
        (!at_google).then(|| format!("signing in leads to {}", shown(host))),
    )];
    let parameter = |name: &str| {
        url.query_pairs()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    };
    let redirect_fault = match parameter("redirect_uri") {
        None => Some("no redirect_uri is named".into()),
        Some(uri) if uri == registered => None,
        Some(uri) => Some(format!(
            "redirect_uri is {}, and {registered} is registered",
            shown(&uri)
        )),
    };
    checks.push(check("Google's redirect URI", registered, redirect_fault));
    let client_fault = match (parameter("client_id"), client_id) {
        (None, _) => Some("no client_id is named".to_owned()),
        (Some(id), _) if id.trim().is_empty() => Some("client_id is empty".into()),
        (Some(id), Some(known)) if id != known.expose() => {
            Some("client_id is not the GOOGLE_CLIENT_ID known here".into())
        }
        _ => None,
    };
    checks.push(check("Google's client id", address, client_fault));
    checks
}

#[cfg(test)]
mod tests {
    use super::*;

    const REGISTERED: &str = "https://api.example.org/api/auth/callback/google";

    fn failing(url: &str, client: Option<&str>) -> Vec<String> {
        let body = serde_json::json!({ "url": url, "redirect": true }).to_string();
        let answer = Answer::new(200, "application/json", body.as_bytes());
        let client = client.map(Secret::new);
        let checks = judge_google("x", &answer, REGISTERED, client.as_ref());
        let failed = checks.iter().filter(|check| !check.passed());
        failed.map(|check| check.name.clone()).collect()
    }

    #[test]
    fn the_way_to_google_names_what_is_registered() {
        let good = format!(
            "https://accounts.google.com/o/oauth2/auth?client_id=c&redirect_uri={}",
            REGISTERED.replace(':', "%3A").replace('/', "%2F")
        );
        assert!(failing(&good, Some("c")).is_empty());
        assert!(failing(&good, None).is_empty());
        assert_eq!(failing(&good, Some("other")), ["Google's client id"]);
        assert_eq!(
            failing(&good.replace("api.example.org", "localhost%3A3000"), None),
            ["Google's redirect URI"]
        );
        assert_eq!(
            failing(&good.replace("accounts.google.com", "evil.example"), None),
            ["sign-in leads to Google"]
        );
        let wrong = Answer::new(500, "application/json", b"{}");
        assert!(!judge_google("x", &wrong, REGISTERED, None)[0].passed());
        let redirect = Answer {
            status: 302,
            headers: vec![("location".into(), good)],
            ..Answer::default()
        };
        assert!(
            judge_google("x", &redirect, REGISTERED, None)
                .iter()
                .all(Check::passed)
        );
    }

    #[test]
    fn the_session_endpoint_answers_json() {
        let passes = |status, media, body: &[u8]| {
            judge_session("x", &Answer::new(status, media, body)).passed()
        };
        assert!(passes(200, "application/json", b"null"));
        assert!(passes(401, "application/json", b"{}"));
        assert!(!passes(200, "text/html", b"<html>"));
        assert!(!passes(404, "application/json", b"{}"));
        assert!(!passes(500, "application/json", b"{}"));
    }
}
