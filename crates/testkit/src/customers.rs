//! The sample of plan `leora-phase2`: a CRM's database as Prisma made it, as SQL. Made from a
//! seed: the same seed gives the same bytes.

use std::fmt::Write;

use crate::generate::SplitMix;

/// How many customers of which sort, by their last order.
#[derive(Debug, Clone, Copy)]
pub struct Customers {
    /// Ordered up to 180 days ago.
    pub active: u32,
    /// Ordered up to 365 days ago.
    pub target: u32,
    /// Ordered before that, or never.
    pub prospect: u32,
    /// Where the random numbers begin.
    pub seed: u64,
}

/// As `samples/leora-phase2` holds them.
pub const SAMPLE: Customers = Customers {
    active: 3_512,
    target: 1_089,
    prospect: 793,
    seed: 2,
};

const FIRST: [&str; 12] = [
    "Bäckerei",
    "Farmacia",
    "Café",
    "Taller",
    "Optik",
    "Librería",
    "O'Brien",
    "Zoë's",
    "Kiosk",
    "Clínica",
    "Müller",
    "Hotel",
];
const SECOND: [&str; 10] = [
    "Linde",
    "del Sol",
    "Norte",
    "& Sons",
    "Ñandú",
    "San José",
    "Am Markt",
    "Øst",
    "Luz",
    "100 %",
];

const HEAD: &str = include_str!("customers/head.sql");
const TAIL: &str = include_str!("customers/tail.sql");

/// The whole file. Days are counted from the day on which it is loaded, so that the customers are
/// of the same sorts whenever that is.
pub fn sql(what: Customers) -> String {
    let mut random = SplitMix::new(what.seed);
    let mut days: Vec<Option<i64>> = Vec::new();
    let draw = |random: &mut SplitMix, from: i64, to: i64| {
        let span = u64::try_from(to - from + 1).unwrap_or(1);
        from + i64::try_from(random.below(span)).unwrap_or(0)
    };
    for number in 0..what.active {
        days.push(Some(match number {
            0..3 => 180,
            3 => 0,
            // A delivery that is agreed on: ordered for a day to come.
            4 => -1,
            5 => -30,
            _ => draw(&mut random, 0, 180),
        }));
    }
    for number in 0..what.target {
        days.push(Some(match number {
            0..3 => 365,
            3 => 181,
            _ => draw(&mut random, 181, 365),
        }));
    }
    for number in 0..what.prospect {
        days.push(match number {
            0..2 => Some(366),
            _ if number % 4 == 0 => None,
            _ => Some(draw(&mut random, 366, 2_000)),
        });
    }
    // Fisher and Yates: sorts lie mixed in the table, as they would.
    for at in (1..days.len()).rev() {
        let other = usize::try_from(random.below(at as u64 + 1)).unwrap_or(0);
        days.swap(at, other);
    }
    let mut text = String::from(HEAD);
    for (at, day) in days.iter().enumerate() {
        let first = pick(&mut random, &FIRST);
        let second = pick(&mut random, &SECOND);
        let name = format!("{first} {second} {}", at + 1).replace('\'', "''");
        let day = day.map_or_else(|| "NULL".to_owned(), |day| day.to_string());
        let end = if at + 1 == days.len() { ";" } else { "," };
        let written = writeln!(
            text,
            "({}, {}, '{name}', {day}, {}){end}",
            at + 1,
            random.below(3) + 1,
            random.below(86_400)
        );
        debug_assert!(written.is_ok(), "writing to a String does not fail");
    }
    text.push_str(TAIL);
    text
}

fn pick(random: &mut SplitMix, from: &[&'static str]) -> &'static str {
    let at = usize::try_from(random.below(from.len() as u64)).unwrap_or(0);
    from.get(at).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_is_what_the_generator_gives() {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../samples/leora-phase2/database.sql"
        );
        let file = std::fs::read_to_string(path).expect("the sample");
        assert!(
            file == sql(SAMPLE),
            "make it anew: cargo run -p sunset-testkit --bin generate-leora > samples/leora-phase2/database.sql"
        );
    }
}
