//! Where to cut a collection whose server does not say where: at ids that it is asked for.
//!
//! A server gives the first id at or behind any text, but never the last one (Firestore has no
//! descending scans of names). So the ids' common beginning is found, then the greatest character
//! behind it, and what lies between is divided evenly. However uneven the ids are, every cut is one
//! of them, and what lies between two cuts is read once.

use async_trait::async_trait;
use sunset_core::error::Result;

/// Ids with a longer common beginning are not cut.
const LONGEST_BEGINNING: usize = 64;

/// The greatest number that stands for an id; names come behind it.
const LAST_NUMBER: &str = "__id9223372036854775807__";

/// The ids of one collection.
#[async_trait]
pub(super) trait Ids: Sync {
    /// The first id at or behind `id`, which may be no id itself but is a valid one.
    async fn at_or_behind(&self, id: &str) -> Result<Option<String>>;
}

/// What ids are ordered by: numbers before names, numbers by value, names by their bytes.
pub(super) fn order(id: &str) -> (bool, i64, &[u8]) {
    match number(id) {
        Some(number) => (false, number, &[]),
        None => (true, 0, id.as_bytes()),
    }
}

/// The number that an id stands for, as Datastore assigns them: `__id123__`.
fn number(id: &str) -> Option<i64> {
    let digits = id.strip_prefix("__id")?.strip_suffix("__")?;
    digits.parse().ok()
}

/// Ids that cut a collection into about `parts` parts; none where there is nothing to cut.
///
/// # Errors
/// Those of asking.
pub(super) async fn cuts(ids: &dyn Ids, parts: usize) -> Result<Vec<String>> {
    let Some(first) = ids.at_or_behind(&format!("__id{}__", i64::MIN)).await? else {
        return Ok(Vec::new());
    };
    let mut cuts = Vec::new();
    let first_name = match number(&first) {
        None => Some(first),
        Some(least) => {
            numbers(ids, least, parts, &mut cuts).await?;
            let behind = ids.at_or_behind(LAST_NUMBER).await?;
            let name = behind.filter(|id| number(id).is_none());
            cuts.extend(name.clone());
            name
        }
    };
    if let Some(first) = first_name {
        names(ids, &first, parts, &mut cuts).await?;
    }
    cuts.sort_by(|a, b| order(a).cmp(&order(b)));
    cuts.dedup();
    Ok(cuts)
}

/// Cuts among numbers from `least` on.
async fn numbers(ids: &dyn Ids, least: i64, parts: usize, cuts: &mut Vec<String>) -> Result<()> {
    let at = async |distance: u64| {
        let Some(asked) = least.checked_add_unsigned(distance) else {
            return Ok(None);
        };
        // Zero is nobody's number, and no server takes it for one.
        let asked = if asked == 0 { 1 } else { asked };
        let found = ids.at_or_behind(&format!("__id{asked}__")).await?;
        Ok(found.filter(|id| number(id).is_some()))
    };
    // The greatest number is less than twice as far as this power of two.
    let (mut known, mut beyond) = (None, 64);
    while known.map_or(0, |known| known + 1) < beyond {
        let middle = known.map_or(beyond / 2, |known: u32| (known + beyond) / 2);
        if at(1 << middle).await?.is_some() {
            known = Some(middle);
        } else {
            beyond = middle;
        }
    }
    let Some(known) = known else {
        return Ok(());
    };
    for part in 1..parts {
        let share = (1_u128 << (known + 1)) * part as u128 / parts as u128;
        let distance = u64::try_from(share).unwrap_or(u64::MAX).max(1);
        cuts.extend(at(distance).await?);
    }
    Ok(())
}

/// Cuts among names from `first` on.
async fn names(ids: &dyn Ids, first: &str, parts: usize, cuts: &mut Vec<String>) -> Result<()> {
    let at = async |text: String| ids.at_or_behind(&valid(text)).await;
    let mut beginning = String::new();
    let mut characters = first.chars();
    let least = loop {
        let next = characters.next();
        let other = match next {
            Some(character) => successor(character).map(|other| format!("{beginning}{other}")),
            None => Some(format!("{beginning}\0")),
        };
        if let Some(other) = other
            && at(other).await?.is_some()
        {
            break next.unwrap_or('\0');
        }
        match next {
            Some(character) if beginning.len() < LONGEST_BEGINNING => beginning.push(character),
            // One name alone, or names that differ too late.
            _ => return Ok(()),
        }
    };
    // The greatest character behind the common beginning.
    let ascii = at(format!("{beginning}\u{80}")).await?.is_none();
    let limit = if ascii { 0x80 } else { 0x11_0000 };
    let (mut greatest, mut beyond) = (u32::from(least), limit);
    while greatest + 1 < beyond {
        let middle = u32::midpoint(greatest, beyond);
        if at(format!("{beginning}{}", scalar(middle)))
            .await?
            .is_some()
        {
            greatest = middle;
        } else {
            beyond = middle;
        }
    }
    // Two characters as one number.
    let base = u64::from(limit);
    let second = characters.next().map_or(0, u64::from).min(base - 1);
    let from = u64::from(u32::from(least)) * base + second;
    let to = u64::from(greatest + 1) * base;
    for part in 1..parts {
        let (part, parts) = (part as u64, parts as u64);
        let place = from + to.saturating_sub(from) * part / parts;
        let high = scalar(u32::try_from(place / base).unwrap_or(u32::MAX));
        let low = scalar(u32::try_from(place % base).unwrap_or(u32::MAX));
        let found = at(format!("{beginning}{high}{low}")).await?;
        cuts.extend(found.filter(|id| id != first));
    }
    Ok(())
}

/// A character with about this number: some numbers are none, and a slash is in no id.
fn scalar(number: u32) -> char {
    match char::from_u32(number) {
        Some('/') => '0',
        Some(character) => character,
        None if number < 0xe000 => '\u{e000}',
        None => char::MAX,
    }
}

fn successor(character: char) -> Option<char> {
    (character != char::MAX).then(|| scalar(u32::from(character) + 1))
}

/// What is no valid id becomes the next text that is one; no id lies between them.
fn valid(mut id: String) -> String {
    let reserved = id.starts_with("__") && id.ends_with("__");
    if reserved || matches!(id.as_str(), "" | "." | "..") {
        id.push('\0');
    }
    id
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use proptest::prelude::*;

    use super::*;

    fn block_on<T>(future: impl Future<Output = T>) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        runtime.expect("a runtime").block_on(future)
    }

    struct Known {
        sorted: Vec<String>,
        asked: AtomicUsize,
    }

    impl Known {
        fn of(mut ids: Vec<String>) -> Self {
            ids.sort_by(|a, b| order(a).cmp(&order(b)));
            ids.dedup();
            Self {
                sorted: ids,
                asked: AtomicUsize::new(0),
            }
        }
    }

    #[async_trait]
    impl Ids for Known {
        async fn at_or_behind(&self, id: &str) -> Result<Option<String>> {
            assert!(is_valid(id), "asked for {id:?}");
            self.asked.fetch_add(1, Ordering::Relaxed);
            let found = self.sorted.iter().find(|known| order(known) >= order(id));
            Ok(found.cloned())
        }
    }

    /// As the documentation states it.
    fn is_valid(id: &str) -> bool {
        let numbered = number(id).is_some_and(|number| number != 0);
        let reserved = id.starts_with("__") && id.ends_with("__") && !numbered;
        !id.is_empty() && !id.contains('/') && id != "." && id != ".." && !reserved
    }

    fn parts(known: &Known, cuts: &[String]) -> Vec<usize> {
        let place = |id: &String| known.sorted.iter().position(|known| known == id);
        let mut places = vec![0];
        places.extend(cuts.iter().map(|id| place(id).expect("a cut is an id")));
        places.push(known.sorted.len());
        places.windows(2).map(|pair| pair[1] - pair[0]).collect()
    }

    #[test]
    fn usual_ids_are_cut_about_evenly() {
        let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        let mut state = 7_u64;
        let automatic = (0..2_000).map(|_| {
            let mut id = String::new();
            for _ in 0..20 {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1);
                id.push(char::from(letters[(state >> 33) as usize % letters.len()]));
            }
            id
        });
        let cases = (0..2_000).map(|number| format!("202511-{:06}", number * 100));
        let dates = (0..2_000).map(|number| format!("2025{:02}-{number}", number % 12 + 1));
        let numbers = (0..2_000_i64).map(|number| format!("__id{}__", number * number));
        for (ids, least) in [
            (automatic.collect::<Vec<_>>(), 100),
            (cases.collect(), 400),
            (dates.collect(), 400),
            (numbers.collect(), 200),
        ] {
            let known = Known::of(ids);
            let found = block_on(cuts(&known, 4)).expect("ids");
            let sizes = parts(&known, &found);
            assert!(sizes.len() >= 2, "{:?}: {sizes:?}", known.sorted.first());
            assert!(*sizes.iter().min().expect("some") >= least, "{sizes:?}");
            assert!(known.asked.into_inner() < 40);
        }
    }

    #[test]
    fn what_cannot_be_cut_is_left_whole() {
        for ids in [vec![], vec!["a"], vec!["__id7__"], vec!["\u{10ffff}"]] {
            let known = Known::of(ids.into_iter().map(str::to_owned).collect());
            assert!(block_on(cuts(&known, 4)).expect("ids").is_empty());
        }
    }

    fn id() -> impl Strategy<Value = String> {
        let odd = prop::sample::select(vec![
            "-",
            ".a",
            "...",
            "..a",
            "__",
            "___",
            "__a",
            "a__",
            "\0",
            "0",
            "~",
            "\u{7f}",
            "\u{80}",
            "\u{d7ff}",
            "\u{e000}",
            "\u{ffff}",
            "\u{10000}",
            "\u{10ffff}",
            "é",
            "e\u{301}",
        ]);
        prop_oneof![
            any::<String>(),
            "[a-c]{1,4}",
            "__id-?[0-9]{1,18}__",
            (odd, any::<String>()).prop_map(|(odd, rest)| format!("{odd}{rest}")),
            odd_only(),
        ]
        .prop_filter("an id", |id| is_valid(id))
    }

    fn odd_only() -> impl Strategy<Value = String> {
        prop::collection::vec(
            prop::sample::select(vec!["_", ".", "-", "\0", "\u{10ffff}"]),
            1..5,
        )
        .prop_map(|parts| parts.concat())
    }

    proptest! {
        #[test]
        fn cuts_are_ids_in_order(ids in prop::collection::vec(id(), 0..40), parts_wanted in 2..9_usize) {
            let known = Known::of(ids);
            let found = block_on(cuts(&known, parts_wanted)).expect("ids");
            prop_assert!(found.windows(2).all(|pair| order(&pair[0]) < order(&pair[1])));
            // No part is left out, none counts twice.
            prop_assert_eq!(parts(&known, &found).iter().sum::<usize>(), known.sorted.len());
            prop_assert!(found.len() < 2 * parts_wanted);
        }
    }
}
