//! Where the documents are of, and what lies beside them.

use std::collections::BTreeMap;

use super::{Findings, by_collection, plural};
use crate::inspect::assessment::{Assessment, Gravity};
use crate::report::is_of;

pub(super) fn add(found: &mut Findings, assessment: &Assessment) {
    found.add(
        Gravity::Act,
        "files_not_read",
        "Files were not read",
        assessment.aside.clone(),
        "read are files that are named <collection>.ndjson, .ndjson.gz or .ndjson.zst: name those that hold documents so",
    );
    found.add(
        Gravity::Act,
        "same_id_in_several_databases",
        "Documents of different databases have the same collection and id",
        by_collection(&assessment.collections, |collection| {
            (collection.namesakes > 0)
                .then(|| plural(collection.namesakes, "document", "documents"))
        }),
        "migrate one database at a time: of these a migration takes the one of the database with the most documents, and keeps the others in quarantine",
    );
    let mut databases: BTreeMap<&str, u64> = BTreeMap::new();
    for database in assessment.collections.iter().flat_map(|one| &one.databases) {
        *databases.entry(&database.what).or_default() += database.count;
    }
    let told = |(name, count): (&&str, &u64)| {
        format!("{name}: {}", plural(*count, "document", "documents"))
    };
    if databases.len() > 1 {
        found.add(
            Gravity::Decide,
            "several_databases",
            "Documents are of several databases",
            databases.iter().map(told).collect(),
            "see that all of them are meant to be in this source",
        );
    }
    if let Some(expected) = &assessment.expected_database {
        let others = databases.iter().filter(|(name, _)| !is_of(name, expected));
        found.add(
            Gravity::Act,
            "other_database",
            "Documents are not of the database that the configuration names",
            others
                .map(|database| format!("{} (not {expected})", told(database)))
                .collect(),
            "check V2_FIRESTORE and FIREBASE_PROJECT_ID",
        );
    }
}
