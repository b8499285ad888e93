//! Turns documents into items, by what was resolved.

mod basis;
mod lookup;

use crate::digest::Digest;
use crate::document::{BadDocument, Document};
use crate::plans::outcome::{self, Written};
use crate::plans::shelf::{Index, Text};
use crate::plans::{CollectionTally, Emission, RecordedNumbers, Resolution};
use crate::ports::rows::{Assignment, Item, ItemKey};
use crate::reading::{Metadata, Reader};
use crate::rest;
use crate::row::Row;

use super::case::{self, Customer};
use super::conversation::{self, CaseNumber, Draft};
use super::lead;
use super::meddic::{self, Place};
use super::resolve::{
    self, Analysis, CaseFate, CaseOpportunity, ConversationFate, ConversationPlace, Fates,
    LeadFate, MeddicFate, NumberFate, Reason,
};
use super::shapes::Shapes;
use super::survey::{KeptNotes, Notes};
use super::{CASES, CONVERSATIONS, CUSTOMERS, LEADS, MEDDIC, SALES_CASES, embedded};

pub(super) struct SalesAiResolution {
    owner: String,
    notes: KeptNotes,
    fates: Fates,
    /// By lead: the name of the shop in its latest conversation that has one.
    store_names: Vec<Option<Text>>,
    shapes: Shapes,
}

type Outcome = Result<Written, (Reason, String)>;

impl SalesAiResolution {
    pub fn new(owner: String, notes: Notes, recorded: &RecordedNumbers) -> Self {
        let fates = resolve::resolve(&notes, recorded);
        let store_names = store_names(&notes, &fates);
        Self {
            owner,
            notes: notes.kept(),
            fates,
            store_names,
            shapes: Shapes::new(),
        }
    }

    fn text(&self, text: Text) -> &str {
        self.notes.texts.get(text)
    }

    fn number<'a>(&'a self, fate: &'a NumberFate) -> Option<&'a str> {
        match fate {
            NumberFate::Own(number) => Some(self.text(*number)),
            NumberFate::Assigned(number) => Some(&self.fates.assigned[number.get()]),
            NumberFate::Duplicate | NumberFate::Missing => None,
        }
    }

    fn case_number<'a>(&'a self, fate: &'a NumberFate) -> CaseNumber<'a> {
        CaseNumber {
            number: self.number(fate),
            duplicate: *fate == NumberFate::Duplicate,
        }
    }

    fn assignment(&self, kind: &str, fate: &NumberFate) -> Vec<Assignment> {
        match (fate, self.number(fate)) {
            (NumberFate::Assigned(_), Some(number)) => vec![Assignment {
                kind: kind.to_owned(),
                number: number.to_owned(),
            }],
            _ => Vec::new(),
        }
    }

    fn lead_id(&self, lead: Index) -> &str {
        self.text(self.notes.leads.notes[lead.get()].id)
    }

    fn conversation_id(&self, place: ConversationPlace) -> &str {
        let notes = &self.notes;
        self.text(match place {
            ConversationPlace::Conversation(index) => notes.conversations.notes[index.get()].id,
            ConversationPlace::SalesCase(index) => notes.sales_cases.notes[index.get()].id,
            ConversationPlace::Case(index) => notes.cases.notes[index.get()].id,
        })
    }

    /// The opportunity of a migrated conversation.
    fn opportunity_of(&self, place: ConversationPlace) -> &str {
        let lead_of = |fate: &ConversationFate| match fate {
            ConversationFate::Migrated { lead, .. } => Some(*lead),
            ConversationFate::Quarantined(_) => None,
        };
        let lead = match place {
            ConversationPlace::Conversation(index) => {
                lead_of(&self.fates.conversations[index.get()])
            }
            ConversationPlace::SalesCase(index) => lead_of(&self.fates.sales_cases[index.get()]),
            ConversationPlace::Case(index) => match &self.fates.cases[index.get()] {
                CaseFate::Migrated { opportunity, .. } => {
                    return self.case_opportunity(*opportunity);
                }
                CaseFate::Quarantined(_) => None,
            },
        };
        lead.map_or("", |lead| self.lead_id(lead))
    }

    fn case_opportunity(&self, opportunity: CaseOpportunity) -> &str {
        match opportunity {
            CaseOpportunity::Lead(lead) => self.lead_id(lead),
            CaseOpportunity::Customer(customer) => {
                self.text(self.fates.customers[customer.get()].id)
            }
        }
    }

    fn lead(&self, index: usize, document: Document) -> Outcome {
        let metadata = Metadata::from(&document);
        let mut reader = Reader::new(document.fields);
        let number = match &self.fates.leads[index] {
            LeadFate::Migrated { number } => number,
            LeadFate::Duplicate { first } => {
                let detail = format!(
                    "lead {} has the same customer number and keeps it",
                    self.lead_id(*first)
                );
                return Err((Reason::DuplicateCustomerNumber, detail));
            }
        };
        let context = lead::Context {
            owner: &self.owner,
            id: &document.id,
            customer_number: self.number(number).unwrap_or_default(),
            store_name: self.store_names[index].map(|name| self.text(name)),
        };
        let row = lead::opportunity(&mut reader, &metadata, &context, &self.shapes);
        Ok(Written {
            rows: vec![row],
            warnings: reader.into_warnings(),
            assigned: self.assignment(resolve::CUSTOMER, number),
        })
    }

    fn conversation(&self, fate: &ConversationFate, document: Document) -> Outcome {
        let (lead, reattached, number, analysis) = match fate {
            ConversationFate::Migrated {
                lead,
                reattached,
                number,
                analysis,
            } => (*lead, *reattached, number, analysis),
            ConversationFate::Quarantined(reason) => {
                let detail = match reason {
                    Reason::MissingLeadId => "lead_id is absent",
                    Reason::Orphan => "no lead has the id that lead_id names",
                    _ => "another document of the same id is migrated as this conversation",
                };
                return Err((*reason, detail.to_owned()));
            }
        };
        let metadata = Metadata::from(&document);
        let mut reader = Reader::new(document.fields);
        let opportunity = self.lead_id(lead);
        let draft = conversation::draft(
            &mut reader,
            &metadata,
            &document.id,
            opportunity,
            reattached,
            &self.case_number(number),
        );
        let analysis = match analysis {
            Analysis::Row { renamed } => Some((
                resolve::embedded_row_id(&document.id, *renamed),
                embedded::of_conversation(&mut reader, draft.updated),
            )),
            Analysis::None | Analysis::Superseded => None,
        };
        Ok(self.finish(reader, draft, analysis, &document.id, opportunity, number))
    }

    fn case(&self, index: usize, document: Document) -> Outcome {
        let (opportunity, number, phone_is_read, source_is_read, analysis) =
            match &self.fates.cases[index] {
                CaseFate::Migrated {
                    opportunity,
                    number,
                    phone_is_read,
                    source_is_read,
                    analysis,
                } => (
                    *opportunity,
                    number,
                    *phone_is_read,
                    *source_is_read,
                    analysis,
                ),
                CaseFate::Quarantined(reason) => {
                    let detail = match reason {
                        Reason::MissingCustomerId => "customerId is absent",
                        _ => "a conversation of lead generation has the same id",
                    };
                    return Err((*reason, detail.to_owned()));
                }
            };
        let metadata = Metadata::from(&document);
        let mut reader = Reader::new(document.fields);
        let opportunity = self.case_opportunity(opportunity);
        let context = case::Context {
            opportunity_id: opportunity,
            number: self.case_number(number),
            phone_is_read,
            source_is_read,
        };
        let draft = case::draft(&mut reader, &metadata, &document.id, &context);
        embedded::in_case(&mut reader);
        let analysis = match analysis {
            Analysis::Row { renamed } => Some((
                resolve::embedded_row_id(&document.id, *renamed),
                embedded::of_case(&mut reader, draft.updated),
            )),
            Analysis::None | Analysis::Superseded => None,
        };
        Ok(self.finish(reader, draft, analysis, &document.id, opportunity, number))
    }

    /// The rows of a conversation, when everything that wants to read of it has read.
    fn finish(
        &self,
        mut reader: Reader,
        draft: Draft,
        analysis: Option<(String, meddic::Analysis)>,
        id: &str,
        opportunity_id: &str,
        number: &NumberFate,
    ) -> Written {
        let left_over = reader.left_over();
        let mut rows = vec![Row {
            shape: self.shapes.conversation.clone(),
            cells: draft.cells.into_cells(id, left_over),
        }];
        if let Some((row_id, analysis)) = analysis {
            let place = Place {
                id: &row_id,
                conversation_id: id,
                opportunity_id,
            };
            rows.push(analysis.into_row(&place, &self.shapes));
        }
        Written {
            rows,
            warnings: reader.into_warnings(),
            assigned: self.assignment(resolve::CASE, number),
        }
    }

    fn meddic(&self, index: usize, document: Document) -> Outcome {
        let place = match self.fates.meddic[index] {
            MeddicFate::Migrated(place) => place,
            MeddicFate::Quarantined(reason) => {
                let detail = match reason {
                    Reason::MissingConversationId => "conversation_id is absent",
                    _ => "no migrated conversation has the id that conversation_id names",
                };
                return Err((reason, detail.to_owned()));
            }
        };
        let metadata = Metadata::from(&document);
        let mut reader = Reader::new(document.fields);
        let place = Place {
            id: &document.id,
            conversation_id: self.conversation_id(place),
            opportunity_id: self.opportunity_of(place),
        };
        let row = meddic::document(&mut reader, &metadata, &place, &self.shapes);
        Ok(Written {
            rows: vec![row],
            warnings: reader.into_warnings(),
            assigned: Vec::new(),
        })
    }
}

/// By lead: the shop's name in the latest conversation, by (created time, document id), that has
/// one. Conversations that were attached to it from another lead do not count.
fn store_names(notes: &Notes, fates: &Fates) -> Vec<Option<Text>> {
    let texts = &notes.texts;
    let mut latest: Vec<Option<(i64, Text, Text)>> = vec![None; notes.leads.notes.len()];
    let shelves = [
        (&notes.conversations.notes, &fates.conversations),
        (&notes.sales_cases.notes, &fates.sales_cases),
    ];
    for (note, fate) in shelves
        .into_iter()
        .flat_map(|(notes, fates)| notes.iter().zip(fates))
    {
        let (
            Some(name),
            ConversationFate::Migrated {
                lead,
                reattached: false,
                ..
            },
        ) = (note.store_name, fate)
        else {
            continue;
        };
        let later = latest[lead.get()].is_none_or(|(created, id, _)| {
            (created, texts.get(id)) < (note.head.created, texts.get(note.head.id))
        });
        if later {
            latest[lead.get()] = Some((note.head.created, note.head.id, name));
        }
    }
    latest
        .into_iter()
        .map(|entry| entry.map(|(_, _, name)| name))
        .collect()
}

impl Resolution for SalesAiResolution {
    fn emit(&self, document: Document) -> Emission {
        let source_digest = document.digest();
        if let Some(item) = outcome::without_storable_id(&document, source_digest) {
            return Emission::Item(Box::new(item));
        }
        let notes = &self.notes;
        let texts = &notes.texts;
        let index = match document.collection.as_str() {
            LEADS => notes.leads.counting(texts, &document, &source_digest),
            CONVERSATIONS => notes
                .conversations
                .counting(texts, &document, &source_digest),
            SALES_CASES => notes.sales_cases.counting(texts, &document, &source_digest),
            CASES => notes.cases.counting(texts, &document, &source_digest),
            MEDDIC => notes.meddic.counting(texts, &document, &source_digest),
            _ => None,
        };
        let Some(index) = index else {
            let stranger = self.stranger(&document, &source_digest);
            return stranger.map_or(Emission::Repeated, |stranger| {
                outcome::of_stranger(&document, source_digest, stranger, texts)
            });
        };
        let key = outcome::key_of(&document);
        // Kept whole only where it is needed: for a document that is not migrated.
        let copy = self
            .is_quarantined(&document.collection, index)
            .then(|| rest::encode_document(&document).into_bytes());
        let outcome = match document.collection.as_str() {
            LEADS => self.lead(index, document),
            CONVERSATIONS => self.conversation(&self.fates.conversations[index], document),
            SALES_CASES => self.conversation(&self.fates.sales_cases[index], document),
            CASES => self.case(index, document),
            _ => self.meddic(index, document),
        };
        debug_assert_eq!(outcome.is_err(), copy.is_some());
        let has_twins = self.has_twins(&key.collection, &key.id);
        let basis = self.basis_at(&key.collection, index);
        let outcome = outcome.map_err(|(reason, detail)| (reason.code(), detail));
        let item = outcome::item(key, source_digest, copy, outcome);
        let item = Box::new(Item { basis, ..item });
        if has_twins {
            Emission::Twin(item)
        } else {
            Emission::Item(item)
        }
    }

    fn emit_bad(&self, bad: BadDocument) -> Item {
        let named = bad
            .id
            .as_deref()
            .is_some_and(|id| self.names_bad(&bad.collection, id));
        outcome::bad(bad, named)
    }

    fn derived(&self, phase: usize) -> Box<dyn Iterator<Item = Item> + Send + '_> {
        if phase > 0 {
            return Box::new(std::iter::empty());
        }
        Box::new(self.fates.customers.iter().map(|note| {
            let customer = Customer {
                owner: &self.owner,
                id: self.text(note.id),
                name: note.name.map(|name| self.text(name)),
                phone: note.phone.map(|phone| self.text(phone)),
                from_slack: note.from_slack,
                created: note.created,
                updated: note.updated,
            };
            let row = case::opportunity(&customer, &self.shapes);
            let key = ItemKey {
                collection: CUSTOMERS.into(),
                id: customer.id.into(),
            };
            let digest = row.digest();
            Item::new(key, digest, vec![row], Vec::new(), None, Vec::new())
        }))
    }

    fn knows(&self, key: &ItemKey) -> bool {
        self.has_item(key)
            || self.has_bad(&key.collection, &key.id)
            || self.has_stranger(&key.collection, &key.id)
    }

    fn databases(&self) -> Vec<(String, u64)> {
        self.notes.texts.databases().all().to_vec()
    }

    fn basis(&self, key: &ItemKey) -> Option<Digest> {
        self.basis_by_key(key)
    }

    fn tally(&self, collection: &str) -> CollectionTally {
        self.collection_tally(collection)
    }
}
