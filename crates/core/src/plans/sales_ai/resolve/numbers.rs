//! Customer and case numbers: who carries one, and which are assigned.

use std::collections::{HashMap, HashSet};

use crate::instant::Instant;
use crate::plans::RecordedNumbers;
use crate::plans::shelf::{Index, Text};
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
    let mut migrated: Vec<ConversationPlace> = Vec::new();
    for (index, fate) in fates.conversations.iter().enumerate() {
        if matches!(fate, ConversationFate::Migrated { .. }) {
            migrated.push(ConversationPlace::Conversation(Index::of(index)));
        }
    }
    for (index, fate) in fates.sales_cases.iter().enumerate() {
        if matches!(fate, ConversationFate::Migrated { .. }) {
            migrated.push(ConversationPlace::SalesCase(Index::of(index)));
        }
    }
    for (index, fate) in fates.cases.iter().enumerate() {
        if matches!(fate, CaseFate::Migrated { .. }) {
            migrated.push(ConversationPlace::Case(Index::of(index)));
        }
    }

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
    let recorded_of = |place: ConversationPlace| {
        // Sorting asks often.
        let (head, None) = note_of(place) else {
            return None;
        };
        let key = ItemKey {
            collection: collection_of(place).into(),
            id: texts.get(head.id).into(),
        };
        recorded.get(CASE, &key)
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

    let waits = |place: ConversationPlace| {
        let (_, own) = note_of(place);
        own.is_none() && !is_case(place) && recorded_of(place).is_none()
    };
    let mut numbering = Numbering::new("IC", 3);
    for &place in migrated.iter().filter(|place| waits(**place)) {
        numbering.expect(note_of(place).0.created);
    }
    // Those with a recorded number come first and keep it.
    let mut kept: HashSet<&str> = HashSet::new();
    for number in recorded.of_kind(CASE) {
        numbering.note(number);
    }
    for number in migrated.iter().filter_map(|&place| recorded_of(place)) {
        kept.insert(number);
    }
    // Who carries a number, each number's first one in the order of `migrated` first.
    let mut carriers: Vec<(Text, Index)> = Vec::new();
    for (rank, &place) in migrated.iter().enumerate() {
        if let (_, Some(own)) = note_of(place) {
            numbering.note(texts.get(own));
            carriers.push((own, Index::of(rank)));
        }
    }
    carriers.sort_unstable_by(|(one, rank), (other, behind)| {
        let numbers = texts.get(*one).cmp(texts.get(*other));
        numbers.then(rank.cmp(behind))
    });
    for group in carriers.chunk_by(|(one, _), (other, _)| texts.get(*one) == texts.get(*other)) {
        for (turn, &(own, rank)) in group.iter().enumerate() {
            let fate = if turn == 0 && !kept.contains(texts.get(own)) {
                NumberFate::Own(own)
            } else {
                NumberFate::Duplicate
            };
            set_number(fates, migrated[rank.get()], fate);
        }
    }
    // `migrated` is in order of (created time, document id) among those that wait: none of these
    // has a recorded number, and none is a case.
    for place in migrated {
        let (head, own) = note_of(place);
        if own.is_some() {
            continue;
        }
        let number = match recorded_of(place) {
            Some(number) => fates.assign(number),
            None if is_case(place) => NumberFate::Missing,
            None => fates.assign(&numbering.assign(head.created)),
        };
        set_number(fates, place, number);
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
