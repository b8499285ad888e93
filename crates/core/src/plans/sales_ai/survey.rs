//! What must be known of all documents at once: a compact note of each.

use std::collections::{HashMap, HashSet};

use crate::digest::Digest;
use crate::document::{BadDocument, Document};
use crate::error::{Error, ErrorKind, Result};
use crate::plans::{CollectionTally, RecordedNumbers, Resolution, Survey};
use crate::reading::{Metadata, Reader};

use super::resolution::SalesAiResolution;
use super::{CASES, CONVERSATIONS, LEADS, MEDDIC, SALES_CASES};
use super::{case, conversation, embedded, lead};

/// A piece of text in [`Texts`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Text {
    start: u32,
    length: u32,
}

/// All the text of a survey, end to end: four bytes a place instead of an allocation each.
#[derive(Debug, Default)]
pub(super) struct Texts {
    bytes: String,
}

impl Texts {
    fn add(&mut self, text: &str) -> Result<Text> {
        let full = || {
            Error::new(
                ErrorKind::Internal,
                "the survey holds more than 4 GiB of ids and names",
            )
            .remedy("migrate the collections in several runs")
        };
        let start = u32::try_from(self.bytes.len()).map_err(|_| full())?;
        let length = u32::try_from(text.len()).map_err(|_| full())?;
        self.bytes.push_str(text);
        Ok(Text { start, length })
    }

    /// As `add`, without a second copy where `same` already says it.
    fn add_like(&mut self, text: &str, same: Text) -> Result<Text> {
        if self.get(same) == text {
            Ok(same)
        } else {
            self.add(text)
        }
    }

    pub fn get(&self, text: Text) -> &str {
        let start = text.start as usize;
        self.bytes
            .get(start..start + text.length as usize)
            .unwrap_or_default()
    }
}

/// What is noted of every document.
#[derive(Debug, Clone, Copy)]
pub(super) struct Head {
    pub id: Text,
    /// Microseconds; what "(created time, document id)" orders by, with the id.
    pub created: i64,
    pub updated: i64,
    /// When the document was last written, as its source says; decides between deliveries.
    update_time: i64,
    /// Tells deliveries of one document apart.
    pub fingerprint: [u8; 16],
}

pub(super) trait Noted {
    fn head(&self) -> &Head;
}

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

/// The notes of one collection; once settled, one a document, in byte order of the ids.
#[derive(Debug)]
pub(super) struct Shelf<N> {
    pub notes: Vec<N>,
    read: u64,
    bad: u64,
    /// Ids that came more than once with the very same content.
    twins: HashSet<String>,
    /// How often each id came unreadable.
    bad_ids: HashMap<String, u32>,
}

impl<N> Default for Shelf<N> {
    fn default() -> Self {
        Self {
            notes: Vec::new(),
            read: 0,
            bad: 0,
            twins: HashSet::new(),
            bad_ids: HashMap::new(),
        }
    }
}

impl<N: Noted> Shelf<N> {
    fn push(&mut self, note: N) {
        self.read += 1;
        self.notes.push(note);
    }

    /// Of several deliveries of one document the one with the later update time stays, on a tie
    /// the later delivery.
    fn settle(&mut self, texts: &Texts) {
        self.notes.sort_by(|a, b| {
            let (a, b) = (a.head(), b.head());
            texts
                .get(a.id)
                .cmp(texts.get(b.id))
                .then(a.update_time.cmp(&b.update_time))
        });
        for pair in self.notes.windows(2) {
            let (a, b) = (pair[0].head(), pair[1].head());
            if a.fingerprint == b.fingerprint && texts.get(a.id) == texts.get(b.id) {
                self.twins.insert(texts.get(a.id).to_owned());
            }
        }
        // `dedup_by` keeps the first of equals; the sort is stable and put the winner last.
        self.notes.reverse();
        self.notes
            .dedup_by(|a, b| texts.get(a.head().id) == texts.get(b.head().id));
        self.notes.reverse();
    }

    fn count_bad(&mut self, id: Option<&str>) {
        self.read += 1;
        self.bad += 1;
        if let Some(id) = id {
            *self.bad_ids.entry(id.to_owned()).or_default() += 1;
        }
    }

    /// Whether a document came more than once with the very same content.
    pub fn has_twins(&self, id: &str) -> bool {
        self.twins.contains(id)
    }

    /// Whether `id` names one unreadable document, and no other of the collection.
    pub fn names_bad(&self, texts: &Texts, id: &str) -> bool {
        self.find(texts, id).is_none() && self.bad_ids.get(id).is_none_or(|count| *count == 1)
    }

    /// Whether an unreadable document has this id.
    pub fn has_bad(&self, id: &str) -> bool {
        self.bad_ids.contains_key(id)
    }

    /// The place of a document's note, once settled.
    pub fn find(&self, texts: &Texts, id: &str) -> Option<usize> {
        self.notes
            .binary_search_by(|note| texts.get(note.head().id).cmp(id))
            .ok()
    }

    pub fn tally(&self) -> CollectionTally {
        CollectionTally {
            read: self.read,
            repeated: self.read - self.bad - self.notes.len() as u64,
            superseded: 0,
        }
    }
}

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

/// Tells the deliveries of one document apart.
pub(super) fn fingerprint(document: &Document, digest: &Digest) -> [u8; 16] {
    let time = |time: Option<crate::instant::Instant>| {
        time.map_or(i64::MIN, crate::instant::Instant::floor_micros)
            .to_le_bytes()
    };
    let digest = Digest::of_parts([
        digest.as_bytes(),
        &time(document.create_time),
        &time(document.update_time),
    ]);
    let mut short = [0; 16];
    short.copy_from_slice(&digest.0[..16]);
    short
}

impl Notes {
    fn head(&mut self, document: &Document) -> Result<Head> {
        Ok(Head {
            id: self.texts.add(&document.id)?,
            created: 0,
            updated: 0,
            update_time: document
                .update_time
                .map_or(i64::MIN, crate::instant::Instant::floor_micros),
            fingerprint: fingerprint(document, &document.digest()),
        })
    }

    fn optional(&mut self, text: Option<&str>) -> Result<Option<Text>> {
        text.map(|text| self.texts.add(text)).transpose()
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
        let mut head = notes.head(&document)?;
        let metadata = Metadata::from(&document);
        let mut reader = Reader::new(document.fields);
        let reader = &mut reader;
        match document.collection.as_str() {
            LEADS => {
                times(&mut head, reader, &metadata, ["created_at", "updated_at"]);
                let number = notes.optional(lead::own_number(reader).as_deref())?;
                notes.leads.push(LeadNote { head, number });
            }
            CONVERSATIONS | SALES_CASES => {
                times(&mut head, reader, &metadata, ["created_at", "updated_at"]);
                let note = ConversationNote {
                    head,
                    lead_id: notes.optional(reader.text("lead_id").as_deref())?,
                    store_name: notes.optional(reader.text("analysis.store_name").as_deref())?,
                    number: notes.optional(conversation::own_number(reader).as_deref())?,
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
                    customer_id: notes.optional(case::customer_id(reader).as_deref())?,
                    number,
                    name: notes.optional(reader.text("customerName").as_deref())?,
                    phone: notes.optional(reader.text("customerPhone").as_deref())?,
                    from_slack: case::is_from_slack(reader),
                    embedded: embedded::in_case(reader),
                };
                notes.cases.push(note);
            }
            MEDDIC => {
                let conversation_id = notes.optional(reader.text("conversation_id").as_deref())?;
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
