//! What looks like a key, a token or a password. Where and of which kind is told, never what.

use std::sync::LazyLock;

use regex_lite::Regex;

/// A kind of secret: its name, texts of which one stands in every such secret, and its pattern.
/// The texts are looked for first, so that the pattern costs nothing where there is none.
type Kind = (&'static str, &'static [&'static str], &'static str);

const KINDS: [Kind; 24] = [
    (
        "private key",
        &["PRIVATE KEY-----"],
        r"-----BEGIN [A-Z ]*PRIVATE KEY-----",
    ),
    ("Google API key", &["AIza"], r"AIza[0-9A-Za-z_\-]{35}"),
    (
        "Google OAuth secret",
        &["GOCSPX-"],
        r"GOCSPX-[0-9A-Za-z_\-]{20,}",
    ),
    (
        "Google access token",
        &["ya29."],
        r"ya29\.[0-9A-Za-z_\-]{20,}",
    ),
    (
        "AWS access key",
        &["AKIA", "ASIA"],
        r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    ),
    (
        "GitHub token",
        &["ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"],
        r"\b(?:gh[pousr]_[0-9A-Za-z]{36}|github_pat_[0-9A-Za-z_]{40})",
    ),
    ("GitLab token", &["glpat-"], r"\bglpat-[0-9A-Za-z_\-]{20}"),
    ("Slack token", &["xox"], r"\bxox[abeprs]-[0-9A-Za-z\-]{10,}"),
    (
        "Slack webhook",
        &["hooks.slack.com/"],
        r"hooks\.slack\.com/(?:services|workflows)/[0-9A-Za-z/_]{20,}",
    ),
    (
        "Stripe key",
        &["k_live_", "k_test_", "whsec_"],
        r"\b(?:[sr]k_(?:live|test)_|whsec_)[0-9A-Za-z]{16,}",
    ),
    (
        "API key (sk-…)",
        &["sk-"],
        r"\bsk-(?:[a-z]{2,8}-)*[0-9A-Za-z_\-]{20,}",
    ),
    (
        "SendGrid key",
        &["SG."],
        r"\bSG\.[0-9A-Za-z_\-]{16,}\.[0-9A-Za-z_\-]{16,}",
    ),
    ("Twilio key", &["SK"], r"\bSK[0-9a-f]{32}\b"),
    ("npm token", &["npm_"], r"\bnpm_[0-9A-Za-z]{36}\b"),
    ("Hugging Face token", &["hf_"], r"\bhf_[0-9A-Za-z]{30,}"),
    (
        "Telegram bot token",
        &[":AA"],
        r"\b[0-9]{8,10}:AA[0-9A-Za-z_\-]{33}\b",
    ),
    (
        "Azure account key",
        &["AccountKey="],
        r"AccountKey=[0-9A-Za-z+/=]{40,}",
    ),
    (
        "Firebase messaging token",
        &[":APA91b"],
        r"\b[0-9A-Za-z_\-]{20,}:APA91b[0-9A-Za-z_\-]{60,}",
    ),
    (
        "JSON web token",
        &["eyJ"],
        r"\beyJ[0-9A-Za-z_\-]{8,}\.eyJ[0-9A-Za-z_\-]{8,}\.[0-9A-Za-z_\-]*",
    ),
    (
        "URL with a password",
        &["://"],
        r"[A-Za-z][0-9A-Za-z+.\-]*://[^\s/:@?#]*:[^\s/@?#]+@",
    ),
    (
        "URL with a signature or token",
        &["oken=", "ignature=", "sig=", "key=", "Key="],
        r"[?&](?:X-Goog-Signature|X-Amz-Signature|[Ss]ignature|sig|token|access_token|api_?[Kk]ey|key)=[^&\s]{16,}",
    ),
    (
        "password hash",
        &[
            "$2a$", "$2b$", "$2x$", "$2y$", "$argon2", "$scrypt$", "$1$", "$5$", "$6$",
        ],
        r"\$(?:2[abxy]\$[0-9]{2}\$[./0-9A-Za-z]{53}|argon2(?:id|i|d)\$|scrypt\$|[156]\$[./0-9A-Za-z]{1,16}\$)",
    ),
    (
        "bearer token",
        &["earer ", "EARER "],
        r"\b(?:[Bb]earer|BEARER)\s+[0-9A-Za-z._~+/=\-]{20,}",
    ),
    (
        "connection string with a password",
        &["assword=", "PASSWORD=", "Pwd=", "pwd="],
        r"(?:[Pp]assword|PASSWORD|[Pp]wd)=[^\s;&]{4,};",
    ),
];

// A pattern that does not compile is found by the tests; here it would see nothing.
static PATTERNS: LazyLock<Vec<Option<Regex>>> = LazyLock::new(|| {
    KINDS
        .iter()
        .map(|(_, _, pattern)| Regex::new(pattern).ok())
        .collect()
});

/// The kinds of secrets that a text seems to hold.
pub(super) fn in_text(text: &str) -> Vec<&'static str> {
    let mut found = Vec::new();
    if text.len() < 12 {
        return found;
    }
    for (index, (kind, signs, _)) in KINDS.iter().enumerate() {
        if signs.iter().any(|sign| text.contains(sign))
            && let Some(Some(pattern)) = PATTERNS.get(index)
            && pattern.is_match(text)
        {
            found.push(*kind);
        }
    }
    found
}

/// The kind of secret that a field called so keeps, where `text` can be one.
pub(super) fn in_field(named: &'static str, text: &str) -> Option<&'static str> {
    let text = text.trim();
    let least = if named == "token" { 16 } else { 6 };
    let possible = text.chars().count() >= least
        && !matches!(text, "[redacted]" | "[REDACTED]" | "undefined")
        && text
            .chars()
            .any(|c| c != '*' && c != 'x' && c != 'X' && c != '•');
    if !possible || (named == "token" && text.contains(char::is_whitespace)) {
        return None;
    }
    Some(match named {
        "password" => "value of a field named like a password",
        "key" => "value of a field named like a key",
        "token" => "value of a field named like a token",
        _ => "value of a field named like a secret",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_found_within_text() {
        assert!(PATTERNS.iter().all(Option::is_some));
        let letters = |count: usize| {
            "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0fGhJkLmNpQrStUvWxYz".repeat(2)[..count].to_owned()
        };
        let cases = [
            (
                "private key",
                "-----BEGIN RSA PRIVATE KEY-----\nMII".to_owned(),
            ),
            ("Google API key", format!("AIza{}", letters(35))),
            ("Google OAuth secret", format!("GOCSPX-{}", letters(28))),
            ("AWS access key", format!("AKIA{}", "ABCDEFGHIJ234567")),
            ("GitHub token", format!("ghp_{}", letters(36))),
            ("Slack token", format!("xoxb-{}", letters(20))),
            (
                "Slack webhook",
                format!("https://hooks.slack.com/services/T000/B000/{}", letters(24)),
            ),
            ("Stripe key", format!("sk_live_{}", letters(24))),
            ("API key (sk-…)", format!("sk-proj-{}", letters(40))),
            (
                "JSON web token",
                format!("eyJ{}.eyJ{}.{}", letters(20), letters(20), letters(20)),
            ),
            (
                "URL with a password",
                "postgres://app:hunter2@db.example.com/x".to_owned(),
            ),
            (
                "URL with a signature or token",
                format!("https://x.test/o/a?alt=media&token={}", letters(36)),
            ),
            ("password hash", format!("$2b$12${}", letters(53))),
            (
                "bearer token",
                format!("Authorization: Bearer {}", letters(30)),
            ),
        ];
        for (kind, text) in cases {
            let text = format!("before {text} after");
            assert!(in_text(&text).contains(&kind), "{kind}: {text}");
        }
    }

    #[test]
    fn ordinary_text_is_no_secret() {
        for text in [
            "https://example.com:8080/a@b",
            "gs://sales-ai-audio-bucket/slack/2025/06/202506-IC001.m4a",
            "see sk-learn and the task-force-of-the-century list",
            "2025-11-03T02:15:00Z",
            "12345678:short",
        ] {
            assert_eq!(in_text(text), Vec::<&str>::new(), "{text}");
        }
    }

    #[test]
    fn a_field_that_is_named_so_keeps_something() {
        assert!(in_field("password", "hunter2").is_some());
        assert_eq!(in_field("password", "******"), None);
        assert_eq!(in_field("token", "short"), None);
        assert_eq!(in_field("secret", ""), None);
    }
}
