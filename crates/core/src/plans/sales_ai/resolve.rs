//! What becomes of every document, decided from the notes of all: relations, duplicates,
//! customers and numbers. Nothing here depends on the order in which documents came.

mod customers;
mod numbers;

use std::collections::HashSet;

use super::survey::{ConversationNote, Notes};
use super::{CONVERSATIONS, SALES_CASES};
use crate::plans::RecordedNumbers;
use crate::plans::shelf::{Index, Text};

pub(super) use customers::CustomerNote;
pub(super) use numbers::{CASE, CUSTOMER};

/// Why a document is not migrated, in the order in which a reason is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reason {
    DuplicateId,
    MissingCustomerId,
    MissingLeadId,
    MissingConversationId,
    Orphan,
    DuplicateCustomerNumber,
}

impl Reason {
    pub fn code(self) -> &'static str {
        match self {
            Self::DuplicateId => "duplicate_id",
            Self::MissingCustomerId => "missing_customer_id",
            Self::MissingLeadId => "missing_lead_id",
            Self::MissingConversationId => "missing_conversation_id",
            Self::Orphan => "orphan",
            Self::DuplicateCustomerNumber => "duplicate_customer_number",
        }
    }
}

/// The number of a customer or a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NumberFate {
    /// The document carries it.
    Own(Text),
    /// An earlier document carries the same.
    Duplicate,
    /// Assigned, in this run or an earlier one: its place among [`Fates::assigned`].
    Assigned(Index),
    /// There is none.
    Missing,
}

/// What becomes of a lead.
#[derive(Debug, Clone)]
pub(super) enum LeadFate {
    Migrated {
        number: NumberFate,
    },
    /// The lead at the index has the same customer number and keeps it.
    Duplicate {
        first: Index,
    },
}

/// What becomes of a lead-generation conversation.
#[derive(Debug, Clone)]
pub(super) enum ConversationFate {
    Migrated {
        lead: Index,
        reattached: bool,
        number: NumberFate,
        analysis: Analysis,
    },
    Quarantined(Reason),
}

impl ConversationFate {
    fn analysis(&self) -> Option<Analysis> {
        match self {
            Self::Migrated { analysis, .. } => Some(*analysis),
            Self::Quarantined(_) => None,
        }
    }
}

/// The opportunity of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CaseOpportunity {
    Lead(Index),
    Customer(Index),
}

/// What becomes of a case.
#[derive(Debug, Clone)]
pub(super) enum CaseFate {
    Migrated {
        opportunity: CaseOpportunity,
        number: NumberFate,
        phone_is_read: bool,
        source_is_read: bool,
        analysis: Analysis,
    },
    Quarantined(Reason),
}

/// What becomes of the analysis embedded in a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Analysis {
    /// There is none.
    None,
    /// A document of `meddic_analyses` takes its place.
    Superseded,
    /// It becomes a row, named after the conversation; where a document has that id, and again
    /// where one has the next, so often `_embedded` is put behind it: no id is long enough for more
    /// than two bytes count.
    Row { renamed: u16 },
}

/// A conversation, by its place in one of the shelves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ConversationPlace {
    Conversation(Index),
    SalesCase(Index),
    Case(Index),
}

/// What becomes of a document of `meddic_analyses`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MeddicFate {
    Migrated(ConversationPlace),
    Quarantined(Reason),
}

/// All decisions; each vector stands beside the shelf of the same name.
#[derive(Debug, Default)]
pub(super) struct Fates {
    pub leads: Vec<LeadFate>,
    pub conversations: Vec<ConversationFate>,
    pub sales_cases: Vec<ConversationFate>,
    pub cases: Vec<CaseFate>,
    pub meddic: Vec<MeddicFate>,
    pub customers: Vec<CustomerNote>,
    /// Assigned numbers.
    pub assigned: Vec<Box<str>>,
}

impl Fates {
    pub fn assign(&mut self, number: &str) -> NumberFate {
        assign(&mut self.assigned, number)
    }
}

fn assign(assigned: &mut Vec<Box<str>>, number: &str) -> NumberFate {
    assigned.push(number.into());
    NumberFate::Assigned(Index::of(assigned.len() - 1))
}

pub(super) fn resolve(notes: &Notes, recorded: &RecordedNumbers) -> Fates {
    let mut fates = Fates::default();
    customers::leads(notes, recorded, &mut fates);
    let (conversations, sales_cases) = attach_conversations(notes, &fates.leads);
    fates.conversations = conversations;
    fates.sales_cases = sales_cases;
    customers::cases(notes, &mut fates);
    numbers::assign_customers(notes, recorded, &mut fates);
    // Before there are customers, of which there may be as many as cases: it holds a place of each.
    numbers::settle_cases(notes, recorded, &mut fates);
    customers::attach(notes, &mut fates);
    attach_analyses(notes, &mut fates);
    fates
}

/// The conversations of lead generation: their leads, and ids that stand in both collections.
fn attach_conversations(
    notes: &Notes,
    leads: &[LeadFate],
) -> (Vec<ConversationFate>, Vec<ConversationFate>) {
    let attach = |note: &ConversationNote| {
        let Some(lead_id) = note.lead_id else {
            return ConversationFate::Quarantined(Reason::MissingLeadId);
        };
        let Some(lead) = notes.leads.find(&notes.texts, notes.texts.get(lead_id)) else {
            return ConversationFate::Quarantined(Reason::Orphan);
        };
        let (lead, reattached) = match leads[lead] {
            LeadFate::Migrated { .. } => (Index::of(lead), false),
            LeadFate::Duplicate { first } => (first, true),
        };
        ConversationFate::Migrated {
            lead,
            reattached,
            number: NumberFate::Missing,
            analysis: Analysis::None,
        }
    };
    let mut conversations: Vec<_> = notes.conversations.notes.iter().map(attach).collect();
    let mut sales_cases: Vec<_> = notes.sales_cases.notes.iter().map(attach).collect();
    for (index, note) in notes.sales_cases.notes.iter().enumerate() {
        let id = notes.texts.get(note.head.id);
        let Some(twin) = notes.conversations.find(&notes.texts, id) else {
            continue;
        };
        let migrates = |fate: &ConversationFate| matches!(fate, ConversationFate::Migrated { .. });
        let twin_updated = notes.conversations.notes[twin].head.updated;
        let duplicate = ConversationFate::Quarantined(Reason::DuplicateId);
        match (
            migrates(&conversations[twin]),
            migrates(&sales_cases[index]),
        ) {
            (true, true) if note.head.updated > twin_updated => conversations[twin] = duplicate,
            (true, _) => sales_cases[index] = duplicate,
            (false, true) => conversations[twin] = duplicate,
            (false, false) => {}
        }
    }
    (conversations, sales_cases)
}

/// The lead-generation conversation of an id, when it is migrated.
fn migrated_lead_generation(notes: &Notes, fates: &Fates, id: &str) -> Option<ConversationPlace> {
    let migrates = |fate: &ConversationFate| matches!(fate, ConversationFate::Migrated { .. });
    let conversation = notes.conversations.find(&notes.texts, id);
    if let Some(index) = conversation.filter(|&index| migrates(&fates.conversations[index])) {
        return Some(ConversationPlace::Conversation(Index::of(index)));
    }
    let sales_case = notes.sales_cases.find(&notes.texts, id);
    sales_case
        .filter(|&index| migrates(&fates.sales_cases[index]))
        .map(|index| ConversationPlace::SalesCase(Index::of(index)))
}

/// The conversation of an id, when it is migrated.
fn migrated_conversation(notes: &Notes, fates: &Fates, id: &str) -> Option<ConversationPlace> {
    if let Some(place) = migrated_lead_generation(notes, fates, id) {
        return Some(place);
    }
    let index = notes.cases.find(&notes.texts, id)?;
    matches!(fates.cases[index], CaseFate::Migrated { .. })
        .then_some(ConversationPlace::Case(Index::of(index)))
}

/// Analyses: documents by their conversation, embedded ones where no document is.
fn attach_analyses(notes: &Notes, fates: &mut Fates) {
    let mut documented: Vec<ConversationPlace> = Vec::new();
    let mut taken_ids: HashSet<String> = HashSet::new();
    let mut meddic = Vec::with_capacity(notes.meddic.notes.len());
    for note in notes.meddic.notes.iter() {
        let fate = match note.conversation_id {
            None => MeddicFate::Quarantined(Reason::MissingConversationId),
            Some(id) => migrated_conversation(notes, fates, notes.texts.get(id)).map_or(
                MeddicFate::Quarantined(Reason::Orphan),
                MeddicFate::Migrated,
            ),
        };
        if let MeddicFate::Migrated(place) = fate {
            documented.push(place);
            let id = notes.texts.get(note.head.id);
            // Only these can be the id of an embedded one.
            if id.starts_with(ROW_OF) {
                taken_ids.insert(id.to_owned());
            }
        }
        meddic.push(fate);
    }
    fates.meddic = meddic;
    documented.sort_unstable();

    let mut waiting: Vec<(String, ConversationPlace)> = Vec::new();
    let mut give = |place: ConversationPlace, id: Text, embedded: bool| {
        if !embedded {
            return Analysis::None;
        }
        if documented.binary_search(&place).is_ok() {
            return Analysis::Superseded;
        }
        if !taken_ids.is_empty() {
            let row_id = embedded_row_id(notes.texts.get(id), 0);
            if taken_ids.contains(&row_id) {
                waiting.push((row_id, place));
            }
        }
        Analysis::Row { renamed: 0 }
    };
    let lead_generation = [
        (
            &notes.conversations.notes,
            &mut fates.conversations,
            ConversationPlace::Conversation as fn(Index) -> ConversationPlace,
        ),
        (
            &notes.sales_cases.notes,
            &mut fates.sales_cases,
            ConversationPlace::SalesCase,
        ),
    ];
    for (notes, fates, place) in lead_generation {
        for (index, (note, fate)) in notes.iter().zip(fates).enumerate() {
            if let ConversationFate::Migrated { analysis, .. } = fate {
                *analysis = give(place(Index::of(index)), note.head.id, note.embedded);
            }
        }
    }
    for (index, (note, fate)) in notes.cases.notes.iter().zip(&mut fates.cases).enumerate() {
        if let CaseFate::Migrated { analysis, .. } = fate {
            *analysis = give(
                ConversationPlace::Case(Index::of(index)),
                note.head.id,
                note.embedded,
            );
        }
    }
    rename_taken(notes, fates, waiting, taken_ids);
}

/// Embedded analyses whose id a document has: `_embedded` is put behind it, until it is free.
fn rename_taken(
    notes: &Notes,
    fates: &mut Fates,
    mut waiting: Vec<(String, ConversationPlace)>,
    mut taken: HashSet<String>,
) {
    waiting.sort_unstable();
    for (row_id, place) in waiting {
        let mut renamed = 0;
        let mut free = row_id;
        loop {
            renamed += 1;
            free.push_str(AGAIN);
            // The id of a conversation "X_embedded" leads to the same row id.
            let conversation = free.strip_prefix(ROW_OF).unwrap_or_default();
            let other = migrated_conversation(notes, fates, conversation).is_some_and(|other| {
                analysis_row(notes, fates, other).as_deref() == Some(free.as_str())
            });
            if !other && !taken.contains(&free) {
                break;
            }
        }
        taken.insert(free);
        set_analysis(fates, place, Analysis::Row { renamed });
    }
}

/// What the id of an embedded analysis begins with.
const ROW_OF: &str = "meddic_";
/// What is put behind one that is taken.
const AGAIN: &str = "_embedded";

/// The id of the analysis embedded in a conversation.
pub(super) fn embedded_row_id(conversation: &str, renamed: u16) -> String {
    let again = AGAIN.repeat(renamed.into());
    format!("{ROW_OF}{conversation}{again}")
}

fn analysis_row(notes: &Notes, fates: &Fates, place: ConversationPlace) -> Option<String> {
    let (analysis, head) = match place {
        ConversationPlace::Conversation(index) => (
            fates.conversations[index.get()].analysis()?,
            &notes.conversations.notes[index.get()].head,
        ),
        ConversationPlace::SalesCase(index) => (
            fates.sales_cases[index.get()].analysis()?,
            &notes.sales_cases.notes[index.get()].head,
        ),
        ConversationPlace::Case(index) => match &fates.cases[index.get()] {
            CaseFate::Migrated { analysis, .. } => {
                (*analysis, &notes.cases.notes[index.get()].head)
            }
            CaseFate::Quarantined(_) => return None,
        },
    };
    match analysis {
        Analysis::Row { renamed } => Some(embedded_row_id(notes.texts.get(head.id), renamed)),
        _ => None,
    }
}

fn set_analysis(fates: &mut Fates, place: ConversationPlace, settled: Analysis) {
    let fate = match place {
        ConversationPlace::Conversation(index) => &mut fates.conversations[index.get()],
        ConversationPlace::SalesCase(index) => &mut fates.sales_cases[index.get()],
        ConversationPlace::Case(index) => {
            if let CaseFate::Migrated { analysis, .. } = &mut fates.cases[index.get()] {
                *analysis = settled;
            }
            return;
        }
    };
    if let ConversationFate::Migrated { analysis, .. } = fate {
        *analysis = settled;
    }
}

/// The collection of a lead-generation conversation.
pub(super) fn collection_of(place: ConversationPlace) -> &'static str {
    match place {
        ConversationPlace::Conversation(_) => CONVERSATIONS,
        ConversationPlace::SalesCase(_) => SALES_CASES,
        ConversationPlace::Case(_) => super::CASES,
    }
}
