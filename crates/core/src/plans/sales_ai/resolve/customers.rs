//! Leads and the customers of cases: who keeps a customer number, and whose opportunity it is.

use std::collections::HashMap;

use crate::plans::RecordedNumbers;
use crate::plans::shelf::Text;
use crate::ports::rows::ItemKey;

use super::super::LEADS;
use super::super::survey::Notes;
use super::{
    Analysis, CaseFate, CaseOpportunity, Fates, LeadFate, NumberFate, Reason,
    migrated_lead_generation, numbers,
};

/// The opportunity that the cases of one customer make.
#[derive(Debug, Clone, Copy)]
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
pub(super) fn leads(notes: &Notes, recorded: &RecordedNumbers) -> Vec<LeadFate> {
    let texts = &notes.texts;
    let mut order: Vec<usize> = (0..notes.leads.notes.len()).collect();
    let recorded_of = |index: usize| {
        let note = &notes.leads.notes[index];
        let key = ItemKey {
            collection: LEADS.into(),
            id: texts.get(note.head.id).into(),
        };
        note.number
            .is_none()
            .then(|| recorded.get(numbers::CUSTOMER, &key))
            .flatten()
    };
    order.sort_by_key(|&index| {
        let head = &notes.leads.notes[index].head;
        (
            recorded_of(index).is_none(),
            head.created,
            texts.get(head.id),
        )
    });
    let mut keepers: HashMap<&str, usize> = HashMap::new();
    let mut fates = vec![
        LeadFate::Migrated {
            number: NumberFate::Missing
        };
        order.len()
    ];
    for index in order {
        let own = notes.leads.notes[index].number;
        let fate = match (own, recorded_of(index)) {
            (Some(own), _) => (texts.get(own), NumberFate::Own(own)),
            (None, Some(number)) => (number, NumberFate::Assigned(number.to_owned())),
            (None, None) => continue,
        };
        let first = *keepers.entry(fate.0).or_insert(index);
        fates[index] = if first == index {
            LeadFate::Migrated { number: fate.1 }
        } else {
            LeadFate::Duplicate { first }
        };
    }
    fates
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
                    opportunity: CaseOpportunity::Customer(usize::MAX),
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
    let mut by_number: HashMap<&str, usize> = HashMap::new();
    for (index, fate) in fates.leads.iter().enumerate() {
        match fate {
            LeadFate::Migrated {
                number: NumberFate::Own(number),
            } => by_number.insert(texts.get(*number), index),
            LeadFate::Migrated {
                number: NumberFate::Assigned(number),
            } => by_number.insert(number, index),
            _ => None,
        };
    }
    let customer_of = |index: &usize| {
        let id = notes.cases.notes[*index].customer_id;
        id.map(|id| texts.get(id)).unwrap_or_default()
    };
    let mut members: Vec<usize> = (0..notes.cases.notes.len())
        .filter(|&index| matches!(fates.cases[index], CaseFate::Migrated { .. }))
        .collect();
    members.sort_by_key(|index| {
        let head = &notes.cases.notes[*index].head;
        (customer_of(index), head.created, texts.get(head.id))
    });
    let mut decisions: Vec<(usize, CaseOpportunity, bool, bool)> = Vec::new();
    for group in members.chunk_by(|a, b| customer_of(a) == customer_of(b)) {
        let Some((first, id)) = group
            .first()
            .and_then(|&first| Some((first, notes.cases.notes[first].customer_id?)))
        else {
            continue;
        };
        let customer = texts.get(id);
        let lead = by_number.get(customer).copied().or_else(|| {
            let index = notes.leads.find(texts, customer)?;
            matches!(fates.leads[index], LeadFate::Migrated { .. }).then_some(index)
        });
        if let Some(lead) = lead {
            decisions.extend(
                group
                    .iter()
                    .map(|&index| (index, CaseOpportunity::Lead(lead), false, false)),
            );
            continue;
        }
        let opportunity = CaseOpportunity::Customer(fates.customers.len());
        let mut note = CustomerNote {
            id,
            name: None,
            phone: None,
            from_slack: notes.cases.notes[first].from_slack,
            created: i64::MAX,
            updated: i64::MIN,
        };
        for &index in group {
            let case = &notes.cases.notes[index];
            decisions.push((index, opportunity, note.phone.is_none(), index == first));
            note.name = note.name.or(case.name);
            note.phone = note.phone.or(case.phone);
            note.created = note.created.min(case.head.created);
            note.updated = note.updated.max(case.head.updated);
        }
        fates.customers.push(note);
    }
    for (index, target, reads_phone, reads_source) in decisions {
        if let CaseFate::Migrated {
            opportunity,
            phone_is_read,
            source_is_read,
            ..
        } = &mut fates.cases[index]
        {
            *opportunity = target;
            *phone_is_read = reads_phone;
            *source_is_read = reads_source;
        }
    }
}
