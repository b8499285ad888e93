//! Customer and case numbers: who carries one, and which are assigned.

use std::collections::{HashMap, HashSet};

use crate::instant::Instant;
use crate::plans::RecordedNumbers;
use crate::plans::shelf::Index;
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
    /// Months of which numbers are given out.
    months: HashSet<u32>,
    next: HashMap<u32, u64>,
}

impl Numbering {
    fn new(infix: &'static str, digits: usize) -> Self {
        Self {
            infix,
            digits,
            used: HashSet::new(),
            months: HashSet::new(),
            next: HashMap::new(),
        }
    }

    /// A number will be given out for `created`. All of these come before [`Numbering::note`].
    fn expect(&mut self, created: i64) {
        self.months.insert(month_of(created));
    }

    /// Notes a number that somebody carries; one of another form, or of another month, can never
    /// be assigned.
    fn note(&mut self, number: &str) {
        let parse = || {
            let (month, rest) = number.split_once('-')?;
            let digits = rest.strip_prefix(self.infix)?;
            let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
            if !plain(month) || !plain(digits) {
                return None;
            }
            let month = month.parse().ok()?;
            if !self.months.contains(&month) {
                return None;
            }
            let key = (month, digits.parse().ok()?);
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
        let month = month_of(created);
        let next = self.next.entry(month).or_insert(1);
        while self.used.contains(&(month, *next)) {
            *next += 1;
        }
        let key = (month, *next);
        *next += 1;
        self.print(key)
    }
}

fn month_of(created: i64) -> u32 {
    let (year, month) = Instant::from_micros(created).year_month();
    u32::try_from(year * 100 + i64::from(month)).unwrap_or(0)
}

/// Customer numbers for the leads that have none.
pub(super) fn assign_customers(notes: &Notes, recorded: &RecordedNumbers, fates: &mut Fates) {
    let texts = &notes.texts;
    let mut numbering = Numbering::new("", 6);
    let mut waiting = Vec::new();
    for (index, (note, fate)) in notes.leads.notes.iter().zip(&fates.leads).enumerate() {
        if let LeadFate::Migrated {
            number: NumberFate::Missing,
        } = fate
        {
            numbering.expect(note.head.created);
            waiting.push(index);
        }
    }
    recorded
        .of_kind(CUSTOMER)
        .for_each(|number| numbering.note(number));
    for fate in &fates.leads {
        if let LeadFate::Migrated {
            number: NumberFate::Own(number),
        } = fate
        {
            numbering.note(texts.get(*number));
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
        let number = fates.assign(&number);
        fates.leads[index] = LeadFate::Migrated { number };
    }
}

/// Case numbers: who keeps one that several carry, and new ones for conversations without.
pub(super) fn settle_cases(notes: &Notes, recorded: &RecordedNumbers, fates: &mut Fates) {
    let texts = &notes.texts;
    let note_of = |place: ConversationPlace| match place {
        ConversationPlace::Conversation(index) => {
            let note = &notes.conversations.notes[index.get()];
            (&note.head, note.number)
        }
        ConversationPlace::SalesCase(index) => {
            let note = &notes.sales_cases.notes[index.get()];
            (&note.head, note.number)
        }
        ConversationPlace::Case(index) => {
            let note = &notes.cases.notes[index.get()];
            (&note.head, note.number)
        }
    };
    let is_case = |place: ConversationPlace| matches!(place, ConversationPlace::Case(_));
    // No two that are migrated have the same id.
    let in_order = |one: ConversationPlace, other: ConversationPlace| {
        let key = |place| {
            let (head, _) = note_of(place);
            (is_case(place), head.created, texts.get(head.id))
        };
        key(one).cmp(&key(other))
    };

    let mut numbering = Numbering::new("IC", 3);
    // Of each that is migrated only what is still to be decided is held: there are many.
    let mut carriers: Vec<ConversationPlace> = Vec::new();
    let mut waiting: Vec<ConversationPlace> = Vec::new();
    // Numbers that an earlier run gave to somebody, who keeps them.
    let mut kept: HashSet<&str> = HashSet::new();
    for place in conversations(notes) {
        if !is_migrated(fates, place) {
            continue;
        }
        let (head, own) = note_of(place);
        if own.is_some() {
            carriers.push(place);
            continue;
        }
        let key = ItemKey {
            collection: collection_of(place).into(),
            id: texts.get(head.id).into(),
        };
        if let Some(number) = recorded.get(CASE, &key) {
            kept.insert(number);
            let number = fates.assign(number);
            set_number(fates, place, number);
        } else if !is_case(place) {
            numbering.expect(head.created);
            waiting.push(place);
        }
    }
    for number in recorded.of_kind(CASE) {
        numbering.note(number);
    }
    let number_of = |place: ConversationPlace| {
        let (_, own) = note_of(place);
        own.map_or("", |own| texts.get(own))
    };
    for &place in &carriers {
        numbering.note(number_of(place));
    }
    carriers.sort_unstable_by(|&one, &other| {
        let numbers = number_of(one).cmp(number_of(other));
        numbers.then_with(|| in_order(one, other))
    });
    for group in carriers.chunk_by(|&one, &other| number_of(one) == number_of(other)) {
        for (turn, &place) in group.iter().enumerate() {
            let fate = match note_of(place) {
                (_, Some(own)) if turn == 0 && !kept.contains(texts.get(own)) => {
                    NumberFate::Own(own)
                }
                _ => NumberFate::Duplicate,
            };
            set_number(fates, place, fate);
        }
    }
    drop(carriers);
    waiting.sort_unstable_by(|&one, &other| in_order(one, other));
    for place in waiting {
        let (head, _) = note_of(place);
        let number = fates.assign(&numbering.assign(head.created));
        set_number(fates, place, number);
    }
}

/// All conversations, migrated or not.
fn conversations(notes: &Notes) -> impl Iterator<Item = ConversationPlace> {
    let places = |length| (0..length).map(Index::of);
    let conversations = places(notes.conversations.notes.len());
    let sales_cases = places(notes.sales_cases.notes.len());
    let cases = places(notes.cases.notes.len());
    conversations
        .map(ConversationPlace::Conversation)
        .chain(sales_cases.map(ConversationPlace::SalesCase))
        .chain(cases.map(ConversationPlace::Case))
}

fn is_migrated(fates: &Fates, place: ConversationPlace) -> bool {
    let migrates = |fate: &ConversationFate| matches!(fate, ConversationFate::Migrated { .. });
    match place {
        ConversationPlace::Conversation(index) => migrates(&fates.conversations[index.get()]),
        ConversationPlace::SalesCase(index) => migrates(&fates.sales_cases[index.get()]),
        ConversationPlace::Case(index) => {
            matches!(fates.cases[index.get()], CaseFate::Migrated { .. })
        }
    }
}

fn set_number(fates: &mut Fates, place: ConversationPlace, settled: NumberFate) {
    let fate = match place {
        ConversationPlace::Conversation(index) => &mut fates.conversations[index.get()],
        ConversationPlace::SalesCase(index) => &mut fates.sales_cases[index.get()],
        ConversationPlace::Case(index) => {
            if let CaseFate::Migrated { number, .. } = &mut fates.cases[index.get()] {
                *number = settled;
            }
            return;
        }
    };
    if let ConversationFate::Migrated { number, .. } = fate {
        *number = settled;
    }
}
