//! What somebody left in a template.

/// Whether a value is a placeholder rather than a real one.
pub fn is_one(value: &str) -> bool {
    let value = value.trim().to_ascii_lowercase();
    let whole = [
        "changeme",
        "change-me",
        "change_me",
        "placeholder",
        "replace-me",
        "replace_me",
        "replaceme",
        "secret",
        "password",
        "example",
        "dummy",
        "todo",
        "fixme",
        "tbd",
        "none",
        "null",
        "undefined",
        "...",
        "…",
        "xxx",
    ];
    let begins = [
        "your-",
        "your_",
        "<",
        "change-me",
        "change_me",
        "changeme",
        "replace-",
        "replace_",
        "put-",
        "insert-",
        "todo",
        "xxxx",
        "****",
    ];
    let holds = [
        "your-domain.com",
        "your_domain.com",
        "yourdomain.com",
        "your-account",
        "your_",
        "-your-",
        "user:password@",
        "username:password@",
        "<your",
        "...",
    ];
    if whole.contains(&value.as_str()) || begins.iter().any(|text| value.starts_with(text)) {
        return true;
    }
    // A template that nobody expanded.
    let template = (value.starts_with("${") || value.starts_with("{{")) && value.ends_with('}');
    template || holds.iter().any(|text| value.contains(text)) || one_character(&value)
}

/// `xoxb-xxxxxxxx`: nothing but one character behind a prefix.
fn one_character(value: &str) -> bool {
    let rest = value.rsplit(['-', '_']).next().unwrap_or_default();
    rest.len() >= 4 && rest.bytes().all(|byte| matches!(byte, b'x' | b'*' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_templates_hold_is_known() {
        for value in [
            "your-secret",
            "<token>",
            "CHANGEME",
            "https://api.your-domain.com",
            "postgresql://user:password@host/db",
            "xoxb-your-token",
            "xoxb-xxxxxxxx",
            "xoxb-...",
            "${SECRET}",
            "{{ secret }}",
            "todo",
        ] {
            assert!(is_one(value), "{value}");
        }
        for value in [
            "xoxb-123-456-abc",
            "postgresql://neon:npg_q1@ep-cool-1.aws.neon.tech/db",
            "https://api.example.org",
            "0000000000000000",
            "a<b",
            "AIzaSyD-x",
        ] {
            assert!(!is_one(value), "{value}");
        }
    }
}
