//! What is to be done with a whole batch: pure, from what was read.

use std::collections::{HashMap, HashSet};

use sunset_core::ports::rows::OnConflict;
use sunset_core::row::Cell;

use super::state::{Case, State};
use super::verdict::{Facts, Reason, Recorded, Verdict, decide};
use crate::postgres::runs::without_nul;

/// The decisions about a batch.
#[derive(Debug)]
pub(super) struct Judgement {
    /// One a case, in the order of [`State::cases`].
    pub verdicts: Vec<Verdict>,
    /// For conflicts: what a person wants to know.
    pub details: HashMap<usize, String>,
    /// Items of which nothing is written, because one of their rows conflicts.
    pub conflicting: HashSet<usize>,
    /// Unique values to give up before others take them: (case, column position).
    pub releases: HashSet<(usize, usize)>,
    /// Unique values of rows that go, and that others take: (table, column position, row id).
    pub taken_over: HashSet<(usize, usize, String)>,
    /// For conflicts: the row outside of the batch that has the case's unique value.
    pub holders: HashMap<usize, String>,
}

/// Decides. An item with one conflicting row is left alone as a whole; what refers to a row that
/// is not written conflicts too. Rows that are to go and are `staying` all the same keep their values.
pub(super) fn judge(
    state: &State<'_>,
    on_conflict: OnConflict,
    staying: &HashMap<usize, Reason>,
) -> Judgement {
    let mut judgement = Judgement {
        verdicts: state
            .cases
            .iter()
            .map(|case| decide(&facts(state, case), on_conflict))
            .collect(),
        ..Judgement::empty()
    };
    claims(state, &mut judgement);
    loop {
        settle_items(state, &mut judgement);
        let before = judgement.conflicting.len();
        judgement.releases.clear();
        judgement.taken_over.clear();
        unique_values(state, &mut judgement, staying);
        references(state, &mut judgement);
        settle_items(state, &mut judgement);
        if judgement.conflicting.len() == before {
            return judgement;
        }
    }
}

fn facts(state: &State<'_>, case: &Case<'_>) -> Facts {
    let key = state.items.get(case.item).map(|item| &item.key);
    let shape = state.tables.get(case.table).map(|table| table.shape_id);
    Facts {
        mapped: case.mapped,
        desired: case.desired,
        current: case.current,
        recorded: case.entry.as_ref().map(|entry| Recorded {
            mapped: entry.mapped,
            written: entry.written,
            untouched: case.untouched,
            same_owner: shape == Some(entry.shape)
                && key.is_some_and(|key| {
                    without_nul(&key.collection) == entry.collection
                        && without_nul(&key.id) == entry.document_id
                }),
        }),
    }
}

/// The cases that still write, with their positions.
fn writing<'s, 'a>(state: &'s State<'a>, judgement: &Judgement) -> Vec<(usize, &'s Case<'a>)> {
    state
        .cases
        .iter()
        .enumerate()
        .filter(|(position, case)| {
            judgement
                .verdicts
                .get(*position)
                .is_some_and(|v| v.writes())
                && !judgement.conflicting.contains(&case.item)
        })
        .collect()
}

impl Judgement {
    /// Nothing is decided, because nothing was read.
    pub fn empty() -> Self {
        Self {
            verdicts: Vec::new(),
            details: HashMap::new(),
            conflicting: HashSet::new(),
            releases: HashSet::new(),
            taken_over: HashSet::new(),
            holders: HashMap::new(),
        }
    }

    fn conflict(&mut self, case: usize, reason: Reason, detail: String) {
        if let Some(verdict) = self.verdicts.get_mut(case) {
            *verdict = Verdict::Conflict(reason);
        }
        self.details.insert(case, detail);
    }

    /// Whether the table has a case's row as the mapping wants it, whatever becomes of its item.
    pub fn holds(&self, position: usize) -> bool {
        let verdict = self.verdicts.get(position);
        matches!(
            verdict,
            Some(Verdict::Adopt | Verdict::Record | Verdict::Nothing)
        )
    }

    /// What is done with a case in the end.
    pub fn effective(&self, position: usize, case: &Case<'_>) -> Option<Verdict> {
        if self.conflicting.contains(&case.item) {
            return None;
        }
        self.verdicts.get(position).copied()
    }
}

fn settle_items(state: &State<'_>, judgement: &mut Judgement) {
    for (case, verdict) in state.cases.iter().zip(&judgement.verdicts) {
        if matches!(verdict, Verdict::Conflict(_)) {
            judgement.conflicting.insert(case.item);
        }
    }
}

fn claims(state: &State<'_>, judgement: &mut Judgement) {
    let mut seen: HashMap<(&str, &str), usize> = HashMap::new();
    for (position, case) in state.cases.iter().enumerate() {
        let key = (case.row.shape.table.as_str(), case.id());
        let first = *seen.entry(key).or_insert(position);
        if first != position {
            let owner = state
                .cases
                .get(first)
                .and_then(|first| state.items.get(first.item));
            let detail = match owner {
                Some(item) => format!("{} {} gives the same row", item.key.collection, item.key.id),
                None => String::new(),
            };
            judgement.conflict(position, Reason::Claimed, detail);
        }
    }
}

fn unique_values(state: &State<'_>, judgement: &mut Judgement, staying: &HashMap<usize, Reason>) {
    let writing = writing(state, judgement);
    let by_id: HashMap<(usize, &str), usize> = writing
        .iter()
        .map(|(position, case)| ((case.table, case.id()), *position))
        .collect();
    let leaving: HashSet<(&str, &str)> = state
        .stale
        .iter()
        .enumerate()
        .filter(|(position, stale)| {
            stale.untouched
                && !staying.contains_key(position)
                && !judgement.conflicting.contains(&stale.item)
        })
        .map(|(_, stale)| (stale.entry.table.as_str(), stale.entry.row_id.as_str()))
        .collect();
    let mut taken: HashMap<(usize, usize, &str), &str> = HashMap::new();
    let mut conflicts = Vec::new();
    let mut releases = Vec::new();
    let mut taken_over = Vec::new();
    let mut holders = Vec::new();
    for (position, case) in &writing {
        let Some(table) = state.tables.get(case.table) else {
            continue;
        };
        for unique in &table.unique {
            let Some(Cell::Text(value)) = case.row.cells.get(*unique) else {
                continue;
            };
            let column = table.column(*unique);
            let first = *taken
                .entry((case.table, *unique, value.as_str()))
                .or_insert(case.id());
            let in_table = state.holders.get(&(case.table, *unique, value.clone()));
            let other = in_table.filter(|id| *id != case.id());
            let releasable = other.and_then(|id| by_id.get(&(case.table, id.as_str())).copied());
            let releasable = releasable.filter(|holder| {
                let cell = state
                    .cases
                    .get(*holder)
                    .and_then(|holder| holder.row.cells.get(*unique));
                cell != Some(&Cell::Text(value.clone()))
            });
            if first != case.id() {
                conflicts.push((
                    *position,
                    format!("{column} {value} is also of row {first}"),
                ));
            } else if let Some(holder) = releasable {
                releases.push((holder, *unique));
            } else if let Some(id) = other {
                if leaving.contains(&(table.shape.table.as_str(), id.as_str())) {
                    taken_over.push((case.table, *unique, id.clone()));
                } else {
                    conflicts.push((*position, format!("{column} {value} belongs to row {id}")));
                    holders.push((*position, id.clone()));
                }
            }
        }
    }
    for (position, detail) in conflicts {
        judgement.conflict(position, Reason::Unique, detail);
    }
    judgement.releases.extend(releases);
    judgement.taken_over.extend(taken_over);
    judgement.holders.extend(holders);
}

fn references(state: &State<'_>, judgement: &mut Judgement) {
    let writing = writing(state, judgement);
    let mut coming: HashSet<(&str, &str, &str)> = HashSet::new();
    for (_, case) in &writing {
        let shape = &case.row.shape;
        for ((column, _), cell) in shape.columns.iter().zip(&case.row.cells) {
            let wanted = state
                .parents
                .contains_key(&(shape.table.clone(), column.clone()));
            if let (true, Cell::Text(value)) = (wanted, cell) {
                coming.insert((&shape.table, column, value));
            }
        }
    }
    let mut conflicts = Vec::new();
    for (position, case) in &writing {
        let parents = state.tables.get(case.table).map(|table| &table.parents);
        for parent in parents.into_iter().flatten() {
            let Some(Cell::Text(value)) = case.row.cells.get(parent.position) else {
                continue;
            };
            let there = state
                .parents
                .get(&(parent.table.clone(), parent.column.clone()))
                .is_some_and(|values| values.contains(value));
            if !there && !coming.contains(&(&parent.table, &parent.column, value)) {
                conflicts.push((
                    *position,
                    format!(
                        "there is no row of {} with {} {value}",
                        parent.table, parent.column
                    ),
                ));
            }
        }
    }
    for (position, detail) in conflicts {
        judgement.conflict(position, Reason::MissingParent, detail);
    }
}
