//! Keys of entities, and the documents they name.

use std::fmt::Write as _;

use super::wire::{Fields, Parsed};

/// One step of a key's path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Step<'a> {
    pub kind: &'a str,
    pub id: Id<'a>,
}

/// How a step is identified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Id<'a> {
    Name(&'a str),
    /// An id that Datastore assigned; Firestore shows it as `__id123__`.
    Number(i64),
}

impl Id<'_> {
    pub fn text(&self) -> String {
        match self {
            Self::Name(name) => (*name).to_owned(),
            Self::Number(number) => format!("__id{number}__"),
        }
    }
}

/// A key, or a reference to one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Key<'a> {
    /// The project's id.
    pub project: &'a str,
    /// The database's id; empty for the default one.
    pub database: &'a str,
    /// Datastore's namespace; empty in Firestore.
    pub namespace: &'a str,
    /// From the root down.
    pub path: Vec<Step<'a>>,
}

impl<'a> Key<'a> {
    /// An entity's key: `app` 13, `path` 14 with groups 1 {kind 2, id 3, name 4}.
    pub fn of_entity(message: &'a [u8]) -> Parsed<Self> {
        let mut key = Self::default();
        let mut fields = Fields::of(message);
        while let Some((number, content)) = fields.next_field()? {
            match number {
                13 => key.project = project(content.text()?),
                14 => {
                    let mut path = Fields::of(content.bytes()?);
                    while let Some((number, content)) = path.next_field()? {
                        if number == 1 {
                            key.path.push(step(content.group()?, [2, 3, 4])?);
                        }
                    }
                }
                20 => key.namespace = content.text()?,
                23 => key.database = content.text()?,
                _ => {}
            }
        }
        Ok(key)
    }

    /// A reference's: the same fields, with groups 14 {kind 15, id 16, name 17} right among them.
    pub fn of_reference(message: &'a [u8]) -> Parsed<Self> {
        let mut key = Self::default();
        let mut fields = Fields::of(message);
        while let Some((number, content)) = fields.next_field()? {
            match number {
                13 => key.project = project(content.text()?),
                14 => key.path.push(step(content.group()?, [15, 16, 17])?),
                20 => key.namespace = content.text()?,
                23 => key.database = content.text()?,
                _ => {}
            }
        }
        Ok(key)
    }

    /// The resource name, `projects/P/databases/D/documents/<kind>/<id>/…`.
    pub fn resource_name(&self) -> String {
        let database = if self.database.is_empty() {
            "(default)"
        } else {
            self.database
        };
        let mut name = format!("projects/{}/databases/{database}/documents", self.project);
        for step in &self.path {
            // Writing to a String does not fail.
            let _ = match step.id {
                Id::Name(id) => write!(name, "/{}/{id}", step.kind),
                Id::Number(id) => write!(name, "/{}/__id{id}__", step.kind),
            };
        }
        name
    }

    /// The collection and the id's step, where it names a document of a root collection.
    pub fn root(&self) -> Option<Step<'a>> {
        match (self.path.as_slice(), self.namespace) {
            ([step], "") => Some(*step),
            _ => None,
        }
    }

    /// What stands for all documents beside it: `cases`, `cases/*/comments`.
    pub fn pattern(&self) -> String {
        let kinds: Vec<&str> = self.path.iter().map(|step| step.kind).collect();
        let pattern = kinds.join("/*/");
        if self.namespace.is_empty() {
            pattern
        } else {
            format!("{pattern} (namespace {})", self.namespace)
        }
    }
}

/// Datastore writes the project's id with the place of its data in front: `s~project`, `dev~project`.
fn project(app: &str) -> &str {
    app.split_once('~').map_or(app, |(_, project)| project)
}

fn step<'a>(group: &'a [u8], [kind_at, id_at, name_at]: [u32; 3]) -> Parsed<Step<'a>> {
    let (mut kind, mut id) = ("", None);
    let mut fields = Fields::of(group);
    while let Some((number, content)) = fields.next_field()? {
        if number == kind_at {
            kind = content.text()?;
        } else if number == id_at {
            id = Some(Id::Number(content.integer()?));
        } else if number == name_at {
            id = Some(Id::Name(content.text()?));
        }
    }
    match id {
        _ if kind.is_empty() => Err("a key without a kind".into()),
        Some(Id::Name("")) | None => Err("a key without an id".into()),
        Some(id) => Ok(Step { kind, id }),
    }
}
