//! What must be known of all documents at once: a compact note of each.

mod shared;

use crate::document::{BadDocument, Document};
use crate::error::Result;
use crate::plans::share::{Parts, Share};
use crate::plans::shelf::{Head, Kept, Noted, Shelf, Text, Texts};
use crate::plans::{RecordedNumbers, Resolution, Survey};
use crate::reading::{Metadata, Reader};

use super::resolution::SalesAiResolution;
use super::{CASES, CONVERSATIONS, LEADS, MEDDIC, SALES_CASES};
use super::{case, conversation, embedded, lead};

macro_rules! noted {
    ($($type:ty),*) => {$(
        impl Noted for $type {
            fn head(&self) -> &Head {
                &self.head
            }
        }
    )*};
}

#[derive(Debug)]
pub(super) struct LeadNote {
    pub head: Head,
    pub number: Option<Text>,
}

#[derive(Debug)]
pub(super) struct ConversationNote {
    pub head: Head,
    pub lead_id: Option<Text>,
    pub store_name: Option<Text>,
    pub number: Option<Text>,
    pub embedded: bool,
}

#[derive(Debug)]
pub(super) struct CaseNote {
    pub head: Head,
    pub customer_id: Option<Text>,
    pub number: Option<Text>,
    pub name: Option<Text>,
    pub phone: Option<Text>,
    pub from_slack: bool,
    pub embedded: bool,
}

#[derive(Debug)]
pub(super) struct MeddicNote {
    pub head: Head,
    pub conversation_id: Option<Text>,
}

noted!(LeadNote, ConversationNote, CaseNote, MeddicNote);

/// All notes.
#[derive(Debug, Default)]
pub(super) struct Notes {
    pub texts: Texts,
    pub leads: Shelf<LeadNote>,
    pub conversations: Shelf<ConversationNote>,
    pub sales_cases: Shelf<ConversationNote>,
    pub cases: Shelf<CaseNote>,
    pub meddic: Shelf<MeddicNote>,
}

/// What is left of them when everything is decided.
#[derive(Debug)]
pub(super) struct KeptNotes {
    pub texts: Texts,
    pub leads: Shelf<Kept>,
    pub conversations: Shelf<Kept>,
    pub sales_cases: Shelf<Kept>,
    pub cases: Shelf<Kept>,
    pub meddic: Shelf<Kept>,
}

impl Notes {
    pub fn kept(self) -> KeptNotes {
        KeptNotes {
            texts: self.texts,
            leads: self.leads.kept(),
            conversations: self.conversations.kept(),
            sales_cases: self.sales_cases.kept(),
            cases: self.cases.kept(),
            meddic: self.meddic.kept(),
        }
    }
}

pub(super) struct SalesAiSurvey {
    owner: String,
    notes: Notes,
}

impl SalesAiSurvey {
    pub fn new(owner: &str) -> Self {
        Self {
            owner: owner.to_owned(),
            notes: Notes::default(),
        }
    }
}

fn times(head: &mut Head, reader: &mut Reader, metadata: &Metadata, paths: [&str; 2]) {
    let created = reader.created(paths[0], metadata);
    let updated = reader.time(paths[1]).unwrap_or(created);
    head.created = created.floor_micros();
    head.updated = updated.floor_micros();
}

impl Survey for SalesAiSurvey {
    fn see(&mut self, document: Document) -> Result<()> {
        if document.id.contains('\0') {
            // PostgreSQL cannot store such an id: the resolution quarantines it.
            self.count_bad(&document.collection, None);
            return Ok(());
        }
        let notes = &mut self.notes;
        let mut head = Head::of(&document, &mut notes.texts)?;
        let metadata = Metadata::from(&document);
        let mut reader = Reader::new(document.fields);
        let reader = &mut reader;
        match document.collection.as_str() {
            LEADS => {
                times(&mut head, reader, &metadata, ["created_at", "updated_at"]);
                let number = notes.texts.optional(lead::own_number(reader).as_deref())?;
                notes.leads.push(LeadNote { head, number });
            }
            CONVERSATIONS | SALES_CASES => {
                times(&mut head, reader, &metadata, ["created_at", "updated_at"]);
                let note = ConversationNote {
                    head,
                    lead_id: notes.texts.optional(reader.text("lead_id").as_deref())?,
                    store_name: notes
                        .texts
                        .optional(reader.text("analysis.store_name").as_deref())?,
                    number: notes
                        .texts
                        .optional(conversation::own_number(reader).as_deref())?,
                    embedded: embedded::in_conversation(reader),
                };
                if document.collection == CONVERSATIONS {
                    notes.conversations.push(note);
                } else {
                    notes.sales_cases.push(note);
                }
            }
            CASES => {
                times(&mut head, reader, &metadata, ["createdAt", "updatedAt"]);
                let number = case::own_number(reader, &document.id)
                    .map(|number| notes.texts.add_like(&number, head.id))
                    .transpose()?;
                let note = CaseNote {
                    head,
                    customer_id: notes.texts.optional(case::customer_id(reader).as_deref())?,
                    number,
                    name: notes
                        .texts
                        .optional(reader.text("customerName").as_deref())?,
                    phone: notes
                        .texts
                        .optional(reader.text("customerPhone").as_deref())?,
                    from_slack: case::is_from_slack(reader),
                    embedded: embedded::in_case(reader),
                };
                notes.cases.push(note);
            }
            MEDDIC => {
                let conversation_id = notes
                    .texts
                    .optional(reader.text("conversation_id").as_deref())?;
                notes.meddic.push(MeddicNote {
                    head,
                    conversation_id,
                });
            }
            // The engine delivers what `collections` names, and nothing else.
            _ => {}
        }
        Ok(())
    }

    fn see_bad(&mut self, bad: &BadDocument) {
        self.count_bad(&bad.collection, bad.id.as_deref());
    }

    fn share(&self) -> Vec<u8> {
        let mut share = Share::default();
        self.notes.write(&mut share);
        share.into_bytes()
    }

    fn absorb(&mut self, share: &[u8]) -> Result<()> {
        self.notes.read(Parts::of(share))
    }

    fn resolve(mut self: Box<Self>, recorded: &RecordedNumbers) -> Box<dyn Resolution> {
        let Notes {
            texts,
            leads,
            conversations,
            sales_cases,
            cases,
            meddic,
        } = &mut self.notes;
        leads.settle(texts);
        conversations.settle(texts);
        sales_cases.settle(texts);
        cases.settle(texts);
        meddic.settle(texts);
        Box::new(SalesAiResolution::new(self.owner, self.notes, recorded))
    }
}

impl SalesAiSurvey {
    fn count_bad(&mut self, collection: &str, id: Option<&str>) {
        let notes = &mut self.notes;
        match collection {
            LEADS => notes.leads.count_bad(id),
            CONVERSATIONS => notes.conversations.count_bad(id),
            SALES_CASES => notes.sales_cases.count_bad(id),
            CASES => notes.cases.count_bad(id),
            MEDDIC => notes.meddic.count_bad(id),
            _ => {}
        }
    }
}
