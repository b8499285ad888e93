//! Requests as Slack signs them, and what the bot's answers mean.

use std::fmt::Write;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use sunset_core::check::{Check, Finding};
use sunset_core::secret::Secret;

use crate::answer::Answer;
use crate::inventory::SlackWish;
use crate::remedies;

/// How old a signature may be, in seconds.
pub const OLDEST: i64 = 5 * 60;

/// How long Slack waits, in milliseconds.
const PATIENCE: u64 = 3_000;

/// `v0=` and the HMAC-SHA256 of `v0:<timestamp>:<body>`, in hexadecimal digits.
pub fn signature(secret: &Secret, timestamp: i64, body: &str) -> String {
    let mut text = String::from("v0=");
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.expose().as_bytes()) else {
        // HMAC takes keys of any length.
        return text;
    };
    mac.update(format!("v0:{timestamp}:{body}").as_bytes());
    for byte in mac.finalize().into_bytes() {
        let written = write!(text, "{byte:02x}");
        debug_assert!(written.is_ok(), "writing to a String does not fail");
    }
    text
}

/// A slash command's body.
pub fn body(wish: &SlackWish) -> String {
    let mut pairs = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in [
        ("token", "deploy-check"),
        ("team_id", "T00000000"),
        ("team_domain", "deploy-check"),
        ("channel_id", "C00000000"),
        ("channel_name", "deploy-check"),
        ("user_id", "U00000000"),
        ("user_name", "deploy-check"),
        ("command", wish.command.as_str()),
        ("text", wish.text.as_str()),
        ("api_app_id", "A00000000"),
        ("trigger_id", "deploy-check"),
    ] {
        pairs.append_pair(name, value);
    }
    pairs.finish()
}

/// A request that Slack did not make, in some way.
pub fn judge_forged(what: &str, address: &str, answer: &Answer) -> Check {
    let fault = match answer.status {
        400 | 401 | 403 => None,
        200..300 => Some((
            format!("{what} is accepted (with {})", answer.status),
            "let the bot check X-Slack-Signature with SLACK_SIGNING_SECRET, and refuse timestamps \
             older than five minutes, before it does anything",
        )),
        404 | 405 => Some((
            format!("there is no such path: it answers {}", answer.status),
            remedies::BOT_SILENT,
        )),
        status => Some((
            format!("{what} is answered with {status}, not with 401"),
            "let the bot answer 401 to what it cannot prove to be Slack's",
        )),
    };
    Check::new(format!("{what} is refused"), format!("POST {address}"))
        .with(fault.map(|(fault, remedy)| Finding::failure(fault, 1, vec![]).remedy(remedy)))
}

/// A request signed as Slack signs it.
pub fn judge_signed(address: &str, answer: &Answer) -> Check {
    let fault = match answer.status {
        200..300 if answer.millis >= PATIENCE => Some(format!(
            "it takes {} ms, and Slack waits {PATIENCE} ms",
            answer.millis
        )),
        200..300 => None,
        401 | 403 => Some(format!(
            "a signed request is refused ({}): the bot has another SLACK_SIGNING_SECRET, or its \
             clock is off",
            answer.status
        )),
        status => Some(format!("a signed request is answered with {status}")),
    };
    Check::new("a signed request is accepted", format!("POST {address}"))
        .with(fault.map(|fault| Finding::failure(fault, 1, vec![]).remedy(remedies::BOT_SILENT)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_that_of_slacks_own_example() {
        let body = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&\
                    channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&\
                    command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2F\
                    commands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=\
                    398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
        let secret = Secret::new("8f742231b10e8888abcd99yyyzzz85a5");
        assert_eq!(
            signature(&secret, 1_531_420_618, body),
            "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
        );
    }

    #[test]
    fn what_the_bot_answers_is_told_apart() {
        let answer = |status, millis| Answer {
            status,
            millis,
            ..Answer::default()
        };
        assert!(judge_forged("x", "a", &answer(401, 1)).passed());
        for status in [200, 204, 302, 404, 500] {
            assert!(
                !judge_forged("x", "a", &answer(status, 1)).passed(),
                "{status}"
            );
        }
        assert!(judge_signed("a", &answer(200, 10)).passed());
        for (status, millis) in [(200, 3_000), (401, 1), (500, 1), (404, 1)] {
            assert!(
                !judge_signed("a", &answer(status, millis)).passed(),
                "{status}"
            );
        }
    }
}
