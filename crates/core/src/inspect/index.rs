//! Ids, kept small: which were seen, and which of them are the same but for how they are written.
//!
//! Two ids are the same but for how they are written when their folded forms are equal: dashes,
//! full-width characters and what cannot be seen as the reading of numbers takes them
//! ([`normalise_number`]), and then case. When there are more ids than may be kept, those whose
//! fingerprint lies below a threshold stay, whatever the order in which they came.

use std::collections::{BTreeMap, BTreeSet};

use super::fingerprint::fingerprint;
use super::text::is_invisible;
use crate::reading::normalise_number;

/// Groups of ids that are told one by one.
const GROUPS: usize = 1_000;
/// Bytes of ids beyond which only their fingerprints are kept.
const TEXTS: usize = 4 << 20;
/// Ids of documents of several databases that are kept.
const NAMESAKES: usize = 50_000;
/// Ways of writing one id that are kept.
const WAYS: usize = 8;

/// The form in which ids are compared.
pub(super) fn fold(id: &str) -> String {
    let plain = normalise_number(id).unwrap_or_default().to_lowercase();
    if plain.contains(is_invisible) {
        plain.replace(is_invisible, "")
    } else {
        plain
    }
}

/// Whether an id is written with other dashes, full-width or invisible characters, or white space.
pub(super) fn is_odd(id: &str) -> bool {
    normalise_number(id).as_deref() != Some(id) || id.contains(is_invisible)
}

fn hash(text: &str) -> u64 {
    fingerprint(0, text.as_bytes())
}

/// Keeps the smallest `limit` entries.
fn keep_smallest<K: Ord, V>(map: &mut BTreeMap<K, V>, limit: usize) {
    while map.len() > limit {
        map.pop_last();
    }
}

/// The ids of a collection's documents, by their fingerprints.
#[derive(Debug, Clone)]
pub(super) struct Ids {
    limit: usize,
    threshold: u64,
    /// By the folded form: the first way of writing it, and how often that came again.
    first: BTreeMap<u64, (u64, Again)>,
    /// By the folded form, the other ways, and how often each came again.
    others: BTreeMap<u64, BTreeMap<u64, Again>>,
    namesakes: Namesakes,
    /// Folded forms that are written in several ways, with those known by their text.
    odd: BTreeMap<u64, BTreeSet<String>>,
    folded: BTreeMap<u64, String>,
    /// The ids themselves, as long as they are short enough together.
    texts: Option<BTreeMap<u64, String>>,
    text_bytes: usize,
    /// Ids that are oddly written.
    pub odd_count: u64,
}

/// How often an id came again within the database that it came from first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Again {
    database: u32,
    times: u32,
}

impl Again {
    fn first(database: u32) -> Self {
        Self { database, times: 0 }
    }

    fn see(&mut self, exact: u64, database: u32, namesakes: &mut Namesakes) {
        if let Some(known) = namesakes.0.get_mut(&exact) {
            *known.entry(database).or_default() += 1;
        } else if self.database == database {
            self.times = self.times.saturating_add(1);
        } else {
            let known = [(self.database, u64::from(self.times) + 1), (database, 1)];
            namesakes.0.insert(exact, BTreeMap::from(known));
            self.times = 0;
            keep_smallest(&mut namesakes.0, NAMESAKES);
        }
    }
}

/// Ids that documents of several databases have, with how often each database delivered them.
#[derive(Debug, Clone, Default)]
struct Namesakes(BTreeMap<u64, BTreeMap<u32, u64>>);

/// An id that is written in several ways.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Group {
    /// The form in which they are equal.
    pub folded: String,
    /// How many ways there are.
    pub ways: usize,
    /// Those that are known by their text.
    pub known: BTreeSet<String>,
}

impl Ids {
    pub fn new(limit: usize) -> Self {
        Self {
            limit,
            threshold: u64::MAX,
            first: BTreeMap::new(),
            others: BTreeMap::new(),
            namesakes: Namesakes::default(),
            odd: BTreeMap::new(),
            folded: BTreeMap::new(),
            texts: Some(BTreeMap::new()),
            text_bytes: 0,
            odd_count: 0,
        }
    }

    /// Notes the id of a document of one of several databases.
    pub fn see(&mut self, id: &str, database: u32) {
        let odd = is_odd(id);
        self.odd_count += u64::from(odd);
        let exact = hash(id);
        self.keep_text(exact, id);
        let folded = fold(id);
        let key = hash(&folded);
        if key > self.threshold {
            return;
        }
        if odd {
            let known = self.odd.entry(key).or_default();
            known.insert(id.to_owned());
            if known.len() > WAYS {
                known.pop_last();
            }
            keep_smallest(&mut self.odd, GROUPS * 4);
        }
        match self.first.get_mut(&key) {
            None => {
                self.first.insert(key, (exact, Again::first(database)));
                if self.first.len() > self.limit {
                    self.tighten();
                }
            }
            Some((first, again)) if *first == exact => {
                again.see(exact, database, &mut self.namesakes);
            }
            Some(_) => {
                let others = self.others.entry(key).or_default();
                match others.get_mut(&exact) {
                    Some(again) => again.see(exact, database, &mut self.namesakes),
                    None => drop(others.insert(exact, Again::first(database))),
                }
                self.folded.insert(key, folded);
                keep_smallest(&mut self.others, GROUPS * 4);
                keep_smallest(&mut self.folded, GROUPS * 4);
            }
        }
    }

    fn keep_text(&mut self, exact: u64, id: &str) {
        let Some(texts) = &mut self.texts else {
            return;
        };
        if let std::collections::btree_map::Entry::Vacant(place) = texts.entry(exact) {
            place.insert(id.to_owned());
            self.text_bytes += id.len();
            if self.text_bytes > TEXTS {
                self.texts = None;
            }
        }
    }

    fn tighten(&mut self) {
        self.threshold /= 2;
        let beyond = self.threshold + 1;
        drop(self.first.split_off(&beyond));
        drop(self.others.split_off(&beyond));
        drop(self.odd.split_off(&beyond));
        drop(self.folded.split_off(&beyond));
    }

    /// Of how many ids one is kept: 1, 2, 4, …
    pub fn one_in(&self) -> u64 {
        (u64::MAX / self.threshold.max(1)).max(1)
    }

    /// How often a document came that had come before.
    pub fn repeated(&self) -> u64 {
        let others = self.others.values().flat_map(BTreeMap::values);
        let all = self.first.values().map(|(_, again)| again).chain(others);
        let within: u64 = all.map(|again| u64::from(again.times)).sum();
        let beyond = self.namesakes.0.values().flat_map(BTreeMap::values);
        within + beyond.map(|times| times - 1).sum::<u64>()
    }

    /// Documents that have their id in common with one of another database, and are not the one
    /// of them that counts.
    pub fn namesakes(&self) -> u64 {
        let databases = self.namesakes.0.values().map(BTreeMap::len);
        databases.map(|databases| databases as u64 - 1).sum()
    }

    /// Whether a document has the id; `None` where that is not known.
    pub fn contains(&self, id: &str) -> Option<bool> {
        let key = hash(&fold(id));
        if key > self.threshold {
            return None;
        }
        let exact = hash(id);
        let first = self
            .first
            .get(&key)
            .is_some_and(|(first, _)| *first == exact);
        Some(
            first
                || self
                    .others
                    .get(&key)
                    .is_some_and(|others| others.contains_key(&exact)),
        )
    }

    /// Ids that are written in several ways, in byte order of their folded forms.
    pub fn groups(&self) -> Vec<Group> {
        let mut groups: Vec<Group> = self
            .folded
            .iter()
            .map(|(key, folded)| {
                let mut known = self.odd.get(key).cloned().unwrap_or_default();
                let others = self.others.get(key);
                let exacts = self.first.get(key).map(|(first, _)| first);
                let exacts = exacts
                    .into_iter()
                    .chain(others.into_iter().flat_map(BTreeMap::keys));
                if let Some(texts) = &self.texts {
                    known.extend(
                        exacts
                            .filter_map(|exact| texts.get(exact))
                            .take(WAYS)
                            .cloned(),
                    );
                } else {
                    // What an odd id would be without its oddities may be among the plain ones.
                    let plain: Vec<String> = known
                        .iter()
                        .filter_map(|odd| normalise_number(odd))
                        .collect();
                    let there = plain.into_iter().chain([folded.clone()]);
                    known.extend(
                        there
                            .filter(|plain| self.contains(plain) == Some(true))
                            .collect::<Vec<_>>(),
                    );
                }
                Group {
                    folded: folded.clone(),
                    ways: others.map_or(0, BTreeMap::len) + 1,
                    known,
                }
            })
            .collect();
        groups.sort_by(|a, b| a.folded.cmp(&b.folded));
        groups
    }
}

/// The values of a field that identifies something, by their texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Codes {
    limit: usize,
    threshold: u64,
    kept: BTreeMap<u64, BTreeSet<String>>,
}

impl Codes {
    pub fn new(limit: usize) -> Self {
        Self {
            limit,
            threshold: u64::MAX,
            kept: BTreeMap::new(),
        }
    }

    pub fn see(&mut self, text: &str) {
        self.keep(hash(&fold(text)), text);
    }

    fn keep(&mut self, key: u64, text: &str) {
        if key > self.threshold {
            return;
        }
        let ways = self.kept.entry(key).or_default();
        if !ways.contains(text) {
            ways.insert(text.to_owned());
            if ways.len() > WAYS {
                ways.pop_last();
            }
        }
        while self.kept.len() > self.limit {
            self.threshold /= 2;
            drop(self.kept.split_off(&(self.threshold + 1)));
        }
    }

    pub fn merge(&mut self, other: &Self) {
        if other.threshold < self.threshold {
            self.threshold = other.threshold;
            drop(self.kept.split_off(&(self.threshold + 1)));
        }
        for (key, ways) in &other.kept {
            ways.iter().for_each(|text| self.keep(*key, text));
        }
    }

    /// The texts that are kept.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.kept.values().flatten().map(String::as_str)
    }

    /// Of how many values one is kept.
    pub fn one_in(&self) -> u64 {
        (u64::MAX / self.threshold.max(1)).max(1)
    }

    /// Values that are written in several ways, in byte order.
    pub fn groups(&self) -> Vec<Vec<String>> {
        let mut groups: Vec<Vec<String>> = self
            .kept
            .values()
            .filter(|ways| ways.len() > 1)
            .map(|ways| ways.iter().cloned().collect())
            .collect();
        groups.sort();
        groups
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_that_differ_by_dashes_and_case_are_one_group() {
        let mut ids = Ids::new(100);
        for id in [
            "202511–1",
            "202511-1",
            "x",
            "202511-1",
            "IC-a",
            "ic-A",
            "２０２５11－1",
        ] {
            ids.see(id, 0);
        }
        let groups = ids.groups();
        assert_eq!(groups.len(), 2);
        assert_eq!(groups[0].folded, "202511-1");
        assert_eq!(groups[0].ways, 3);
        assert_eq!(
            groups[0]
                .known
                .iter()
                .map(String::as_str)
                .collect::<Vec<_>>(),
            ["202511-1", "202511–1", "２０２５11－1"]
        );
        assert_eq!((groups[1].folded.as_str(), groups[1].ways), ("ic-a", 2));
        assert_eq!(ids.repeated(), 1);
        assert_eq!(ids.odd_count, 2);
        assert_eq!(ids.contains("IC-a"), Some(true));
        assert_eq!(ids.contains("IC-A"), Some(false));
    }

    #[test]
    fn an_id_in_several_databases_is_no_repetition() {
        let deliveries = [
            ("a", 0),
            ("a", 1),
            ("a", 0),
            ("b", 1),
            ("A", 2),
            ("a", 1),
            ("A", 2),
        ];
        for turn in 0..deliveries.len() {
            let mut ids = Ids::new(100);
            for (id, database) in deliveries[turn..].iter().chain(&deliveries[..turn]) {
                ids.see(id, *database);
            }
            assert_eq!((ids.repeated(), ids.namesakes()), (3, 1), "{turn}");
        }
    }

    #[test]
    fn beyond_the_limit_a_part_is_kept_and_said() {
        let all: Vec<String> = (0..1_000).map(|number| format!("id-{number}")).collect();
        let mut forwards = Ids::new(100);
        let mut backwards = Ids::new(100);
        all.iter().for_each(|id| forwards.see(id, 0));
        all.iter().rev().for_each(|id| backwards.see(id, 0));
        assert!(forwards.first.len() <= 100 && forwards.first.len() > 20);
        assert!(forwards.one_in() >= 8, "{}", forwards.one_in());
        assert_eq!(forwards.first, backwards.first);
        assert!(all.iter().all(|id| forwards.contains(id) != Some(false)));
    }
}
