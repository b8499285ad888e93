//! Whether what a service must be given is there and looks right. Values are looked at, never shown.

use sunset_core::check::{Check, Finding};
use sunset_core::secret::Secret;
use url::{Host, Url};

use crate::inventory::{Form, SecretWish, Service};
use crate::placeholder;

/// What is known of a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Known {
    /// Its value, from the environment or an env file.
    Value(Secret),
    /// That it exists, from `wrangler secret list` or `wrangler.toml`.
    Name,
    /// Nothing: it is not set.
    Absent,
}

/// One check for each secret of a service. `from` says where they were looked for.
pub fn judge(service: &Service, from: &str, known: impl Fn(&str) -> Known) -> Vec<Check> {
    let checks = service.secrets.iter().map(|wish| {
        let name = format!("{}: {}", service.name, wish.name);
        let check = Check::new(name, from);
        check.with(match known(&wish.name) {
            Known::Absent => Some(Finding::failure("it is not set", 1, vec![]).remedy(format!(
                "get it ({}), then: bunx wrangler secret put {} in {}",
                wish.source, wish.name, service.directory
            ))),
            Known::Name => Some(Finding::note(
                "it exists; its form could not be looked at, the value is not known here",
                1,
                vec![],
            )),
            Known::Value(value) => faults(wish, &value),
        })
    });
    checks.collect()
}

fn faults(wish: &SecretWish, value: &Secret) -> Option<Finding> {
    let faults = faults_of(wish, value.expose());
    let count = u64::try_from(faults.len()).unwrap_or(u64::MAX);
    let remedy = format!("set the right value ({})", wish.source);
    (count > 0).then(|| Finding::failure(faults.join("; "), count, vec![]).remedy(remedy))
}

/// What is wrong with a value, in words that hold none of it.
pub fn faults_of(wish: &SecretWish, value: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let trimmed = value.trim();
    if trimmed.is_empty() {
        return vec!["it is empty".into()];
    }
    if trimmed.len() != value.len() {
        faults.push("white space stands around it".into());
    }
    let quoted = ['"', '\'']
        .iter()
        .any(|quote| trimmed.len() > 1 && trimmed.starts_with(*quote) && trimmed.ends_with(*quote));
    if quoted {
        faults.push("quotation marks are part of it".into());
    }
    if placeholder::is_one(trimmed) {
        faults.push("a placeholder was left in".into());
        return faults;
    }
    if trimmed.chars().any(char::is_control) {
        faults.push("it holds a line break or another control character".into());
    }
    if let Some(prefix) = &wish.prefix
        && !trimmed.starts_with(prefix.as_str())
    {
        faults.push(format!("it does not begin with {prefix}"));
    }
    if let Some(prefix) = &wish.prefix
        && trimmed == prefix
    {
        faults.push(format!("nothing follows {prefix}"));
    }
    let length = trimmed.chars().count();
    if length < wish.min_length {
        faults.push(format!(
            "it has {length} characters, and needs at least {}",
            wish.min_length
        ));
    }
    match wish.form {
        Form::Text => {}
        Form::Url => faults.extend(url_faults(trimmed)),
        Form::DatabaseUrl => faults.extend(database_faults(trimmed)),
    }
    faults
}

fn is_here(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

fn url_faults(text: &str) -> Vec<String> {
    let Ok(url) = Url::parse(text) else {
        return vec!["it is no URL".into()];
    };
    let mut faults = Vec::new();
    match url.scheme() {
        "https" => {}
        "http" if is_here(&url) => {}
        "http" => faults.push("it begins with http://, not https://".into()),
        _ => faults.push("it begins with something other than https://".into()),
    }
    if !url.has_host() {
        faults.push("it names no host".into());
    }
    if !url.username().is_empty() || url.password().is_some() {
        faults.push("it holds a user name or a password".into());
    }
    if text.ends_with('/') {
        faults.push("a slash stands at its end".into());
    }
    faults
}

fn database_faults(text: &str) -> Vec<String> {
    let Ok(url) = Url::parse(text) else {
        return vec!["it is no URL".into()];
    };
    let mut faults = Vec::new();
    if !matches!(url.scheme(), "postgres" | "postgresql") {
        faults.push("it does not begin with postgresql://".into());
        return faults;
    }
    let by_parameter = |name: &str| url.query_pairs().any(|(key, _)| key == name);
    if !url.has_host() && !by_parameter("host") {
        faults.push("it names no host".into());
    }
    if url.username().is_empty() && !by_parameter("user") {
        faults.push("it names no user".into());
    }
    if url.path().trim_matches('/').is_empty() && !by_parameter("dbname") {
        faults.push("it names no database".into());
    }
    let mode = url
        .query_pairs()
        .find(|(key, _)| key == "sslmode")
        .map(|(_, value)| value.into_owned());
    if mode.is_some_and(|mode| matches!(mode.as_str(), "disable" | "allow" | "prefer"))
        && !is_here(&url)
    {
        faults.push("its sslmode lets the connection go without TLS".into());
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::Inventory;

    fn wish(name: &str) -> SecretWish {
        let inventory = Inventory::parse(Inventory::SALES_AI_V3, None).expect("the inventory");
        let mut all = inventory.services.into_iter().flat_map(|one| one.secrets);
        all.find(|wish| wish.name == name).expect("a secret")
    }

    #[test]
    fn forms_are_looked_at() {
        let long = "k".repeat(16) + &"7".repeat(16);
        for (name, good, bad) in [
            (
                "SLACK_BOT_TOKEN",
                "xoxb-1-2-a",
                vec!["xoxp-1-2-a", "xoxb-", "xoxb-your-token", ""],
            ),
            (
                "BETTER_AUTH_SECRET",
                long.as_str(),
                vec![&long[..31], "change-me-please-this-is-a-secret-x", " "],
            ),
            (
                "BETTER_AUTH_URL",
                "https://api.example.org",
                vec![
                    "api.example.org",
                    "http://api.example.org",
                    "https://api.example.org/",
                    "https://api.your-domain.com",
                    "\"https://api.example.org\"",
                    "ftp://api.example.org",
                    "https://u:p@api.example.org",
                ],
            ),
            (
                "DATABASE_URL",
                "postgresql://u:p@db.example.org/v3?sslmode=require",
                vec![
                    "mysql://u:p@db/v3",
                    "postgresql://user:password@host/db",
                    "postgresql://u@db.example.org/",
                    "postgresql://db.example.org/v3",
                    "postgresql://u:p@db.example.org/v3?sslmode=disable",
                    "db.example.org",
                ],
            ),
            (
                "GROQ_API_KEY",
                "gsk_1a",
                vec!["your-groq-key", "gsk_1a ", "gsk\n_1a", "'gsk_1a'"],
            ),
        ] {
            let wish = wish(name);
            assert!(faults_of(&wish, good).is_empty(), "{name}: {good}");
            for value in bad {
                let faults = faults_of(&wish, value);
                assert!(!faults.is_empty(), "{name}: {value:?}");
                let shown = faults.join(" ");
                assert!(
                    value.trim().len() < 6 || !shown.contains(value.trim()),
                    "{shown}"
                );
            }
        }
    }

    #[test]
    fn only_what_is_absent_or_wrong_fails() {
        let inventory = Inventory::parse(Inventory::SALES_AI_V3, None).expect("the inventory");
        let bot = inventory
            .services
            .iter()
            .find(|one| one.name == "slack-bot")
            .expect("the bot");
        let checks = judge(bot, "somewhere", |name| match name {
            "SLACK_BOT_TOKEN" => Known::Value(Secret::new("xoxb-1-hunter2")),
            "SLACK_SIGNING_SECRET" => Known::Name,
            "API_TOKEN" => Known::Value(Secret::new("hunter2\n")),
            _ => Known::Absent,
        });
        let passed: Vec<bool> = checks.iter().map(Check::passed).collect();
        assert_eq!(passed, [true, true, false, false]);
        assert!(!format!("{checks:?}").contains("hunter2"));
    }
}
