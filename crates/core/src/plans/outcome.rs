//! What becomes of a single document, as an item.

use crate::digest::Digest;
use crate::document::{BadDocument, Document, ID_WITH_NUL};
use crate::plans::Emission;
use crate::plans::shelf::{Stranger, Texts};
use crate::ports::rows::{Assignment, Item, ItemKey, Quarantine, Warning};
use crate::rest;
use crate::row::Row;

/// The reason for what cannot be decoded or stored.
pub(super) const BAD_DOCUMENT: &str = "bad_document";

/// What a document gives, without its key.
pub(super) struct Written {
    pub rows: Vec<Row>,
    pub warnings: Vec<Warning>,
    pub assigned: Vec<Assignment>,
}

/// The key of a document that can be stored.
pub(super) fn key_of(document: &Document) -> ItemKey {
    ItemKey {
        collection: document.collection.clone(),
        id: document.id.replace('\0', "%00"),
    }
}

/// The quarantine of a document whose id PostgreSQL cannot store.
pub(super) fn without_storable_id(document: &Document, source_digest: Digest) -> Option<Item> {
    if !document.id.contains('\0') {
        return None;
    }
    let raw = rest::encode_document(document).into_bytes();
    let outcome = Err((BAD_DOCUMENT, ID_WITH_NUL.to_owned()));
    Some(item(key_of(document), source_digest, Some(raw), outcome))
}

/// The quarantine of a document whose id is that of a document of another database. Its whole name
/// stands for its id, which names the other one.
pub(super) fn of_stranger(
    document: &Document,
    source_digest: Digest,
    stranger: &Stranger,
    texts: &Texts,
) -> Emission {
    let key = ItemKey {
        collection: document.collection.clone(),
        id: document.name.replace('\0', "%00"),
    };
    let detail = format!(
        "another document has its collection and id, and is taken in its place: that of {}",
        texts.databases().name(stranger.instead)
    );
    let raw = rest::encode_document(document).into_bytes();
    let item = item(key, source_digest, Some(raw), Err((BAD_DOCUMENT, detail)));
    if stranger.has_twins {
        Emission::Twin(Box::new(item))
    } else {
        Emission::Item(Box::new(item))
    }
}

/// An item: what was written, or the reason and the words for a quarantine of `document`.
pub(super) fn item(
    key: ItemKey,
    source_digest: Digest,
    document: Option<Vec<u8>>,
    outcome: Result<Written, (&str, String)>,
) -> Item {
    match outcome {
        Ok(written) => Item::new(
            key,
            source_digest,
            written.rows,
            written.warnings,
            None,
            written.assigned,
        ),
        Err((reason, detail)) => {
            let quarantine = Quarantine {
                reason: reason.to_owned(),
                detail,
                raw: document.unwrap_or_default(),
                place: None,
            };
            quarantined(key, source_digest, quarantine)
        }
    }
}

/// The quarantine of what could not be decoded. `named`: the id that was readable names the item,
/// so that a later run that can read the whole document settles it; not where another delivery
/// has that id, too.
pub(super) fn bad(bad: BadDocument, named: bool) -> Item {
    let known = bad.id.filter(|_| named);
    let key = ItemKey {
        collection: bad.collection,
        id: known
            .unwrap_or_else(|| bad.place.clone())
            .replace('\0', "%00"),
    };
    let source_digest = Digest::of(&bad.bytes);
    let quarantine = Quarantine {
        reason: BAD_DOCUMENT.to_owned(),
        detail: bad.why,
        raw: bad.bytes,
        place: Some(bad.place),
    };
    quarantined(key, source_digest, quarantine)
}

fn quarantined(key: ItemKey, source_digest: Digest, quarantine: Quarantine) -> Item {
    Item::new(
        key,
        source_digest,
        Vec::new(),
        Vec::new(),
        Some(quarantine),
        Vec::new(),
    )
}
