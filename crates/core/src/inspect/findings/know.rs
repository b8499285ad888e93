//! What is good to know.

use super::{Findings, by_collection, by_field, plural};
use crate::inspect::assessment::{Assessment, Collection, Gravity};

pub(super) fn add(found: &mut Findings, assessment: &Assessment) {
    let collections = &assessment.collections;
    found.add(
        Gravity::Know,
        "personal_data",
        "Fields that seem to hold personal data",
        by_field(collections, |field| {
            field.personal.map(|kind| format!(": {kind}"))
        }),
        "see that V3 may hold them, and who can read exports and reports",
    );
    found.add(
        Gravity::Know,
        "large_documents",
        "Documents come near to Firestore's limit of 1 MiB",
        by_collection(collections, |collection| {
            let [.., large] = collection.sizes.histogram;
            (large > 0).then(|| format!("{} of 900 KiB or more", plural(large, "document", "documents")))
        }),
        "look at what makes them large: such fields often belong into a table, or a file, of their own",
    );
    found.add(
        Gravity::Know,
        "foreign_references",
        "References name documents of other databases",
        by_field(collections, |field| {
            (field.foreign_references > 0)
                .then(|| format!(": {}", plural(field.foreign_references, "value", "values")))
        }),
        "their documents do not move with this source",
    );
    found.add(
        Gravity::Know,
        "keys_that_are_data",
        "Maps whose keys are data",
        by_field(collections, |field| {
            field
                .data_keys
                .map(|keys| format!(": {keys} different keys"))
        }),
        "such a map is a table within a document",
    );
    found.add(
        Gravity::Know,
        "empty_documents",
        "Documents without a field",
        by_collection(collections, |collection| {
            (collection.empty > 0)
                .then(|| format!("{} of {}", collection.empty, collection.documents))
        }),
        "they may stand for their subcollections alone",
    );
    found.add(
        Gravity::Know,
        "repeated_documents",
        "The source delivered documents more than once",
        by_collection(collections, |collection| {
            (collection.repeated > 0).then(|| plural(collection.repeated, "time", "times"))
        }),
        "they are counted above each time; a migration takes the last change of each",
    );
    found.add(
        Gravity::Know,
        "not_everything",
        "Not everything was looked at",
        by_collection(collections, limits),
        "what is said of the rest is not known: leave out --max-documents, or look at single collections with --collection",
    );
}

fn limits(collection: &Collection) -> Option<String> {
    let mut parts = Vec::new();
    if !collection.whole {
        parts.push(format!(
            "only the first {} read",
            plural(
                collection.documents + collection.unreadable,
                "document was",
                "documents were"
            )
        ));
    }
    if collection.more_paths.count > 0 {
        let about = if collection.more_paths.exact {
            ""
        } else {
            "about "
        };
        parts.push(format!("{about}{} more paths", collection.more_paths.count));
    }
    if collection.ids_compared_one_in > 1 {
        parts.push(format!(
            "one in {} ids was compared with the others",
            collection.ids_compared_one_in
        ));
    }
    (!parts.is_empty()).then(|| parts.join("; "))
}
