//! Gathering, document by document, and telling what was gathered.

use std::collections::{BTreeMap, BTreeSet};

use super::assessment::{Assessment, BrokenOff, Collection, Estimate};
use super::collection::{Gathered, Share};
use super::paths::Finished;
use super::{findings, links, tell};
use crate::document::{BadDocument, Document, ID_WITH_NUL};
use crate::ports::documents::Snapshot;

/// How much is kept, whatever the size of the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Paths of one collection.
    pub paths: usize,
    /// Paths of all collections together.
    pub all_paths: usize,
    /// Ids of documents of all collections together.
    pub all_ids: usize,
    /// Masked values a field.
    pub samples: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            paths: 2_000,
            all_paths: 40_000,
            all_ids: 4_000_000,
            samples: 3,
        }
    }
}

/// What is gathered of a source. Documents may come in any order; the outcome is the same.
#[derive(Debug, Clone)]
pub struct Profile {
    share: Share,
    collections: BTreeMap<String, Gathered>,
    cut: BTreeSet<String>,
    expected_database: Option<String>,
    aside: Vec<String>,
    broken_off: Vec<BrokenOff>,
}

impl Profile {
    /// A profile of the collections named `collections`.
    pub fn new(collections: &[String], limits: Limits) -> Self {
        let among = collections.len().max(1);
        let share = Share {
            paths: limits.paths.min(limits.all_paths / among).max(20),
            ids: (limits.all_ids / among).max(1_000),
            samples: limits.samples,
        };
        Self {
            share,
            collections: collections
                .iter()
                .map(|name| (name.clone(), Gathered::new(share)))
                .collect(),
            cut: BTreeSet::new(),
            expected_database: None,
            aside: Vec::new(),
            broken_off: Vec::new(),
        }
    }

    /// The database that the configuration names, `projects/P/databases/D`, or only its project.
    pub fn expect_database(&mut self, expected: Option<String>) {
        self.expected_database = expected;
    }

    /// Files that lie among the source's and that it does not read.
    pub fn put_aside(&mut self, files: Vec<String>) {
        self.aside = files;
    }

    fn collection(&mut self, name: &str) -> &mut Gathered {
        let share = self.share;
        self.collections
            .entry(name.to_owned())
            .or_insert_with(|| Gathered::new(share))
    }

    /// Adds a document.
    pub fn see(&mut self, document: &Document) {
        if document.id.contains('\0') {
            // As a migration judges.
            return self.see_bad(&BadDocument {
                collection: document.collection.clone(),
                id: Some(document.id.clone()),
                place: format!(
                    "{}/{}",
                    document.collection,
                    super::shape::shown_id(&document.id)
                ),
                bytes: Vec::new(),
                why: ID_WITH_NUL.into(),
                breaks_off: false,
            });
        }
        match self.collections.get_mut(&document.collection) {
            Some(gathered) => gathered.see(document),
            None => self.collection(&document.collection).see(document),
        }
    }

    /// Adds what could not be read as one.
    pub fn see_bad(&mut self, bad: &BadDocument) {
        self.collection(&bad.collection).see_bad(bad);
    }

    /// Notes that a collection holds more documents than were read.
    pub fn cut(&mut self, collection: &str) {
        self.cut.insert(collection.to_owned());
    }

    /// Notes that a collection could not be read to its end: `place` and why, without contents.
    pub fn break_off(&mut self, collection: &str, place: Option<&str>, why: String) {
        self.cut(collection);
        self.broken_off.push(BrokenOff {
            collection: collection.to_owned(),
            documents: self.documents(collection),
            place: place.map(str::to_owned),
            why,
        });
    }

    /// Documents that were read of a collection.
    pub fn documents(&self, collection: &str) -> u64 {
        self.collections
            .get(collection)
            .map_or(0, |gathered| gathered.documents + gathered.unreadable)
    }

    /// Tells what was gathered. `not_read` are root collections that were left out;
    /// `subcollections` is `None` where nobody looked.
    pub fn finish(
        self,
        snapshot: &Snapshot,
        not_read: Vec<String>,
        subcollections: Option<Vec<String>>,
    ) -> Assessment {
        let cut = self.cut;
        let mut secrets_beyond = false;
        let mut known = BTreeMap::new();
        let mut told = Vec::new();
        // What has no id may be a document of any collection: then none is called absent.
        let doubtful = self.collections.values().any(|gathered| {
            let named = gathered.unreadable_examples();
            gathered.unreadable > named.filter(|bad| bad.id.is_some()).count() as u64
        });
        for (name, mut gathered) in self.collections {
            if name.is_empty() && gathered.documents == 0 && gathered.unreadable == 0 {
                continue;
            }
            let beyond = gathered.paths.beyond();
            let values_beyond = gathered.paths.values_beyond;
            secrets_beyond |= gathered.paths.secrets_beyond;
            let paths =
                std::mem::replace(&mut gathered.paths, super::paths::Paths::new(0, 0)).finish();
            let whole = !cut.contains(&name);
            let collection =
                told_collection(&name, &gathered, whole, &paths, (beyond, values_beyond));
            if whole && gathered.unreadable == 0 && !doubtful {
                known.insert(name, gathered.ids);
            }
            told.push((collection, paths));
        }
        for (collection, paths) in &mut told {
            links::tell(collection, &paths.fields, &known);
        }
        let mut secrets = Vec::new();
        for (collection, paths) in &told {
            let name = if collection.name.is_empty() {
                "?"
            } else {
                &collection.name
            };
            for ((path, kind), sighting) in &paths.secrets {
                secrets.push(findings::Secret {
                    place: format!("{name}.{path}"),
                    kind,
                    values: sighting.values,
                    documents: sighting
                        .documents
                        .iter()
                        .map(|id| super::shape::shown_id(id))
                        .collect(),
                });
            }
        }
        let mut assessment = Assessment {
            source: snapshot.source.clone(),
            read_time: snapshot.read_time.clone(),
            findings: Vec::new(),
            collections: told.into_iter().map(|(collection, _)| collection).collect(),
            not_read,
            subcollections,
            expected_database: self.expected_database,
            aside: self.aside,
            broken_off: self.broken_off,
        };
        assessment.findings = findings::of(&assessment, &secrets, secrets_beyond);
        assessment
    }
}

fn told_collection(
    name: &str,
    gathered: &Gathered,
    whole: bool,
    paths: &Finished,
    ((more, exact), values_beyond): ((u64, bool), u64),
) -> Collection {
    let (id_shapes, other_ids) = gathered.id_shapes();
    let range = |range: Option<(crate::instant::Instant, crate::instant::Instant)>| {
        range.map(|(first, last)| [first.to_string(), last.to_string()])
    };
    let mut sizes = gathered.sizes.clone();
    for sized in &mut sizes.largest {
        sized.id = super::shape::shown_id(&sized.id);
    }
    Collection {
        name: name.to_owned(),
        documents: gathered.documents,
        whole,
        unreadable: gathered.unreadable,
        unreadable_examples: gathered.unreadable_examples().cloned().collect(),
        repeated: gathered.ids.repeated(),
        databases: gathered.databases(),
        namesakes: gathered.ids.namesakes(),
        empty: gathered.empty,
        sizes,
        created: range(gathered.created),
        updated: range(gathered.updated),
        id_shapes,
        other_ids,
        ids_compared_one_in: gathered.ids.one_in(),
        similar_ids: gathered.similar_ids(),
        fields: tell::fields(gathered.documents, paths),
        more_paths: Estimate { count: more, exact },
        values_at_more_paths: values_beyond,
    }
}
