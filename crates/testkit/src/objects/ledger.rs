//! What the ledger knows of objects.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use async_trait::async_trait;
use sunset_core::audio::erasure::KnownKey;
use sunset_core::audio::record::{
    Conversation, Intent, Link, MeasuredPart, ObjectRecord, Role, State as Reached, Version,
};
use sunset_core::error::Result;
use sunset_core::ports::objects::{Coming, LinkOutcome, ObjectJournal, ObjectLedger, Proof};

use super::lock;

#[derive(Debug, Default)]
struct State {
    conversations: BTreeMap<String, Conversation>,
    objects: BTreeMap<(String, Option<String>), ObjectRecord>,
    measured: BTreeMap<(String, u32), (Version, MeasuredPart)>,
    intents: BTreeMap<String, Intent>,
    stood: BTreeSet<String>,
    /// How often a proof changed a conversation's `audio_url`.
    linked: BTreeMap<String, u32>,
    writes: u32,
}

/// Conversations and objects in memory.
#[derive(Debug, Default)]
pub struct MemoryLedger {
    state: Mutex<State>,
}

impl MemoryLedger {
    /// Adds a conversation as migration wrote it.
    pub fn conversation(&self, id: &str, case_number: Option<&str>, audio_url: Option<&str>) {
        let conversation = Conversation {
            id: id.to_owned(),
            case_number: case_number.map(ToOwned::to_owned),
            created_at: 1_762_136_100_000_000,
            audio_url: audio_url.map(ToOwned::to_owned),
            link: None,
        };
        lock(&self.state)
            .conversations
            .insert(id.to_owned(), conversation);
    }

    /// Changes `audio_url`, as somebody else would.
    pub fn set_audio_url(&self, id: &str, url: Option<&str>) {
        if let Some(conversation) = lock(&self.state).conversations.get_mut(id) {
            conversation.audio_url = url.map(ToOwned::to_owned);
        }
    }

    /// `audio_url` of a conversation.
    pub fn audio_url(&self, id: &str) -> Option<String> {
        lock(&self.state).conversations.get(id)?.audio_url.clone()
    }

    /// The record of an object.
    pub fn record_of(&self, uri: &str, conversation: Option<&str>) -> Option<ObjectRecord> {
        let name = (uri.to_owned(), conversation.map(ToOwned::to_owned));
        lock(&self.state).objects.get(&name).cloned()
    }

    /// How often a proof changed `audio_url`, by conversation.
    pub fn linked(&self) -> BTreeMap<String, u32> {
        lock(&self.state).linked.clone()
    }

    /// Transactions so far.
    pub fn writes(&self) -> u32 {
        lock(&self.state).writes
    }
}

#[async_trait]
impl ObjectLedger for MemoryLedger {
    async fn conversations(&self) -> Result<Vec<Conversation>> {
        Ok(lock(&self.state).conversations.values().cloned().collect())
    }

    async fn objects(&self) -> Result<Vec<ObjectRecord>> {
        Ok(lock(&self.state).objects.values().cloned().collect())
    }

    async fn keys(&self, after: &str, coming: Option<&Coming>) -> Result<Vec<KnownKey>> {
        let state = lock(&self.state);
        let mut keys: BTreeMap<String, KnownKey> = BTreeMap::new();
        for record in state.objects.values() {
            let key = record
                .key
                .clone()
                .filter(|_| record.state != Reached::Listed);
            if let Some(key) = key {
                keys.entry(key).or_default().records.push(record.clone());
            }
        }
        for (key, intent) in &state.intents {
            keys.entry(key.clone()).or_default().intent = Some(intent.clone());
        }
        let in_use = |known: &KnownKey| {
            let recorded = known.records.iter().filter_map(|record| record.url.clone());
            let intended = known.intent.iter().map(|intent| intent.url.clone());
            let urls: Vec<String> = recorded.chain(intended).collect();
            let mut rows = state.conversations.values();
            rows.any(|row| {
                let stays =
                    coming.is_none_or(|coming| coming.kept.iter().any(|(_, id)| *id == row.id));
                let names = row.audio_url.as_ref().is_some_and(|url| urls.contains(url));
                names && (stays || row.link.is_none())
            })
        };
        let found = keys.into_iter().filter(|(key, _)| key.as_str() > after);
        let found = found.take(2).map(|(key, mut known)| {
            known.in_use = in_use(&known);
            known.stood = state.stood.contains(&key);
            known.key = key;
            known
        });
        Ok(found.collect())
    }
}

fn write(state: &mut State, record: &ObjectRecord) {
    let name = (record.source_uri.clone(), record.conversation_id.clone());
    state.objects.insert(name, record.clone());
}

#[async_trait]
impl ObjectJournal for MemoryLedger {
    async fn record(&self, records: &[ObjectRecord]) -> Result<()> {
        let mut state = lock(&self.state);
        state.writes += 1;
        records.iter().for_each(|record| write(&mut state, record));
        Ok(())
    }

    async fn discard(&self, names: &[(String, Option<String>)]) -> Result<()> {
        let mut state = lock(&self.state);
        state.writes += 1;
        state
            .objects
            .retain(|name, record| !names.contains(name) || record.is_copied());
        Ok(())
    }

    async fn intend(&self, intents: &[Intent]) -> Result<()> {
        let mut state = lock(&self.state);
        state.writes += 1;
        for intent in intents {
            let key = Some(&intent.key);
            let mut stored = state.objects.values();
            let known = state.intents.contains_key(&intent.key)
                || stored.any(|record| record.is_copied() && record.key.as_ref() == key);
            if intent.found.is_none() {
                state.stood.remove(&intent.key);
            } else if !known {
                state.stood.insert(intent.key.clone());
            }
            let of_key = state.intents.entry(intent.key.clone());
            of_key.or_insert_with(|| intent.clone());
        }
        Ok(())
    }

    async fn measured(&self, source_uri: &str, version: &Version) -> Result<Vec<MeasuredPart>> {
        let state = lock(&self.state);
        let of_it = state
            .measured
            .iter()
            .filter(|((uri, _), _)| uri == source_uri);
        let of_version = of_it.filter(|(_, (found, _))| found == version);
        Ok((1_u32..)
            .zip(of_version)
            .take_while(|(number, ((_, found), _))| number == found)
            .map(|(_, (_, (_, part)))| part.clone())
            .collect())
    }

    async fn measure(
        &self,
        source_uri: &str,
        version: &Version,
        part: &MeasuredPart,
    ) -> Result<()> {
        let mut state = lock(&self.state);
        state.writes += 1;
        let name = (source_uri.to_owned(), part.number);
        state.measured.insert(name, (*version, part.clone()));
        Ok(())
    }

    async fn forget(&self, source_uri: &str) -> Result<()> {
        let mut state = lock(&self.state);
        state.writes += 1;
        state.measured.retain(|(uri, _), _| uri != source_uri);
        Ok(())
    }

    async fn prove(&self, proofs: &[Proof]) -> Result<Vec<Option<LinkOutcome>>> {
        let mut state = lock(&self.state);
        state.writes += 1;
        Ok(proofs
            .iter()
            .map(|proof| prove(&mut state, proof))
            .collect())
    }
}

fn prove(state: &mut State, proof: &Proof) -> Option<LinkOutcome> {
    let record = &proof.record;
    let same_key = |other: &ObjectRecord| other.is_copied() && other.key == record.key;
    state
        .objects
        .retain(|_, other| !same_key(other) || other.role == Role::Duplicate);
    for other in state.objects.values_mut().filter(|other| same_key(other)) {
        other.state = Reached::Listed;
        (other.key, other.etag, other.url, other.sha256) = (None, None, None, None);
        other.content_type = None;
    }
    write(state, record);
    if let Some(key) = &record.key {
        state.intents.remove(key);
    }
    state
        .measured
        .retain(|(uri, _), _| *uri != record.source_uri);
    let conversation = proof.conversation.as_ref()?;
    let Some(row) = state.conversations.get_mut(&conversation.id) else {
        return Some(LinkOutcome::Gone);
    };
    let linked = record.url.clone().unwrap_or_default();
    let mapped = conversation.source_uri().map(ToOwned::to_owned);
    let earlier = row.link.as_ref().map(|link| link.linked.clone());
    let already = row.points_at(&linked);
    if !already && row.audio_url != mapped && (earlier.is_none() || row.audio_url != earlier) {
        return Some(LinkOutcome::Changed);
    }
    if !already {
        *state.linked.entry(row.id.clone()).or_default() += 1;
    }
    row.audio_url = Some(linked.clone());
    row.link = Some(Link { mapped, linked });
    Some(if already {
        LinkOutcome::AlreadyLinked
    } else {
        LinkOutcome::Linked
    })
}
