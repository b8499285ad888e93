//! What to know before migrating.

use std::collections::BTreeMap;

use super::assessment::{Assessment, Collection, Field, Finding, Gravity};
use super::names::words;
use super::paths::parent_of;

/// Places that one finding names.
const PLACES: usize = 20;

/// Where secrets were seen.
#[derive(Debug, Clone)]
pub(super) struct Secret {
    pub place: String,
    pub kind: &'static str,
    pub values: u64,
    pub documents: Vec<String>,
}

/// Collects findings that have a place.
struct Findings(Vec<Finding>);

impl Findings {
    fn add(
        &mut self,
        gravity: Gravity,
        code: &'static str,
        what: &str,
        places: Vec<String>,
        advice: &'static str,
    ) {
        if places.is_empty() {
            return;
        }
        let more_places = places.len().saturating_sub(PLACES) as u64;
        self.0.push(Finding {
            gravity,
            code,
            what: what.to_owned(),
            places: places.into_iter().take(PLACES).collect(),
            more_places,
            advice,
        });
    }
}

/// All findings, the gravest first.
pub(super) fn of(
    assessment: &Assessment,
    secrets: &[Secret],
    secrets_beyond: bool,
) -> Vec<Finding> {
    let mut found = Findings(Vec::new());
    let collections = &assessment.collections;
    to_act_on(&mut found, collections, secrets, secrets_beyond);
    to_decide(&mut found, assessment);
    written_otherwise(&mut found, collections);
    to_know(&mut found, assessment);
    found.0.sort_by_key(|finding| finding.gravity);
    found.0
}

/// `collection.path`
fn place(collection: &Collection, path: &str) -> String {
    format!("{}.{path}", collection.name)
}

/// A line for every field that has something to say.
fn by_field(collections: &[Collection], say: impl Fn(&Field) -> Option<String>) -> Vec<String> {
    collections
        .iter()
        .flat_map(|collection| {
            let lines = collection
                .fields
                .iter()
                .filter_map(|field| Some((field, say(field)?)));
            lines
                .map(|(field, words)| format!("{}{words}", place(collection, &field.path)))
                .collect::<Vec<_>>()
        })
        .collect()
}

fn by_collection(
    collections: &[Collection],
    say: impl Fn(&Collection) -> Option<String>,
) -> Vec<String> {
    collections
        .iter()
        .filter_map(|collection| {
            Some(format!(
                "{}: {}",
                collection_name(collection),
                say(collection)?
            ))
        })
        .collect()
}

fn collection_name(collection: &Collection) -> &str {
    if collection.name.is_empty() {
        "(unknown collection)"
    } else {
        &collection.name
    }
}

fn plural(count: u64, one: &str, many: &str) -> String {
    if count == 1 {
        format!("1 {one}")
    } else {
        format!("{count} {many}")
    }
}

fn to_act_on(
    found: &mut Findings,
    collections: &[Collection],
    secrets: &[Secret],
    secrets_beyond: bool,
) {
    let mut places: Vec<String> = secrets
        .iter()
        .map(|secret| {
            let documents = secret.documents.join(", ");
            format!(
                "{}: {}, {} ({documents})",
                secret.place,
                secret.kind,
                plural(secret.values, "value", "values")
            )
        })
        .collect();
    if secrets_beyond {
        places.push("… and at further places, which are not counted".into());
    }
    found.add(
        Gravity::Act,
        "likely_secrets",
        "Likely secrets stand in the data",
        places,
        "change each of them where it was issued, and take it out of V2, before its copy gets into another system",
    );
    let unreadable = by_collection(collections, |collection| {
        let examples = collection
            .unreadable_examples
            .iter()
            .take(3)
            .map(|one| format!("{} ({})", one.place, one.why));
        (collection.unreadable > 0).then(|| {
            format!(
                "{}: {}",
                plural(collection.unreadable, "place", "places"),
                examples.collect::<Vec<_>>().join("; ")
            )
        })
    });
    found.add(
        Gravity::Act,
        "unreadable_documents",
        "Documents cannot be read",
        unreadable,
        "repair them or copy the source once more; a migration keeps them in quarantine",
    );
}

fn to_decide(found: &mut Findings, assessment: &Assessment) {
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
fn written_otherwise(found: &mut Findings, collections: &[Collection]) {
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

fn to_know(found: &mut Findings, assessment: &Assessment) {
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
