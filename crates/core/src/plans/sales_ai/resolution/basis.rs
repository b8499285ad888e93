//! What the outcome of each document rests on: all that [`super`] asks of the decisions when it
//! maps the document.

use super::super::resolve::{
    Analysis, CaseFate, ConversationFate, LeadFate, MeddicFate, NumberFate,
};
use super::super::{CASES, CONVERSATIONS, LEADS, MEDDIC, SALES_CASES};
use super::SalesAiResolution;
use crate::digest::Digest;
use crate::plans::basis::Basis;
use crate::plans::shelf::{Kept, Shelf};
use crate::ports::rows::ItemKey;

impl SalesAiResolution {
    fn shelf(&self, collection: &str) -> Option<&Shelf<Kept>> {
        let notes = &self.notes;
        match collection {
            LEADS => Some(&notes.leads),
            CONVERSATIONS => Some(&notes.conversations),
            SALES_CASES => Some(&notes.sales_cases),
            CASES => Some(&notes.cases),
            MEDDIC => Some(&notes.meddic),
            _ => None,
        }
    }

    pub(super) fn basis_by_key(&self, key: &ItemKey) -> Option<Digest> {
        let shelf = self.shelf(&key.collection)?;
        let index = shelf.find(&self.notes.texts, &key.id)?;
        self.basis_at(&key.collection, index)
    }

    /// By the place of the document in its shelf.
    pub(super) fn basis_at(&self, collection: &str, index: usize) -> Option<Digest> {
        let note = &self.shelf(collection)?.notes[index];
        let basis = Basis::of(collection, self.text(note.id), note);
        Some(match collection {
            LEADS => self.of_lead(index, basis),
            CONVERSATIONS => self.of_conversation(&self.fates.conversations[index], basis),
            SALES_CASES => self.of_conversation(&self.fates.sales_cases[index], basis),
            CASES => self.of_case(&self.fates.cases[index], basis),
            _ => self.of_meddic(self.fates.meddic[index], basis),
        })
    }

    fn of_lead<'a>(&'a self, index: usize, basis: Basis<'a>) -> Digest {
        match &self.fates.leads[index] {
            LeadFate::Migrated { number } => self
                .with_number(number, basis)
                .and(&self.owner)
                .maybe(self.store_names[index].map(|name| self.text(name))),
            LeadFate::Duplicate { first } => basis.and("duplicate").and(self.lead_id(*first)),
        }
        .digest()
    }

    fn of_conversation<'a>(&'a self, fate: &'a ConversationFate, basis: Basis<'a>) -> Digest {
        match fate {
            ConversationFate::Migrated {
                lead,
                reattached,
                number,
                analysis,
            } => {
                let basis = self.with_number(number, basis).and(self.lead_id(*lead));
                with_analysis(*analysis, basis.and(flag(*reattached)))
            }
            ConversationFate::Quarantined(reason) => basis.and(reason.code()).digest(),
        }
    }

    fn of_case<'a>(&'a self, fate: &'a CaseFate, basis: Basis<'a>) -> Digest {
        match fate {
            CaseFate::Migrated {
                opportunity,
                number,
                phone_is_read,
                source_is_read,
                analysis,
            } => {
                let basis = self
                    .with_number(number, basis)
                    .and(self.case_opportunity(*opportunity))
                    .and(flag(*phone_is_read))
                    .and(flag(*source_is_read));
                with_analysis(*analysis, basis)
            }
            CaseFate::Quarantined(reason) => basis.and(reason.code()).digest(),
        }
    }

    fn of_meddic<'a>(&'a self, fate: MeddicFate, basis: Basis<'a>) -> Digest {
        match fate {
            MeddicFate::Migrated(place) => basis
                .and("migrated")
                .and(self.conversation_id(place))
                .and(self.opportunity_of(place)),
            MeddicFate::Quarantined(reason) => basis.and(reason.code()),
        }
        .digest()
    }

    fn with_number<'a>(&'a self, fate: &'a NumberFate, basis: Basis<'a>) -> Basis<'a> {
        let kind = match fate {
            NumberFate::Own(_) => "own",
            NumberFate::Duplicate => "twice",
            NumberFate::Assigned(_) => "assigned",
            NumberFate::Missing => "missing",
        };
        basis.and(kind).maybe(self.number(fate))
    }
}

fn flag(flag: bool) -> &'static str {
    if flag { "yes" } else { "no" }
}

fn with_analysis(analysis: Analysis, basis: Basis<'_>) -> Digest {
    match analysis {
        Analysis::None => basis.and("none").digest(),
        Analysis::Superseded => basis.and("superseded").digest(),
        Analysis::Row { renamed } => {
            let renamed = renamed.to_string();
            basis.and("row").and(&renamed).digest()
        }
    }
}
