//! What a mapping has to deal with.

use std::collections::BTreeMap;

use super::{Findings, by_field, place, plural};
use crate::inspect::assessment::{Assessment, Collection, Field, Gravity};
use crate::inspect::names::words;
use crate::inspect::paths::parent_of;

pub(super) fn add(found: &mut Findings, assessment: &Assessment) {
    let collections = &assessment.collections;
    let types = |field: &Field| {
        let types: Vec<String> = field
            .types
            .iter()
            .map(|one| format!("{} {}", one.what, one.count))
            .collect();
        types.join(", ")
    };
    let only_numbers = |field: &Field| {
        field
            .types
            .iter()
            .all(|one| matches!(one.what.as_str(), "integer" | "double" | "null"))
    };
    found.add(
        Gravity::Decide,
        "mixed_types",
        "Fields hold values of several types",
        by_field(collections, |field| {
            (field.mixed && !only_numbers(field)).then(|| format!(": {}", types(field)))
        }),
        "decide which type each field has in V3, and what becomes of the other values",
    );
    let similar_ids = collections.iter().flat_map(|collection| {
        let lines = collection.similar_ids.iter();
        lines
            .map(|similar| format!("{}: {}", collection.name, similar.written.join(" = ")))
            .collect::<Vec<_>>()
    });
    found.add(
        Gravity::Decide,
        "similar_ids",
        "Ids of documents differ only by dashes, invisible characters or case",
        similar_ids.collect(),
        "find out whether each pair is one thing, and which of the two counts",
    );
    let similar = collections.iter().flat_map(|collection| {
        let fields = collection.fields.iter();
        fields
            .flat_map(|field| {
                field.similar.iter().map(|similar| {
                    format!(
                        "{}: {}",
                        place(collection, &field.path),
                        similar.written.join(" = ")
                    )
                })
            })
            .collect::<Vec<_>>()
    });
    found.add(
        Gravity::Decide,
        "similar_values",
        "Identifiers are written in several ways",
        similar.collect(),
        "they mean the same thing most likely: a mapping has to bring them to one form",
    );
    found.add(
        Gravity::Decide,
        "absent_documents",
        "Documents are named that are not there",
        by_field(collections, |field| {
            let absent = field
                .links
                .iter()
                .filter(|link| link.absent > 0)
                .map(|link| {
                    let more = if link.absent > link.absent_examples.len() as u64 {
                        ", …"
                    } else {
                        ""
                    };
                    format!(
                        "{}: {} of {} different values have none there ({}{more})",
                        link.collection,
                        link.absent,
                        link.checked,
                        link.absent_examples.join(", ")
                    )
                });
            let absent: Vec<String> = absent.collect();
            (!absent.is_empty()).then(|| format!(" → {}", absent.join("; ")))
        }),
        "decide what becomes of a document whose partner is missing; a foreign key would refuse it",
    );
    found.add(
        Gravity::Decide,
        "subcollections",
        "There are subcollections",
        assessment.subcollections.clone().unwrap_or_default(),
        "their documents are not part of their parents: see that a plan reads them, or that nobody needs them",
    );
    found.add(
        Gravity::Decide,
        "collections_not_read",
        "Collections were not looked at",
        assessment.not_read.clone(),
        "leave out --collection to look at all of them",
    );
}

/// Names, times and characters.
pub(super) fn add_written_otherwise(found: &mut Findings, collections: &[Collection]) {
    found.add(
        Gravity::Decide,
        "several_time_forms",
        "Times are written in forms other than Firestore's own",
        by_field(collections, |field| {
            let times = field.times.as_ref()?;
            let plain = matches!(times.forms.as_slice(), [one] if one.what == "timestamp");
            let forms: Vec<String> = times
                .forms
                .iter()
                .map(|form| format!("{} {}", form.what, form.count))
                .collect();
            (!plain).then(|| format!(": {}", forms.join("; ")))
        }),
        "read every form; text without a zone needs a decision which zone is meant",
    );
    found.add(
        Gravity::Decide,
        "same_field_twice",
        "Fields have two spellings",
        collections.iter().flat_map(two_spellings).collect(),
        "read both, and decide which counts where a document has both",
    );
    found.add(
        Gravity::Decide,
        "dotted_names",
        "Names of fields hold dots",
        by_field(collections, |field| {
            let name = field.path.strip_prefix('`')?;
            (field.depth == 1 && name.contains('.'))
                .then(|| format!(" in {}", plural(field.documents, "document", "documents")))
        }),
        "they were likely meant as paths, and written by a client that takes them for names",
    );
    found.add(
        Gravity::Decide,
        "nul_characters",
        "Text holds U+0000, which PostgreSQL cannot store",
        by_field(collections, |field| {
            let count = field.texts.as_ref()?.with_nul;
            (count > 0).then(|| format!(": {}", plural(count, "value", "values")))
        }),
        "the mapping has to take it out",
    );
    found.add(
        Gravity::Decide,
        "not_finite_numbers",
        "Numbers are NaN or infinite",
        by_field(collections, |field| {
            let count = field.numbers.as_ref()?.not_finite;
            (count > 0).then(|| format!(": {}", plural(count, "value", "values")))
        }),
        "integer columns and JSON cannot hold them",
    );
    found.add(
        Gravity::Know,
        "odd_identifiers",
        "Identifiers hold unusual dashes, full-width or invisible characters",
        by_field(collections, |field| {
            let texts = field.texts.as_ref()?;
            (texts.oddly_written > 0).then(|| {
                format!(
                    ": {} of {}",
                    texts.oddly_written,
                    texts.forms.iter().map(|form| form.count).sum::<u64>()
                )
            })
        }),
        "normalise before comparing",
    );
}

/// Keys of one map that are the same word for word.
fn two_spellings(collection: &Collection) -> Vec<String> {
    let mut spellings: BTreeMap<(&str, String), Vec<&Field>> = BTreeMap::new();
    for field in &collection.fields {
        let parent = parent_of(&field.path);
        let key = field
            .path
            .get(parent.len()..)
            .unwrap_or_default()
            .trim_start_matches('.');
        if key.is_empty() || key.ends_with("[]") || key.contains('{') || key.contains('`') {
            continue;
        }
        let plain = words(key).concat();
        if !plain.is_empty() {
            spellings.entry((parent, plain)).or_default().push(field);
        }
    }
    spellings
        .into_values()
        .filter(|fields| fields.len() > 1)
        .map(|fields| {
            let named: Vec<String> = fields
                .iter()
                .map(|field| format!("{} ({})", field.path, field.documents))
                .collect();
            format!("{}: {}", collection.name, named.join(" and "))
        })
        .collect()
}
