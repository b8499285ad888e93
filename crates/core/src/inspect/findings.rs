//! What to know before migrating.

mod decide;
mod know;
mod origin;

use super::assessment::{Assessment, Collection, Field, Finding, Gravity};

/// Places that one finding names.
const PLACES: usize = 1_000;

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
    broken_off(&mut found, assessment);
    origin::add(&mut found, assessment);
    decide::add(&mut found, assessment);
    decide::add_written_otherwise(&mut found, collections);
    know::add(&mut found, assessment);
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

fn broken_off(found: &mut Findings, assessment: &Assessment) {
    let places = assessment.broken_off.iter().map(|one| {
        let place = one.place.as_deref().unwrap_or("its file");
        format!(
            "{}: {place}: {}, behind {}",
            one.collection,
            one.why,
            plural(one.documents, "document", "documents")
        )
    });
    found.add(
        Gravity::Act,
        "broken_off",
        "Collections could not be read to their end",
        places.collect(),
        "copy their files once more, whole: a migration does not begin before every file can be read",
    );
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
    let named = collections.iter().map(|one| one.unreadable_examples.len());
    let unreadable: u64 = collections.iter().map(|one| one.unreadable).sum();
    let beyond = unreadable.saturating_sub(named.sum::<usize>() as u64);
    let unreadable = collections.iter().flat_map(|collection| {
        let examples = collection.unreadable_examples.iter();
        examples.map(|one| format!("{}: {}", one.place, one.why))
    });
    let unreadable = unreadable.collect();
    found.add(
        Gravity::Act,
        "unreadable_documents",
        "Documents cannot be read",
        unreadable,
        "repair them or copy the source once more; a migration keeps them in quarantine",
    );
    if let Some(found) = found
        .0
        .iter_mut()
        .find(|found| found.code == "unreadable_documents")
    {
        found.more_places += beyond;
    }
}
