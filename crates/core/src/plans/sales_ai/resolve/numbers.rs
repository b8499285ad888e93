//! Customer and case numbers: who carries one, and which are assigned.

use std::collections::{HashMap, HashSet};

use crate::instant::Instant;
use crate::plans::RecordedNumbers;
use crate::ports::rows::ItemKey;

use super::super::survey::Notes;
use super::{
    CaseFate, ConversationFate, ConversationPlace, Fates, LeadFate, NumberFate, collection_of,
};

/// The kind of the numbers of customers, `YYYYMM-NNNNNN`.
pub(in super::super) const CUSTOMER: &str = "customer";
/// The kind of the numbers of cases, `YYYYMM-ICNNN`.
pub(in super::super) const CASE: &str = "case";

/// Gives out the numbers of one kind, month by month, leaving out those in use.
struct Numbering {
    /// What stands between the month and the digits.
    infix: &'static str,
    digits: usize,
    used: HashSet<(u32, u64)>,
    next: HashMap<u32, u64>,
}

impl Numbering {
    fn new(infix: &'static str, digits: usize) -> Self {
        Self {
            infix,
            digits,
            used: HashSet::new(),
            next: HashMap::new(),
        }
    }

    /// Notes a number that somebody carries; one of another form can never be assigned.
    fn note(&mut self, number: &str) {
        let parse = || {
            let (month, rest) = number.split_once('-')?;
            let digits = rest.strip_prefix(self.infix)?;
            let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
            if !plain(month) || !plain(digits) {
                return None;
            }
            let key = (month.parse().ok()?, digits.parse().ok()?);
            (self.print(key) == number).then_some(key)
        };
        if let Some(key) = parse() {
            self.used.insert(key);
        }
    }

    fn print(&self, (month, number): (u32, u64)) -> String {
        let (infix, width) = (self.infix, self.digits);
        format!("{month:06}-{infix}{number:0width$}")
    }

    /// The next free number of the month that `created`, in microseconds, lies in.
    fn assign(&mut self, created: i64) -> String {
        let (year, month) = Instant::from_micros(created).year_month();
        let month = u32::try_from(year * 100 + i64::from(month)).unwrap_or(0);
        let next = self.next.entry(month).or_insert(1);
        while self.used.contains(&(month, *next)) {
            *next += 1;
        }
        let key = (month, *next);
        *next += 1;
        self.print(key)
    }
}

/// Customer numbers for the leads that have none.
pub(super) fn assign_customers(notes: &Notes, recorded: &RecordedNumbers, fates: &mut Fates) {
    let texts = &notes.texts;
    let mut numbering = Numbering::new("", 6);
    recorded
        .of_kind(CUSTOMER)
        .for_each(|number| numbering.note(number));
    let mut waiting = Vec::new();
    for (index, fate) in fates.leads.iter().enumerate() {
        match fate {
            LeadFate::Migrated {
                number: NumberFate::Own(number),
            } => numbering.note(texts.get(*number)),
            LeadFate::Migrated {
                number: NumberFate::Missing,
            } => waiting.push(index),
            _ => {}
        }
    }
    for (note, fate) in notes.cases.notes.iter().zip(&fates.cases) {
        if let (Some(customer), CaseFate::Migrated { .. }) = (note.customer_id, fate) {
            numbering.note(texts.get(customer));
        }
    }
    waiting.sort_by_key(|&index| {
        let head = &notes.leads.notes[index].head;
        (head.created, texts.get(head.id))
    });
    for index in waiting {
        let number = numbering.assign(notes.leads.notes[index].head.created);
        fates.leads[index] = LeadFate::Migrated {
            number: NumberFate::Assigned(number),
        };
    }
}

/// Case numbers: who keeps one that several carry, and new ones for conversations without.
pub(super) fn settle_cases(notes: &Notes, recorded: &RecordedNumbers, fates: &mut Fates) {
    let texts = &notes.texts;
    let mut migrated: Vec<ConversationPlace> = Vec::new();
    for (index, fate) in fates.conversations.iter().enumerate() {
        if matches!(fate, ConversationFate::Migrated { .. }) {
            migrated.push(ConversationPlace::Conversation(index));
        }
    }
    for (index, fate) in fates.sales_cases.iter().enumerate() {
        if matches!(fate, ConversationFate::Migrated { .. }) {
            migrated.push(ConversationPlace::SalesCase(index));
        }
    }
    for (index, fate) in fates.cases.iter().enumerate() {
        if matches!(fate, CaseFate::Migrated { .. }) {
            migrated.push(ConversationPlace::Case(index));
        }
    }

    let note_of = |place: ConversationPlace| match place {
        ConversationPlace::Conversation(index) => {
            let note = &notes.conversations.notes[index];
            (&note.head, note.number)
        }
        ConversationPlace::SalesCase(index) => {
            let note = &notes.sales_cases.notes[index];
            (&note.head, note.number)
        }
        ConversationPlace::Case(index) => {
            let note = &notes.cases.notes[index];
            (&note.head, note.number)
        }
    };
    let recorded_of = |place: ConversationPlace| {
        let (head, own) = note_of(place);
        let key = ItemKey {
            collection: collection_of(place).into(),
            id: texts.get(head.id).into(),
        };
        own.is_none().then(|| recorded.get(CASE, &key)).flatten()
    };
    let is_case = |place: ConversationPlace| matches!(place, ConversationPlace::Case(_));
    migrated.sort_by_key(|&place| {
        let (head, _) = note_of(place);
        (
            recorded_of(place).is_none(),
            is_case(place),
            head.created,
            texts.get(head.id),
        )
    });

    let mut numbering = Numbering::new("IC", 3);
    recorded
        .of_kind(CASE)
        .for_each(|number| numbering.note(number));
    let mut keepers: HashSet<&str> = HashSet::new();
    let mut decisions = Vec::with_capacity(migrated.len());
    let mut waiting = Vec::new();
    for place in migrated {
        let (_, own) = note_of(place);
        match (own, recorded_of(place)) {
            (Some(own), _) => {
                let number = texts.get(own);
                numbering.note(number);
                decisions.push((
                    place,
                    if keepers.insert(number) {
                        NumberFate::Own(own)
                    } else {
                        NumberFate::Duplicate
                    },
                ));
            }
            (None, Some(number)) => {
                keepers.insert(number);
                decisions.push((place, NumberFate::Assigned(number.to_owned())));
            }
            (None, None) if is_case(place) => decisions.push((place, NumberFate::Missing)),
            (None, None) => waiting.push(place),
        }
    }
    // `migrated` is in order of (created time, document id) here: none of these has a recorded
    // number, and none is a case.
    for place in waiting {
        let (head, _) = note_of(place);
        decisions.push((place, NumberFate::Assigned(numbering.assign(head.created))));
    }
    for (place, fate) in decisions {
        match place {
            ConversationPlace::Conversation(index) => {
                set_number(&mut fates.conversations[index], fate);
            }
            ConversationPlace::SalesCase(index) => set_number(&mut fates.sales_cases[index], fate),
            ConversationPlace::Case(index) => {
                if let CaseFate::Migrated { number, .. } = &mut fates.cases[index] {
                    *number = fate;
                }
            }
        }
    }
}

fn set_number(fate: &mut ConversationFate, settled: NumberFate) {
    if let ConversationFate::Migrated { number, .. } = fate {
        *number = settled;
    }
}
