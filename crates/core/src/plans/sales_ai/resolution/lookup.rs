//! Questions about single documents and whole collections.

use crate::digest::Digest;
use crate::document::Document;
use crate::plans::CollectionTally;
use crate::plans::shelf::Stranger;
use crate::ports::rows::ItemKey;

use super::super::resolve::{Analysis, CaseFate, ConversationFate, LeadFate, MeddicFate};
use super::super::{CASES, CONVERSATIONS, CUSTOMERS, LEADS, MEDDIC, SALES_CASES};
use super::SalesAiResolution;

impl SalesAiResolution {
    pub(super) fn collection_tally(&self, collection: &str) -> CollectionTally {
        let superseded = |fates: &[ConversationFate]| {
            let of = |fate: &&ConversationFate| {
                matches!(
                    fate,
                    ConversationFate::Migrated {
                        analysis: Analysis::Superseded,
                        ..
                    }
                )
            };
            fates.iter().filter(of).count() as u64
        };
        let with = |tally: CollectionTally, superseded| CollectionTally {
            superseded,
            ..tally
        };
        let (notes, fates) = (&self.notes, &self.fates);
        match collection {
            LEADS => notes.leads.tally(),
            CONVERSATIONS => with(
                notes.conversations.tally(),
                superseded(&fates.conversations),
            ),
            SALES_CASES => with(notes.sales_cases.tally(), superseded(&fates.sales_cases)),
            CASES => {
                let of = |fate: &&CaseFate| {
                    matches!(
                        fate,
                        CaseFate::Migrated {
                            analysis: Analysis::Superseded,
                            ..
                        }
                    )
                };
                let superseded = fates.cases.iter().filter(of).count() as u64;
                with(notes.cases.tally(), superseded)
            }
            MEDDIC => notes.meddic.tally(),
            _ => CollectionTally::default(),
        }
    }

    pub(super) fn has_item(&self, key: &ItemKey) -> bool {
        let (notes, texts, id) = (&self.notes, &self.notes.texts, key.id.as_str());
        match key.collection.as_str() {
            LEADS => notes.leads.find(texts, id).is_some(),
            CONVERSATIONS => notes.conversations.find(texts, id).is_some(),
            SALES_CASES => notes.sales_cases.find(texts, id).is_some(),
            CASES => notes.cases.find(texts, id).is_some(),
            MEDDIC => notes.meddic.find(texts, id).is_some(),
            // In byte order of their ids, as the cases they are made of were sorted.
            CUSTOMERS => self
                .fates
                .customers
                .binary_search_by(|note| texts.get(note.id).cmp(id))
                .is_ok(),
            _ => false,
        }
    }

    pub(super) fn is_quarantined(&self, collection: &str, index: usize) -> bool {
        let quarantined =
            |fate: &ConversationFate| matches!(fate, ConversationFate::Quarantined(_));
        match collection {
            LEADS => matches!(self.fates.leads[index], LeadFate::Duplicate { .. }),
            CONVERSATIONS => quarantined(&self.fates.conversations[index]),
            SALES_CASES => quarantined(&self.fates.sales_cases[index]),
            CASES => matches!(self.fates.cases[index], CaseFate::Quarantined(_)),
            _ => matches!(self.fates.meddic[index], MeddicFate::Quarantined(_)),
        }
    }

    pub(super) fn names_bad(&self, collection: &str, id: &str) -> bool {
        let (notes, texts) = (&self.notes, &self.notes.texts);
        match collection {
            LEADS => notes.leads.names_bad(texts, id),
            CONVERSATIONS => notes.conversations.names_bad(texts, id),
            SALES_CASES => notes.sales_cases.names_bad(texts, id),
            CASES => notes.cases.names_bad(texts, id),
            MEDDIC => notes.meddic.names_bad(texts, id),
            _ => false,
        }
    }

    pub(super) fn has_bad(&self, collection: &str, id: &str) -> bool {
        let notes = &self.notes;
        match collection {
            LEADS => notes.leads.has_bad(id),
            CONVERSATIONS => notes.conversations.has_bad(id),
            SALES_CASES => notes.sales_cases.has_bad(id),
            CASES => notes.cases.has_bad(id),
            MEDDIC => notes.meddic.has_bad(id),
            _ => false,
        }
    }

    pub(super) fn stranger(&self, document: &Document, digest: &Digest) -> Option<&Stranger> {
        let (notes, texts) = (&self.notes, &self.notes.texts);
        match document.collection.as_str() {
            LEADS => notes.leads.stranger(texts, document, digest),
            CONVERSATIONS => notes.conversations.stranger(texts, document, digest),
            SALES_CASES => notes.sales_cases.stranger(texts, document, digest),
            CASES => notes.cases.stranger(texts, document, digest),
            MEDDIC => notes.meddic.stranger(texts, document, digest),
            _ => None,
        }
    }

    pub(super) fn has_stranger(&self, collection: &str, name: &str) -> bool {
        let (notes, texts) = (&self.notes, &self.notes.texts);
        match collection {
            LEADS => notes.leads.has_stranger(texts, name),
            CONVERSATIONS => notes.conversations.has_stranger(texts, name),
            SALES_CASES => notes.sales_cases.has_stranger(texts, name),
            CASES => notes.cases.has_stranger(texts, name),
            MEDDIC => notes.meddic.has_stranger(texts, name),
            _ => false,
        }
    }

    pub(super) fn has_twins(&self, collection: &str, id: &str) -> bool {
        let notes = &self.notes;
        match collection {
            LEADS => notes.leads.has_twins(id),
            CONVERSATIONS => notes.conversations.has_twins(id),
            SALES_CASES => notes.sales_cases.has_twins(id),
            CASES => notes.cases.has_twins(id),
            _ => notes.meddic.has_twins(id),
        }
    }
}
