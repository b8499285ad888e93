//! What the names of fields and the keys of maps tell.

use super::text::{Form, form_of};

/// The words of a name: `salesRepEmail`, `sales_rep_email` and `sales-rep email` are sales, rep, email.
pub(super) fn words(name: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut before = ' ';
    for c in name.chars() {
        let starts = c.is_uppercase() && !before.is_uppercase();
        if (!c.is_alphanumeric() || starts) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if c.is_alphanumeric() {
            word.extend(c.to_lowercase());
        }
        before = c;
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// The personal data that a field seems to hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Personal {
    /// E-mail addresses.
    Email,
    /// Telephone numbers.
    Phone,
    /// Names of people.
    Name,
    /// Postal addresses.
    Address,
    /// Days of birth.
    Birth,
    /// Numbers that a state or a bank gives.
    Number,
    /// Network addresses.
    Network,
    /// Places on the earth.
    Place,
}

impl Personal {
    /// As people say.
    pub fn label(self) -> &'static str {
        match self {
            Self::Email => "e-mail addresses",
            Self::Phone => "phone numbers",
            Self::Name => "names",
            Self::Address => "postal addresses",
            Self::Birth => "days of birth",
            Self::Number => "identity or account numbers",
            Self::Network => "network addresses",
            Self::Place => "places",
        }
    }
}

/// What a field is for, as far as its name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Role {
    /// It identifies something: `customerId`, `case_number`.
    pub identifier: bool,
    /// It is a point in time: `createdAt`.
    pub time: bool,
    /// It chooses from a short list: `status`.
    pub category: bool,
    /// What it keeps secret.
    pub secret: Option<&'static str>,
    /// The personal data that its name promises.
    pub personal: Option<Personal>,
}

const CATEGORIES: &[&str] = &[
    "status",
    "state",
    "type",
    "kind",
    "stage",
    "level",
    "category",
    "priority",
    "severity",
    "sentiment",
    "urgency",
    "source",
    "channel",
    "language",
    "lang",
    "locale",
    "currency",
    "country",
    "timezone",
    "unit",
    "provider",
    "platform",
    "role",
    "qualification",
    "version",
    "format",
    "mode",
    "tier",
    "phase",
    "model",
    "outcome",
];

/// What has a name without being a person.
const THINGS: &[&str] = &[
    "file",
    "field",
    "event",
    "bucket",
    "collection",
    "model",
    "template",
    "product",
    "plan",
    "class",
    "function",
    "queue",
    "topic",
    "host",
    "domain",
    "tag",
    "package",
    "app",
    "image",
    "folder",
    "path",
    "device",
    "table",
    "column",
    "job",
    "service",
    "project",
    "database",
    "campaign",
    "channel",
    "type",
    "item",
    "store",
    "company",
    "shop",
    "category",
    "city",
    "country",
    "course",
    "role",
    "agent",
    "step",
    "task",
    "tool",
    "index",
    "language",
];

pub(super) fn role_of(name: &str) -> Role {
    let words = words(name);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let last = words.last().copied().unwrap_or_default();
    let any = |of: &[&str]| words.iter().any(|word| of.contains(word));
    let identifier = matches!(
        last,
        "id" | "ids"
            | "uid"
            | "uids"
            | "no"
            | "number"
            | "numbers"
            | "code"
            | "codes"
            | "ref"
            | "refs"
            | "slug"
            | "sku"
            | "key"
            | "uuid"
            | "guid"
    );
    let secret = secret_of(&words, last);
    Role {
        identifier: identifier && secret.is_none(),
        time: any(&[
            "at",
            "time",
            "date",
            "ts",
            "timestamp",
            "created",
            "updated",
            "modified",
            "expires",
            "expiry",
            "deadline",
            "until",
            "since",
            "when",
            "birthday",
            "dob",
        ]) && !any(&["zone"]),
        category: CATEGORIES.contains(&last) && secret.is_none(),
        secret,
        personal: personal_of(&words, last),
    }
}

fn secret_of(words: &[&str], last: &str) -> Option<&'static str> {
    let has = |word: &str| words.contains(&word);
    let beside = |first: &str, second: &str| words.windows(2).any(|pair| pair == [first, second]);
    if has("password") || has("passwd") || has("pwd") || has("passphrase") || has("passcode") {
        Some("password")
    } else if has("secret") || has("secrets") || has("credential") || has("credentials") {
        Some("secret")
    } else if has("apikey")
        || beside("api", "key")
        || beside("access", "key")
        || beside("private", "key")
        || beside("encryption", "key")
        || beside("signing", "key")
    {
        Some("key")
    } else if matches!(last, "token" | "jwt" | "cookie") {
        Some("token")
    } else {
        None
    }
}

fn personal_of(words: &[&str], last: &str) -> Option<Personal> {
    let has = |of: &[&str]| words.iter().any(|word| of.contains(word));
    let before = words
        .len()
        .checked_sub(2)
        .and_then(|index| words.get(index));
    if has(&["email", "emails", "mail"]) {
        Some(Personal::Email)
    } else if has(&[
        "phone",
        "phones",
        "mobile",
        "telephone",
        "tel",
        "fax",
        "cellphone",
        "whatsapp",
    ]) {
        Some(Personal::Phone)
    } else if has(&["birthday", "birthdate", "dob", "birth"]) {
        Some(Personal::Birth)
    } else if has(&["passport", "ssn", "iban", "taxid", "nationalid"]) {
        Some(Personal::Number)
    } else if last == "ip" || (has(&["ip"]) && last == "address") {
        Some(Personal::Network)
    } else if has(&["address", "addresses", "street", "postcode", "zipcode"]) {
        Some(Personal::Address)
    } else if matches!(
        last,
        "firstname" | "lastname" | "fullname" | "nickname" | "surname" | "username"
    ) || (last == "name"
        && before.is_none_or(|before| !THINGS.contains(before))
        && words.len() > 1)
        || matches!(
            last,
            "rep"
                | "owner"
                | "author"
                | "assignee"
                | "attendee"
                | "attendees"
                | "participants"
                | "speaker"
        )
    {
        Some(Personal::Name)
    } else {
        None
    }
}

/// What stands for a key that is data rather than a name: `{e-mail}` for every address.
pub(super) fn data_key(key: &str) -> Option<&'static str> {
    let digits = key.bytes().filter(u8::is_ascii_digit).count();
    match form_of(key, Role::default()) {
        Form::Email => return Some("{e-mail}"),
        Form::Phone => return Some("{phone}"),
        Form::Uuid => return Some("{uuid}"),
        Form::Date | Form::OtherDate | Form::Utc | Form::Offset | Form::Zoneless => {
            return Some("{date}");
        }
        Form::Number => return Some("{number}"),
        Form::AutoId | Form::UserId | Form::Token => return Some("{id}"),
        Form::Url | Form::StoragePath => return Some("{url}"),
        _ => {}
    }
    if !super::secrets::in_text(key).is_empty() {
        Some("{secret}")
    } else if key.chars().count() > 64 {
        Some("{long key}")
    } else if digits >= 6 || (digits >= 3 && digits * 2 > key.len()) {
        Some("{code}")
    } else {
        None
    }
}

/// Puts a key behind a path, quoted where it holds more than letters, digits, `_` and `-`.
pub(super) fn push_key(path: &mut String, key: &str) {
    if !path.is_empty() {
        path.push('.');
    }
    if let Some(general) = data_key(key) {
        path.push_str(general);
        return;
    }
    let simple = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    if !key.is_empty() && key.chars().all(simple) {
        path.push_str(key);
        return;
    }
    path.push('`');
    for c in key.chars() {
        match c {
            '`' | '\\' => path.extend(['\\', c]),
            c if c.is_control() || super::text::is_invisible(c) => path.extend(c.escape_unicode()),
            c => path.push(c),
        }
    }
    path.push('`');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fall_into_words() {
        assert_eq!(words("salesRepEmail"), ["sales", "rep", "email"]);
        assert_eq!(words("UTM_source"), ["utm", "source"]);
        assert_eq!(words("slackThreadTs"), ["slack", "thread", "ts"]);
        assert_eq!(words("客戶 名稱"), ["客戶", "名稱"]);
        assert!(words("-_").is_empty());
    }

    #[test]
    fn names_tell_what_a_field_is_for() {
        assert!(role_of("customerId").identifier);
        assert!(role_of("lead_id").identifier);
        assert!(!role_of("api_key").identifier);
        assert_eq!(role_of("apiKey").secret, Some("key"));
        assert_eq!(role_of("webhook_secret").secret, Some("secret"));
        assert_eq!(role_of("tokens").secret, None);
        assert!(role_of("createdAt").time);
        assert!(!role_of("format").time);
        assert!(role_of("qualification_status").category);
        assert_eq!(role_of("customerName").personal, Some(Personal::Name));
        assert_eq!(role_of("fileName").personal, None);
        assert_eq!(role_of("salesRepEmail").personal, Some(Personal::Email));
    }

    #[test]
    fn keys_that_are_data_are_not_shown() {
        for (key, general) in [
            ("anna@example.com", Some("{e-mail}")),
            ("0912345678", Some("{phone}")),
            ("17", Some("{number}")),
            ("2025-11-03", Some("{date}")),
            ("202511-IC001", Some("{code}")),
            ("30wAUNve3xcG2uhsNn3B", Some("{id}")),
            ("agent1", None),
            ("utm_2024", None),
            ("customerName", None),
        ] {
            assert_eq!(data_key(key), general, "{key}");
        }
    }

    #[test]
    fn paths_are_quoted_where_they_must() {
        let mut path = String::from("a");
        push_key(&mut path, "b.c");
        push_key(&mut path, "d`\u{7}");
        push_key(&mut path, "客戶");
        assert_eq!(path, "a.`b.c`.`d\\`\\u{7}`.客戶");
    }
}
