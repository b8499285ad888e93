//! What becomes of every document, decided from the notes of all. Nothing here depends on the
//! order in which documents came.

use std::collections::{BTreeMap, HashMap};

use super::FilePlan;
use super::collections::Collection;
use super::numbering::Numbering;
use super::rules::NumberRule;
use super::survey::{Note, Notes};
use super::syntax::Policy;
use crate::plans::RecordedNumbers;
use crate::plans::shelf::{Index, Text};
use crate::ports::rows::ItemKey;

/// The number of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NumberFate {
    /// It carries one.
    Own(Text),
    /// An earlier document has the same, and it goes without.
    Duplicate,
    /// Given to it, in this run or an earlier one.
    Assigned(String),
    /// It has none.
    Missing,
}

/// Why a document is not migrated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// Another document gives a row of the same id: the collection and the place of its note.
    DuplicateId(usize, usize),
    /// The column at this position must have a value.
    Empty(usize),
    /// The reference at this position names nothing.
    Absent(usize),
    /// The reference at this position names a document that is not migrated.
    Orphan(usize),
    /// Another document has the same number.
    DuplicateNumber(usize, usize),
}

/// What becomes of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fate {
    Migrated { number: NumberFate },
    Quarantined(Fault),
}

/// All decisions: a list a collection, beside its notes.
pub(super) type Fates = Vec<Vec<Fate>>;

/// A document: its collection, and the place of its note.
type Place = (usize, usize);

/// Decides everything.
pub(super) fn resolve(plan: &FilePlan, notes: &Notes, recorded: &RecordedNumbers) -> Fates {
    let duplicates = duplicate_rows(plan, notes);
    let mut keepers = recorded_keepers(plan, notes, recorded);
    let mut fates: Fates = Vec::with_capacity(plan.collections.len());
    for (index, collection) in plan.collections.iter().enumerate() {
        let shelf = &notes.shelves[index];
        let mut decided: Vec<Fate> = (shelf.notes.iter().enumerate())
            .map(|(at, note)| {
                let duplicate = duplicates.get(&(index, at));
                let fault = match duplicate {
                    Some(&(other, place)) => Some(Fault::DuplicateId(other, place)),
                    None => fault_of(collection, note, notes, &fates),
                };
                match fault {
                    Some(fault) => Fate::Quarantined(fault),
                    None => Fate::Migrated {
                        number: NumberFate::Missing,
                    },
                }
            })
            .collect();
        if let Some(rule) = &collection.number {
            let keepers = keepers.entry(rule.kind.as_str()).or_default();
            settle_numbers(
                (index, rule),
                notes,
                recorded,
                keepers,
                (collection, &mut decided),
            );
        }
        fates.push(decided);
    }
    assign(plan, notes, recorded, &mut fates);
    fates
}

/// Documents whose row another document gives, with that document. Of several the first keeps
/// it: by the order of the collections in the file, then by (created time, document id).
fn duplicate_rows(plan: &FilePlan, notes: &Notes) -> HashMap<Place, Place> {
    let mut tables: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, collection) in plan.collections.iter().enumerate() {
        tables
            .entry(&collection.shape.table)
            .or_default()
            .push(index);
    }
    let mut duplicates = HashMap::new();
    for collections in tables.values() {
        let plain = |index: &usize| {
            let id = plan.collections[*index].rules.first();
            id.is_none_or(|rule| rule.transforms.is_empty())
        };
        if collections.len() == 1 && collections.iter().all(plain) {
            // Ids of one collection are its rows' ids, and there is one document of each.
            continue;
        }
        let mut keepers: HashMap<&str, Place> = HashMap::new();
        for &index in collections {
            for at in in_order(notes, index) {
                let row = notes.texts.get(notes.shelves[index].notes[at].row);
                let first = *keepers.entry(row).or_insert((index, at));
                if first != (index, at) {
                    duplicates.insert((index, at), first);
                }
            }
        }
    }
    duplicates
}

/// The places of a collection's notes by (created time, document id).
fn in_order(notes: &Notes, collection: usize) -> impl Iterator<Item = usize> {
    let shelf = &notes.shelves[collection];
    let mut order: Vec<Index> = (0..shelf.notes.len()).map(Index::of).collect();
    order.sort_unstable_by_key(|at| {
        let head = &shelf.notes[at.get()].head;
        (head.created, notes.texts.get(head.id))
    });
    order.into_iter().map(Index::get)
}

fn fault_of(collection: &Collection, note: &Note, notes: &Notes, before: &Fates) -> Option<Fault> {
    if let Some(position) = note.empty {
        return Some(Fault::Empty(usize::from(position)));
    }
    for (at, rule) in collection.references.iter().enumerate() {
        match note.references.get(at).copied().flatten() {
            None if rule.absent == Policy::Quarantine => return Some(Fault::Absent(at)),
            None => {}
            Some(named) => {
                let found = target(notes, before, rule.target, named).is_some();
                if !found && rule.dangling == Policy::Quarantine {
                    return Some(Fault::Orphan(at));
                }
            }
        }
    }
    None
}

/// The note of the migrated document of an id.
pub(super) fn target<'n>(
    notes: &'n Notes,
    fates: &Fates,
    collection: usize,
    id: Text,
) -> Option<&'n Note> {
    let shelf = &notes.shelves[collection];
    let at = shelf.find(&notes.texts, notes.texts.get(id))?;
    matches!(fates[collection][at], Fate::Migrated { .. }).then(|| &shelf.notes[at])
}

fn key(collection: &Collection, notes: &Notes, note: &Note) -> ItemKey {
    ItemKey {
        collection: collection.name.clone(),
        id: notes.texts.get(note.head.id).to_owned(),
    }
}

/// Numbers that earlier runs gave to documents that still carry none: they keep them before all
/// others, whatever becomes of these documents.
fn recorded_keepers<'p>(
    plan: &'p FilePlan,
    notes: &Notes,
    recorded: &RecordedNumbers,
) -> HashMap<&'p str, HashMap<String, Place>> {
    let mut keepers: HashMap<&str, HashMap<String, Place>> = HashMap::new();
    for (index, collection) in plan.collections.iter().enumerate() {
        let Some(rule) = &collection.number else {
            continue;
        };
        for (at, note) in notes.shelves[index].notes.iter().enumerate() {
            let number = recorded.get(&rule.kind, &key(collection, notes, note));
            if let (None, Some(number)) = (note.number, number) {
                let of_kind = keepers.entry(&rule.kind).or_default();
                of_kind.insert(number.to_owned(), (index, at));
            }
        }
    }
    keepers
}

/// Who keeps a number that several documents carry: the first by (created time, document id),
/// those of earlier collections before.
fn settle_numbers(
    (index, rule): (usize, &NumberRule),
    notes: &Notes,
    recorded: &RecordedNumbers,
    keepers: &mut HashMap<String, Place>,
    (collection, fates): (&Collection, &mut [Fate]),
) {
    for at in in_order(notes, index) {
        if matches!(fates[at], Fate::Quarantined(_)) {
            continue;
        }
        let note = &notes.shelves[index].notes[at];
        let settled = match note.number {
            None => match recorded.get(&rule.kind, &key(collection, notes, note)) {
                Some(number) => NumberFate::Assigned(number.to_owned()),
                None => NumberFate::Missing,
            },
            Some(own) => {
                let number = notes.texts.get(own).to_owned();
                let first = *keepers.entry(number).or_insert((index, at));
                if first == (index, at) {
                    NumberFate::Own(own)
                } else if rule.duplicate == Policy::Quarantine {
                    fates[at] = Fate::Quarantined(Fault::DuplicateNumber(first.0, first.1));
                    continue;
                } else {
                    NumberFate::Duplicate
                }
            }
        };
        fates[at] = Fate::Migrated { number: settled };
    }
}

/// New numbers for those that have none, by (created time, document id).
fn assign(plan: &FilePlan, notes: &Notes, recorded: &RecordedNumbers, fates: &mut Fates) {
    for (kind, pattern) in &plan.numbers {
        let mut numbering = Numbering::new(pattern);
        recorded
            .of_kind(kind)
            .for_each(|number| numbering.note(number));
        let mut waiting: Vec<Place> = Vec::new();
        for (index, collection) in plan.collections.iter().enumerate() {
            let Some(rule) = collection.number.as_ref().filter(|rule| rule.kind == *kind) else {
                continue;
            };
            for (at, fate) in fates[index].iter().enumerate() {
                match fate {
                    Fate::Migrated {
                        number: NumberFate::Own(number),
                    } => numbering.note(notes.texts.get(*number)),
                    Fate::Migrated {
                        number: NumberFate::Missing,
                    } if rule.assign => waiting.push((index, at)),
                    _ => {}
                }
            }
        }
        waiting.sort_unstable_by_key(|&(index, at)| {
            let head = &notes.shelves[index].notes[at].head;
            (head.created, notes.texts.get(head.id), index)
        });
        for (index, at) in waiting {
            let number = numbering.assign(notes.shelves[index].notes[at].head.created);
            fates[index][at] = Fate::Migrated {
                number: NumberFate::Assigned(number),
            };
        }
    }
}
