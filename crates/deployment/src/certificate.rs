//! What a certificate's examination means.

use jiff::Timestamp;
use sunset_core::check::{Check, Finding};

use crate::remedies;

/// What a verifier says of a chain at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trust {
    /// All is well.
    Good,
    /// The name is not one of those that the certificate names.
    WrongName {
        /// Those it names.
        presented: Vec<String>,
    },
    /// It is not valid any more.
    Expired,
    /// It is not valid yet.
    NotYet,
    /// Nobody that this machine trusts vouches for it.
    Untrusted,
    /// Something else.
    Other(String),
}

/// What was seen of one service's TLS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// At this moment.
    pub now: Trust,
    /// At the moment until which it should be valid at least.
    pub then: Trust,
    /// Until when the certificate itself is valid.
    pub not_after: Option<Timestamp>,
    /// Whether the server chose HTTP/2.
    pub http2: bool,
}

const RENEW: &str = "renew it: Cloudflare does so by itself while the custom domain is active and \
    its CAA records allow it; elsewhere run the certificate client and load it into the server";

/// Checks of a service's certificate and protocol.
pub fn judge(service: &str, host: &str, seen: &Seen, min_days: i64, now: Timestamp) -> Vec<Check> {
    let check = |what: &str, finding: Option<Finding>| {
        Check::new(format!("{service}: {what}"), host).with(finding)
    };
    let fail = |what: String, remedy: &str| Some(Finding::failure(what, 1, vec![]).remedy(remedy));
    let until = seen.not_after.map_or_else(String::new, |end| {
        format!(" (valid until {})", end.strftime("%Y-%m-%d"))
    });
    let name = match &seen.now {
        Trust::WrongName { presented } => fail(
            format!(
                "the certificate is for {}, not for {host}",
                if presented.is_empty() {
                    "nobody".to_owned()
                } else {
                    presented.join(", ")
                }
            ),
            "add the custom domain to the service in the Cloudflare dashboard, or put this name \
             into the certificate",
        ),
        _ => None,
    };
    let chain = match &seen.now {
        Trust::Untrusted => fail(
            "nobody that this machine trusts vouches for the certificate".into(),
            "serve the intermediate certificates with it, and use a public authority; for one of \
             your own set SSL_CERT_FILE to its root",
        ),
        Trust::Other(what) => fail(format!("the certificate is refused: {what}"), RENEW),
        _ => None,
    };
    let expiry = match (&seen.now, &seen.then) {
        (Trust::Expired, _) => fail(format!("the certificate has expired{until}"), RENEW),
        (Trust::NotYet, _) => fail(
            "the certificate is not valid yet".into(),
            "check this machine's clock, and when the certificate begins",
        ),
        // Whatever else is wrong with it.
        (_, Trust::Expired) => {
            let left = seen
                .not_after
                .map(|end| end.duration_since(now).as_hours() / 24);
            let left = left.map_or_else(String::new, |days| format!(", in {days} days"));
            fail(
                format!("the certificate expires within {min_days} days{left}{until}"),
                RENEW,
            )
        }
        _ => None,
    };
    vec![
        check("certificate's name", name),
        check("certificate's chain", chain),
        check("certificate's expiry", expiry),
        check(
            "HTTP/2",
            if seen.http2 {
                None
            } else {
                fail(
                    "the server does not offer HTTP/2".into(),
                    "switch HTTP/2 on (Cloudflare: Speed, Settings, Protocol Optimization)",
                )
            },
        ),
    ]
}

/// The check of the redirect from `http:`. `location` is where the answer leads, made absolute.
pub fn judge_redirect(
    service: &str,
    plain: &str,
    wanted_host: &str,
    status: u16,
    location: Option<&url::Url>,
) -> Check {
    let redirects = matches!(status, 301 | 302 | 303 | 307 | 308);
    let fault = match location {
        _ if !redirects => Some(format!("http answers {status} and does not redirect")),
        None => Some("http redirects to nowhere".into()),
        Some(url) if url.scheme() != "https" => {
            Some("http redirects to another http address".into())
        }
        Some(url) if url.host_str() != Some(wanted_host) => Some(format!(
            "http redirects to {}, another host",
            url.host_str().unwrap_or("nowhere")
        )),
        Some(_) => None,
    };
    let finding = fault.map(|fault| {
        Finding::failure(fault, 1, vec![]).remedy(
            "switch on Always Use HTTPS (Cloudflare: SSL/TLS, Edge Certificates), or redirect with \
             301 to the same host",
        )
    });
    Check::new(format!("{service}: http redirects to https"), plain).with(finding)
}

/// The check that fails where no connection comes about.
pub fn unreachable(service: &str, host: &str, why: &str) -> Check {
    Check::new(format!("{service}: TLS"), host).with(Some(
        Finding::failure(format!("no TLS connection: {why}"), 1, vec![])
            .remedy(remedies::CONNECTION_REFUSED),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fault_is_told_apart() {
        let now: Timestamp = "2026-01-31T12:00:00Z".parse().expect("a time");
        let seen = |now: Trust, then: Trust, http2: bool| Seen {
            now,
            then,
            not_after: "2026-02-10T12:00:00Z".parse().ok(),
            http2,
        };
        let failing = |seen: &Seen| -> Vec<String> {
            let checks = judge("web", "h", seen, 14, now);
            let failed = checks.iter().filter(|check| !check.passed());
            failed
                .map(|check| check.findings[0].message.clone())
                .collect()
        };
        assert!(failing(&seen(Trust::Good, Trust::Good, true)).is_empty());
        assert_eq!(
            failing(&seen(Trust::Good, Trust::Expired, true)),
            ["the certificate expires within 14 days, in 10 days (valid until 2026-02-10)"]
        );
        let wrong = Trust::WrongName {
            presented: vec!["other".into()],
        };
        assert_eq!(
            failing(&seen(wrong.clone(), wrong, false)),
            [
                "the certificate is for other, not for h",
                "the server does not offer HTTP/2"
            ]
        );
        assert_eq!(
            failing(&seen(Trust::Expired, Trust::Expired, true)).len(),
            1
        );
        assert_eq!(
            failing(&seen(Trust::Untrusted, Trust::Untrusted, true)).len(),
            1
        );
        let both = failing(&seen(Trust::Untrusted, Trust::Expired, true));
        assert_eq!(both.len(), 2, "{both:?}");
        assert!(both[1].contains("expires within 14 days"), "{both:?}");
    }

    #[test]
    fn a_redirect_leads_to_the_same_host_by_https() {
        let passes = |status: u16, location: &str| {
            let url = url::Url::parse(location).ok();
            judge_redirect("web", "http://h/", "h", status, url.as_ref()).passed()
        };
        assert!(passes(301, "https://h/"));
        assert!(passes(308, "https://h:8443/x"));
        assert!(!passes(200, ""));
        assert!(!passes(301, "http://h/"));
        assert!(!passes(301, "https://other/"));
        assert!(!passes(301, ""));
    }
}
