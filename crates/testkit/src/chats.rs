//! The sample of plan `main-server`: a chat server's database as its first version made it, as SQL.
//! Made from a seed: the same seed gives the same bytes.

use std::fmt::Write;

use crate::generate::SplitMix;

/// How many rows of each table.
#[derive(Debug, Clone, Copy)]
pub struct Chats {
    /// Users.
    pub users: u64,
    /// Chats.
    pub chats: u64,
    /// Sessions of these users.
    pub sessions: u64,
    /// Where the random numbers begin.
    pub seed: u64,
}

/// As `samples/main-server` holds them.
pub const SAMPLE: Chats = Chats {
    users: 420,
    chats: 96,
    sessions: 1_300,
    seed: 9,
};

const NAMES: [&str; 10] = [
    "林小美",
    "Zoë",
    "O'Brien",
    "Ñandú",
    "Müller",
    "back\\slash",
    "two\nlines",
    "\"quoted\"",
    "🦊 fox",
    "",
];
const HEAD: &str = include_str!("chats/head.sql");

/// The whole file.
pub fn sql(what: Chats) -> String {
    let mut random = SplitMix::new(what.seed);
    let mut text = String::from(HEAD);
    let users: Vec<String> = (0..what.users).map(|_| uuid(&mut random)).collect();
    rows(
        &mut text,
        "users (id, open_id, name, created_at)",
        what.users,
        |at| {
            let id = users.get(at).map(String::as_str).unwrap_or_default();
            let name = match random.below(12) {
                0 => "NULL".to_owned(),
                _ => format!("'{}'", quoted(random.pick(&NAMES))),
            };
            format!(
                "('{id}', 'ou_{:016x}', {name}, {})",
                random.draw(),
                moment(&mut random)
            )
        },
    );
    rows(
        &mut text,
        "chats (id, chat_id, type, created_at)",
        what.chats,
        |_| {
            let id = uuid(&mut random);
            let kind = random.pick(&["p2p", "group", "topic"]);
            format!(
                "('{id}', 'oc_{:016x}', '{kind}', {})",
                random.draw(),
                moment(&mut random)
            )
        },
    );
    rows(
        &mut text,
        "sessions (id, user_id, data, expires_at)",
        what.sessions,
        |_| {
            let id = uuid(&mut random);
            let user = usize::try_from(random.below(what.users)).unwrap_or(0);
            let user = users.get(user).map(String::as_str).unwrap_or_default();
            let data = match random.below(4) {
                0 => "{}".to_owned(),
                1 => format!(
                    "{{\"turns\": {}, \"nick\": \"O''Brien\"}}",
                    random.below(90)
                ),
                2 => "{\"lang\": \"zh-TW\", \"last\": \"您好\"}".to_owned(),
                _ => format!(
                    "{{\"context\": [1, null, {{\"seen\": true}}], \"at\": {}}}",
                    random.below(1_000_000)
                ),
            };
            // Half of them are over, some at this very hour.
            let hours = random.below(480);
            format!(
                "('{id}', '{user}', '{data}', date_trunc('hour', now()) + ({hours} - 240) * interval '1 hour')"
            )
        },
    );
    text.push_str("COMMIT;\n");
    text
}

fn rows(text: &mut String, into: &str, count: u64, mut row: impl FnMut(usize) -> String) {
    line(text, &format!("INSERT INTO {into} VALUES"));
    let count = usize::try_from(count).unwrap_or(0);
    for at in 0..count {
        let end = if at + 1 == count { ";" } else { "," };
        line(text, &format!("{}{end}", row(at)));
    }
}

fn line(text: &mut String, words: &str) {
    let written = writeln!(text, "{words}");
    debug_assert!(written.is_ok(), "writing to a String does not fail");
}

fn quoted(text: &str) -> String {
    text.replace('\'', "''")
}

fn moment(random: &mut SplitMix) -> String {
    format!(
        "timestamptz '2025-01-01 00:00:00.000000+00' + {} * interval '1 microsecond'",
        random.below(20_000_000_000_000)
    )
}

fn uuid(random: &mut SplitMix) -> String {
    let (one, two) = (random.draw(), random.draw());
    let group = |value: u64, shift: u32, mask: u64| (value >> shift) & mask;
    format!(
        "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
        group(one, 32, 0xffff_ffff),
        group(one, 16, 0xffff),
        group(one, 0, 0xfff),
        0x8000 | group(two, 48, 0x3fff),
        group(two, 0, 0xffff_ffff_ffff)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_is_what_the_generator_gives() {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../samples/main-server/database.sql"
        );
        let file = std::fs::read_to_string(path).expect("the sample");
        assert!(
            file == sql(SAMPLE),
            "make it anew: cargo run -p sunset-testkit --bin generate-main-server > samples/main-server/database.sql"
        );
    }
}
