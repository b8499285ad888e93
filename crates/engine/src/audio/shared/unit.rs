//! A unit of recordings: what others did of it meanwhile, and what is left to be copied.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, OnceLock};

use serde_json::Value as JsonValue;
use sunset_core::audio::outcome::AudioReport;
use sunset_core::audio::plan::{Copy, Owner};
use sunset_core::audio::planner::same_version;
use sunset_core::audio::record::{ObjectRecord, Role};
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::ports::work::Unit;

use super::parts::Parts;
use super::{Named, Share, Shared, Task, names, task_of};
use crate::audio::flow::Flow;
use crate::audio::limits::Slots;
use crate::audio::{book, copy_all};
use crate::retry::retry;
use crate::worker::Hand;

/// A worker that has planned.
pub struct Worker<'a> {
    pub shared: &'a Shared<'a>,
    pub flow: Arc<Flow>,
    /// Objects at once, whichever unit they are of.
    pub slots: Slots,
    /// Known with the first unit.
    pub parts: OnceLock<Parts>,
}

impl Worker<'_> {
    pub async fn perform(&self, unit: Unit, hand: Hand) -> Result<JsonValue> {
        let mut share = Share::default();
        let report = &mut share.report;
        match task_of(unit)? {
            Task::Book { planned, plan } => {
                let Shared { store, journal, .. } = self.shared;
                let retries = self.shared.options.retries;
                book(
                    self.shared.plan,
                    store.as_ref(),
                    journal.as_ref(),
                    retries,
                    report,
                )
                .await?;
                let told = report.linked + (report.changed.len() + report.gone.len()) as u64;
                // The others were linked by a worker that died before it could say so.
                report.linked += planned.relinks.saturating_sub(told);
                share.begun = Some((planned, plan));
            }
            Task::Copy { part, of, named } => {
                let parts = self.parts.get_or_init(|| Parts::new(self.shared.plan, of));
                let copies: Vec<Copy> = parts.copies(self.shared.plan, part).cloned().collect();
                self.done_before_planning(named, &copies, report).await?;
                self.duplicates(parts, part).await?;
                let copies = self.up_to_date(copies, report).await?;
                let slots = match hand {
                    Hand::Regular => self.slots.clone(),
                    Hand::Relief => self.slots.and_one(),
                };
                copy_all(&self.flow, copies, &slots, report, self.shared.progress).await?;
            }
        }
        serde_json::to_value(share).map_err(|cause| {
            Error::new(
                ErrorKind::Internal,
                "the outcome of a unit cannot be written",
            )
            .cause(cause)
        })
    }

    /// Accounts for what a worker that died had done of a unit before this one planned.
    async fn done_before_planning(
        &self,
        named: Vec<Named>,
        copies: &[Copy],
        report: &mut AudioReport,
    ) -> Result<()> {
        let public = &self.shared.options.public_url;
        let planned = copies.iter().flat_map(|copy| names(copy, public));
        let planned: HashSet<_> = planned.map(|(uri, owner, _)| (uri, owner)).collect();
        let left = named.into_iter();
        let left = left.filter(|(uri, owner, _)| !planned.contains(&(uri.clone(), owner.clone())));
        let left: Vec<Named> = left.collect();
        if left.is_empty() {
            return Ok(());
        }
        let uris: Vec<String> = left.iter().map(|(uri, ..)| uri.clone()).collect();
        let mut records = self.recorded(&uris).await?;
        for (uri, owner, links) in left {
            let Some(record) = records.remove(&(uri, owner)) else {
                continue;
            };
            // What an earlier run copied and another format takes the place of is none of this run.
            if record.is_copied() && record.role != Role::Duplicate {
                let bytes = record.size.unwrap_or(0);
                report.copied.add(bytes);
                report.linked += u64::from(links);
                if record.role == Role::Orphan {
                    report.orphans.add(bytes);
                }
            } else if record.role == Role::Quarantined {
                report.quarantined.push(record);
            }
        }
        Ok(())
    }

    /// Entries of duplicates that are of another object than they say: a worker that died had found
    /// out, and had not come to correct them.
    async fn duplicates(&self, parts: &Parts, part: u32) -> Result<()> {
        let planned = parts.duplicates(self.shared.plan, part);
        let mut planned: Vec<ObjectRecord> = planned.cloned().collect();
        let uris: Vec<String> = planned.iter().map(|one| one.source_uri.clone()).collect();
        if uris.is_empty() {
            return Ok(());
        }
        let known = self.recorded(&uris).await?;
        planned.retain(|record| {
            let name = (record.source_uri.clone(), record.conversation_id.clone());
            let now = known.get(&name);
            // One that was copied meanwhile is a duplicate no longer.
            now.is_some_and(|now| now.role == Role::Duplicate && !now.is_copied() && now != record)
        });
        if planned.is_empty() {
            return Ok(());
        }
        retry(self.shared.options.retries, || {
            self.shared.journal.record(&planned)
        })
        .await
    }

    /// What the ledger has of some objects now, by URI and conversation.
    async fn recorded(
        &self,
        uris: &[String],
    ) -> Result<HashMap<(String, Option<String>), ObjectRecord>> {
        let records = retry(self.shared.options.retries, || {
            self.shared.ledger.objects_at(uris)
        })
        .await?;
        let named = records.into_iter().map(|record| {
            let name = (record.source_uri.clone(), record.conversation_id.clone());
            (name, record)
        });
        Ok(named.collect())
    }

    /// Leaves out what another worker proved since this one planned.
    async fn up_to_date(
        &self,
        mut copies: Vec<Copy>,
        report: &mut AudioReport,
    ) -> Result<Vec<Copy>> {
        let candidates = copies.iter().flat_map(|copy| &copy.candidates);
        let uris: Vec<String> = candidates.map(|object| object.uri.clone()).collect();
        if uris.is_empty() {
            return Ok(copies);
        }
        let records = self.recorded(&uris).await?;
        let mut behind_others = Vec::new();
        copies.retain_mut(|copy| {
            let owner = copy.owner.id().map(ToOwned::to_owned);
            let now = |uri: &str| records.get(&(uri.to_owned(), owner.clone()));
            let proven = (0_usize..)
                .zip(&copy.candidates)
                .find_map(|(index, object)| {
                    let record = now(&object.uri)?;
                    // One that an earlier run copied is a duplicate where another takes its place.
                    let new = copy.previous.as_deref() != Some(record)
                        && record.role == copy.owner.role();
                    let proven = new && record.is_copied() && same_version(object, record);
                    proven.then_some((index, object.size, record.url.clone()))
                });
            if let Some((index, bytes, url)) = proven {
                let before = copy.candidates.iter().take(index);
                let before = before.filter_map(|object| now(&object.uri));
                let quarantined = before.filter(|record| record.role == Role::Quarantined);
                report.quarantined.extend(quarantined.cloned());
                report.copied.add(bytes);
                match &copy.owner {
                    Owner::Conversation(conversation) => {
                        let linked = !url.is_some_and(|url| conversation.points_at(&url));
                        report.linked += u64::from(linked);
                    }
                    Owner::Nobody => report.orphans.add(bytes),
                }
                if index > 0 {
                    behind_others.push((copy.clone(), index));
                }
                return false;
            }
            if let Some(first) = copy.candidates.first() {
                copy.previous = now(&first.uri).cloned().map(Box::new);
            }
            true
        });
        for (copy, index) in behind_others {
            self.flow.note_others(&copy, index).await?;
        }
        Ok(copies)
    }
}
