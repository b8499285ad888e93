//! What the ledger holds of conversations and objects.

use crate::digest::Digest;

/// A conversation that migration wrote, as far as its recording goes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Conversation {
    /// Its id.
    pub id: String,
    /// Its case number, normalised as the mapping does.
    pub case_number: Option<String>,
    /// `created_at`, microseconds since 1970 in UTC.
    pub created_at: i64,
    /// `audio_url` as it is now.
    pub audio_url: Option<String>,
    /// Set once the conversation was linked.
    pub link: Option<Link>,
}

/// What an earlier run did to `audio_url`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Link {
    /// What migration had written.
    pub mapped: Option<String>,
    /// What it was replaced by.
    pub linked: String,
}

impl Conversation {
    /// The source URI that migration recorded, also after it was replaced.
    pub fn source_uri(&self) -> Option<&str> {
        match &self.link {
            Some(link) => link.mapped.as_deref(),
            None => self.audio_url.as_deref(),
        }
    }

    /// Whether `audio_url` is `url` already.
    pub fn points_at(&self, url: &str) -> bool {
        self.audio_url.as_deref() == Some(url)
    }
}

/// What an object is to the migration.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub enum Role {
    /// The one object of its conversation that is migrated.
    Recording,
    /// Another format of the same recording.
    Duplicate,
    /// Audio without a conversation.
    Orphan,
    /// Not there, though a conversation names it.
    Missing,
    /// Its name is no recording's.
    NotAudio,
    /// Empty, or its bytes are no audio, or it could not be proven.
    Quarantined,
}

/// How far it got.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub enum State {
    /// Listed only; there is nothing to do.
    Listed,
    /// Being copied, or broken off.
    Pending,
    /// Stored and proven.
    Copied,
    /// Not stored, for a reason that may pass.
    Failed,
}

macro_rules! named {
    ($type:ident { $($variant:ident = $name:literal),+ }) => {
        impl $type {
            /// As the ledger and JSON output name it.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// By that name.
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

named!(Role {
    Recording = "recording",
    Duplicate = "duplicate",
    Orphan = "orphan",
    Missing = "missing",
    NotAudio = "not_audio",
    Quarantined = "quarantined"
});
named!(State {
    Listed = "listed",
    Pending = "pending",
    Copied = "copied",
    Failed = "failed"
});

/// One object as the ledger records it. Source URI and conversation together name it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ObjectRecord {
    /// `gs://bucket/name`; for what is missing, the URI as the conversation has it.
    pub source_uri: String,
    /// The conversation it belongs to.
    pub conversation_id: Option<String>,
    /// What it is.
    pub role: Role,
    /// How far it got.
    pub state: State,
    /// Why: the reason of a quarantine or a failure, or what else there is to say.
    pub detail: Option<String>,
    /// For a duplicate, the source URI of the one that is migrated.
    pub duplicate_of: Option<String>,
    /// Bytes.
    pub size: Option<u64>,
    /// The source's version of it.
    pub generation: Option<i64>,
    /// CRC32C of its bytes.
    pub crc32c: Option<u32>,
    /// MD5 of its bytes.
    pub md5: Option<[u8; 16]>,
    /// SHA-256 of its bytes.
    pub sha256: Option<Digest>,
    /// From its bytes.
    pub content_type: Option<String>,
    /// Where it is stored.
    pub key: Option<String>,
    /// The store's ETag.
    pub etag: Option<String>,
    /// Its public URL.
    pub url: Option<String>,
    /// The multipart upload that was begun for it and is not completed.
    pub upload: Option<String>,
    /// Milliseconds from the beginning of its copy to the proof, with what was tried again.
    #[serde(default)]
    pub took_ms: Option<u64>,
}

impl ObjectRecord {
    /// A record of that name, with nothing known yet.
    pub fn new(source_uri: &str, conversation_id: Option<&str>, role: Role, state: State) -> Self {
        Self {
            source_uri: source_uri.to_owned(),
            conversation_id: conversation_id.map(ToOwned::to_owned),
            role,
            state,
            detail: None,
            duplicate_of: None,
            size: None,
            generation: None,
            crc32c: None,
            md5: None,
            sha256: None,
            content_type: None,
            key: None,
            etag: None,
            url: None,
            upload: None,
            took_ms: None,
        }
    }

    /// What names it in the ledger.
    pub fn name(&self) -> (&str, Option<&str>) {
        (&self.source_uri, self.conversation_id.as_deref())
    }

    /// Whether an object in the store is accounted for by this record.
    pub fn is_copied(&self) -> bool {
        self.state == State::Copied
    }
}

/// An object that is about to be stored.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Intent {
    /// `gs://bucket/name`
    pub source_uri: String,
    /// Where it is to be stored.
    pub key: String,
    /// The public URL that it will have.
    pub url: String,
    /// The ETag of what stands there already, empty where the listing states none; `None` where
    /// nothing does.
    pub found: Option<String>,
}

/// Which bytes a measurement is of: the source's version of the object, and how it is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Version {
    /// The source's generation.
    pub generation: Option<i64>,
    /// Bytes.
    pub size: u64,
    /// Bytes of a part.
    pub part: u64,
}

/// What reading an object gave, up to the end of one part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeasuredPart {
    /// From 1.
    pub number: u32,
    /// MD5 of the part's bytes.
    pub md5: [u8; 16],
    /// The state of the hashes of the whole after this part, opaque.
    pub state: Vec<u8>,
}
