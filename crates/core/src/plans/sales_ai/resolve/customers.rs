//! Leads and the customers of cases: who keeps a customer number, and whose opportunity it is.

use std::collections::HashMap;

use crate::plans::RecordedNumbers;
use crate::plans::shelf::{Index, Text};
use crate::ports::rows::ItemKey;

use super::super::LEADS;
use super::super::survey::Notes;
use super::{
    Analysis, CaseFate, CaseOpportunity, Fates, LeadFate, NumberFate, Reason, assign,
    migrated_lead_generation, numbers,
};

/// The opportunity that the cases of one customer make. There may be as many as cases, and its times
/// would have each end at a multiple of eight bytes.
#[derive(Debug, Clone, Copy)]
#[repr(Rust, packed(4))]
pub(in super::super) struct CustomerNote {
    pub id: Text,
    pub name: Option<Text>,
    pub phone: Option<Text>,
    pub from_slack: bool,
    pub created: i64,
    pub updated: i64,
}

/// Leads, and of those with one customer number the one that keeps it: the one to which it was
/// assigned in an earlier run, else the first by (created time, document id).
pub(super) fn leads(notes: &Notes, recorded: &RecordedNumbers, fates: &mut Fates) {
    let texts = &notes.texts;
    let mut order: Vec<usize> = (0..notes.leads.notes.len()).collect();
    let recorded_of = |index: usize| {
        // Sorting asks often.
        let note = &notes.leads.notes[index];
        if note.number.is_some() {
            return None;
        }
        let key = ItemKey {
            collection: LEADS.into(),
            id: texts.get(note.head.id).into(),
        };
        recorded.get(numbers::CUSTOMER, &key)
    };
    order.sort_by_key(|&index| {
        let head = &notes.leads.notes[index].head;
        (
            recorded_of(index).is_none(),
            head.created,
            texts.get(head.id),
        )
    });
    let mut keepers: HashMap<&str, Index> = HashMap::new();
    fates.leads = vec![
        LeadFate::Migrated {
            number: NumberFate::Missing
        };
        order.len()
    ];
    for index in order {
        let own = notes.leads.notes[index].number;
        let number = match (own, recorded_of(index)) {
            (Some(own), _) => texts.get(own),
            (None, Some(number)) => number,
            (None, None) => continue,
        };
        let here = Index::of(index);
        let first = *keepers.entry(number).or_insert(here);
        fates.leads[index] = if first == here {
            let number = own.map_or_else(|| assign(&mut fates.assigned, number), NumberFate::Own);
            LeadFate::Migrated { number }
        } else {
            LeadFate::Duplicate { first }
        };
    }
}

/// Which cases are migrated at all. Their opportunities come with [`attach`], when all customer
/// numbers are known.
pub(super) fn cases(notes: &Notes, fates: &mut Fates) {
    fates.cases = notes
        .cases
        .notes
        .iter()
        .map(|note| {
            let id = notes.texts.get(note.head.id);
            if migrated_lead_generation(notes, fates, id).is_some() {
                CaseFate::Quarantined(Reason::DuplicateId)
            } else if note.customer_id.is_none() {
                CaseFate::Quarantined(Reason::MissingCustomerId)
            } else {
                CaseFate::Migrated {
                    opportunity: CaseOpportunity::Customer(Index::of(usize::MAX)),
                    number: NumberFate::Missing,
                    phone_is_read: false,
                    source_is_read: false,
                    analysis: Analysis::None,
                }
            }
        })
        .collect();
}

/// Groups the migrated cases by customer and finds each customer's opportunity: that of the lead
/// with its number, else of the lead with its id, else one of its own.
pub(super) fn attach(notes: &Notes, fates: &mut Fates) {
    let texts = &notes.texts;
    let Fates {
        leads,
        cases,
        customers,
        assigned,
        ..
    } = fates;
    let mut by_number: HashMap<&str, Index> = HashMap::new();
    for (index, fate) in leads.iter().enumerate() {
        let number = match fate {
            LeadFate::Migrated {
                number: NumberFate::Own(number),
            } => texts.get(*number),
            LeadFate::Migrated {
                number: NumberFate::Assigned(number),
            } => &assigned[number.get()],
            _ => continue,
        };
        by_number.insert(number, Index::of(index));
    }
    let customer_of = |index: &Index| {
        let id = notes.cases.notes[index.get()].customer_id;
        id.map(|id| texts.get(id)).unwrap_or_default()
    };
    let mut members: Vec<Index> = (0..notes.cases.notes.len())
        .filter(|&index| matches!(cases[index], CaseFate::Migrated { .. }))
        .map(Index::of)
        .collect();
    members.sort_unstable_by_key(|index| {
        let head = &notes.cases.notes[index.get()].head;
        (customer_of(index), head.created, texts.get(head.id))
    });
    let groups = || members.chunk_by(|a, b| customer_of(a) == customer_of(b));
    // There are many, and they stay: no room for more of them, and none for growing.
    customers.reserve_exact(groups().count());
    for group in groups() {
        let Some((first, id)) = group
            .first()
            .and_then(|&first| Some((first, notes.cases.notes[first.get()].customer_id?)))
        else {
            continue;
        };
        let customer = texts.get(id);
        let lead = by_number.get(customer).copied().or_else(|| {
            let index = notes.leads.find(texts, customer)?;
            matches!(leads[index], LeadFate::Migrated { .. }).then_some(Index::of(index))
        });
        if let Some(lead) = lead {
            for &index in group {
                let opportunity = CaseOpportunity::Lead(lead);
                attach_case(&mut cases[index.get()], opportunity, false, false);
            }
            continue;
        }
        let opportunity = CaseOpportunity::Customer(Index::of(customers.len()));
        let mut note = CustomerNote {
            id,
            name: None,
            phone: None,
            from_slack: notes.cases.notes[first.get()].from_slack,
            created: i64::MAX,
            updated: i64::MIN,
        };
        for &index in group {
            let case = &notes.cases.notes[index.get()];
            let (phone, source) = (note.phone.is_none(), index == first);
            attach_case(&mut cases[index.get()], opportunity, phone, source);
            note.name = note.name.or(case.name);
            note.phone = note.phone.or(case.phone);
            note.created = note.created.min(case.head.created);
            note.updated = note.updated.max(case.head.updated);
        }
        customers.push(note);
    }
}

fn attach_case(fate: &mut CaseFate, to: CaseOpportunity, reads_phone: bool, reads_source: bool) {
    if let CaseFate::Migrated {
        opportunity,
        phone_is_read,
        source_is_read,
        ..
    } = fate
    {
        *opportunity = to;
        *phone_is_read = reads_phone;
        *source_is_read = reads_source;
    }
}
