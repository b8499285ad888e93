//! Which origins the API lets in.

use sunset_core::check::{Check, Finding};
use url::Url;

use crate::answer::{Answer, shown};
use crate::remedies;

/// An origin that no deployment knows.
pub const STRANGER: &str = "https://deploy-check.invalid";

/// Origins that must be refused: a stranger, one that begins like the web's, and `null`.
pub fn strangers(origin: &str) -> Vec<String> {
    vec![
        STRANGER.into(),
        format!("{}.deploy-check.invalid", origin.trim_end_matches('/')),
        "null".into(),
    ]
}

/// Whether the origin itself is one: scheme and host, nothing behind.
pub fn judge_origin(origin: &str, from: &str) -> Check {
    let fault = match Url::parse(origin) {
        Err(_) => Some("it is no address"),
        Ok(_) if origin.ends_with('/') => Some("a slash stands at its end, which no browser sends"),
        Ok(url) if url.origin().ascii_serialization() != origin => {
            Some("more than scheme, host and port is in it")
        }
        Ok(_) => None,
    };
    Check::new("origin has no trailing slash", from).with(fault.map(|fault| {
        Finding::failure(format!("{}: {fault}", shown(origin)), 1, vec![]).remedy(remedies::CORS)
    }))
}

/// The preflight from the web's own origin.
pub fn judge_own(origin: &str, method: &str, address: &str, answer: &Answer) -> Vec<Check> {
    let check = |name: &str, fault: Option<String>| {
        let finding = fault.map(|fault| Finding::failure(fault, 1, vec![]).remedy(remedies::CORS));
        Check::new(name, format!("OPTIONS {address} from {origin}")).with(finding)
    };
    let allowed: Vec<&str> = answer
        .headers_named("access-control-allow-origin")
        .collect();
    let origin_fault = match allowed.as_slice() {
        _ if !(200..300).contains(&answer.status) => {
            Some(format!("the preflight answers {}", answer.status))
        }
        [] => Some("the preflight allows no origin".into()),
        ["*"] => Some("the preflight allows * , which browsers refuse with credentials".into()),
        [one] if *one == origin => None,
        [one] if one.trim_end_matches('/') == origin => Some(format!(
            "the preflight allows {}, with a slash at its end",
            shown(one)
        )),
        [one] => Some(format!("the preflight allows {} alone", shown(one))),
        _ => Some("the preflight names several origins, which browsers refuse".into()),
    };
    let credentials = answer.header("access-control-allow-credentials");
    let credentials_fault = (credentials != Some("true")).then(|| {
        "Access-Control-Allow-Credentials is not true: the session's cookie is not sent".to_owned()
    });
    let methods = answer
        .header("access-control-allow-methods")
        .unwrap_or_default();
    let simple = matches!(method, "GET" | "HEAD" | "POST");
    let listed = methods
        .split(',')
        .any(|one| one.trim().eq_ignore_ascii_case(method));
    let method_fault =
        (!listed && !simple).then(|| format!("{method} is not among the allowed methods"));
    let headers = answer
        .header("access-control-allow-headers")
        .unwrap_or_default();
    let has_header = headers
        .split(',')
        .any(|one| one.trim().eq_ignore_ascii_case("content-type"));
    let header_fault =
        (!has_header).then(|| "content-type is not among the allowed headers".to_owned());
    vec![
        check("the web's origin is allowed", origin_fault),
        check("with credentials", credentials_fault),
        check(
            "with the web's method and headers",
            method_fault.or(header_fault),
        ),
    ]
}

/// The preflight from another origin.
pub fn judge_stranger(stranger: &str, address: &str, answer: &Answer) -> Check {
    let mut allowed = answer.headers_named("access-control-allow-origin");
    let fault = allowed
        .find(|one| *one == "*" || *one == stranger)
        .map(|one| {
            Finding::failure(
                format!("the preflight allows {} to {stranger}", shown(one)),
                1,
                vec![],
            )
            .remedy(remedies::CORS)
        });
    Check::new(
        format!("{stranger} is not allowed"),
        format!("OPTIONS {address} from {stranger}"),
    )
    .with(fault)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WEB: &str = "https://app.example.org";

    fn answer(status: u16, headers: &[(&str, &str)]) -> Answer {
        Answer {
            status,
            headers: headers
                .iter()
                .map(|(name, value)| ((*name).into(), (*value).into()))
                .collect(),
            ..Answer::default()
        }
    }

    #[test]
    fn the_web_is_let_in_with_credentials() {
        let passes = |status, origin, credentials, headers| {
            let answer = answer(
                status,
                &[
                    ("access-control-allow-origin", origin),
                    ("access-control-allow-credentials", credentials),
                    ("access-control-allow-headers", headers),
                ],
            );
            judge_own(WEB, "POST", "x", &answer)
                .iter()
                .all(Check::passed)
        };
        assert!(passes(204, WEB, "true", "Content-Type, Authorization"));
        assert!(!passes(404, WEB, "true", "content-type"));
        assert!(!passes(204, "*", "true", "content-type"));
        assert!(!passes(
            204,
            "https://app.example.org/",
            "true",
            "content-type"
        ));
        assert!(!passes(
            204,
            "https://other.example",
            "true",
            "content-type"
        ));
        assert!(!passes(204, WEB, "false", "content-type"));
        assert!(!passes(204, WEB, "true", "authorization"));
        assert!(
            !judge_own(WEB, "POST", "x", &answer(204, &[]))
                .iter()
                .all(Check::passed)
        );
    }

    #[test]
    fn strangers_are_not() {
        for stranger in strangers(WEB) {
            let echo = answer(204, &[("access-control-allow-origin", &stranger)]);
            assert!(!judge_stranger(&stranger, "x", &echo).passed());
            let all = answer(204, &[("access-control-allow-origin", "*")]);
            assert!(!judge_stranger(&stranger, "x", &all).passed());
            let own = answer(204, &[("access-control-allow-origin", WEB)]);
            assert!(judge_stranger(&stranger, "x", &own).passed());
        }
    }

    #[test]
    fn an_origin_is_scheme_and_host() {
        assert!(judge_origin(WEB, "x").passed());
        assert!(judge_origin("http://localhost:5173", "x").passed());
        for bad in [
            "https://app.example.org/",
            "https://app.example.org/x",
            "app.example.org",
        ] {
            assert!(!judge_origin(bad, "x").passed(), "{bad}");
        }
    }
}
