//! What is gathered of one collection.

use std::collections::{BTreeMap, BTreeSet};

use super::assessment::{Counted, Similar, Sized, Sizes, Unreadable};
use super::index::Ids;
use super::names::Role;
use super::paths::{Look, Paths};
use super::shape::{shape, shown_id};
use super::size::document_size;
use super::text::{Form, form_of, mentions_email};
use crate::document::{BadDocument, Document, ResourceName};
use crate::instant::Instant;

/// The largest documents that are named.
const LARGEST: usize = 3;
/// Unreadable documents that are named.
const UNREADABLE: usize = 1_000;
/// Databases that are told apart.
const DATABASES: usize = 100;
/// Shapes of ids that are counted.
const ID_SHAPES: usize = 24;
/// Upper bounds of the sizes that are counted, in bytes.
const SIZES: [u64; 4] = [1 << 10, 10 << 10, 100 << 10, 900 << 10];

/// How much is kept of a collection.
#[derive(Debug, Clone, Copy)]
pub(super) struct Share {
    pub paths: usize,
    pub ids: usize,
    pub samples: usize,
}

#[derive(Debug, Clone)]
pub(super) struct Gathered {
    pub documents: u64,
    pub unreadable: u64,
    /// In the order of their places: the second line comes before the tenth.
    unreadable_examples: BTreeSet<(String, u64, Unreadable)>,
    /// The databases that the documents' names say, and how many documents are of each.
    databases: Vec<(String, u64)>,
    pub empty: u64,
    pub sizes: Sizes,
    pub created: Option<(Instant, Instant)>,
    pub updated: Option<(Instant, Instant)>,
    id_shapes: BTreeMap<String, u64>,
    pub ids: Ids,
    pub paths: Paths,
}

impl Gathered {
    pub fn new(share: Share) -> Self {
        Self {
            documents: 0,
            unreadable: 0,
            unreadable_examples: BTreeSet::new(),
            databases: Vec::new(),
            empty: 0,
            sizes: Sizes::default(),
            created: None,
            updated: None,
            id_shapes: BTreeMap::new(),
            ids: Ids::new(share.ids),
            paths: Paths::new(share.paths, share.samples),
        }
    }

    pub fn see(&mut self, document: &Document) {
        self.documents += 1;
        self.empty += u64::from(document.fields.is_empty());
        self.size(document);
        extend(&mut self.created, document.create_time);
        extend(&mut self.updated, document.update_time);
        *self.id_shapes.entry(id_shape(&document.id)).or_default() += 1;
        // Those in the back of the byte order go, and what is counted of them is told as others.
        while self.id_shapes.len() > ID_SHAPES {
            self.id_shapes.pop_last();
        }
        let database = ResourceName::parse(&document.name)
            .map_or("", |name| name.database_name(&document.name));
        let place = self.database(database);
        self.ids.see(&document.id, place);
        let database = if database.is_empty() {
            String::new()
        } else {
            format!("{database}/")
        };
        let look = Look {
            serial: self.documents,
            id: &document.id,
            database: &database,
            secret: false,
        };
        for kind in super::secrets::in_text(&document.id) {
            self.paths.secret(kind, "(document id)", look);
        }
        self.paths.see(&document.fields, look);
    }

    fn size(&mut self, document: &Document) {
        let bytes = document_size(document);
        let sizes = &mut self.sizes;
        sizes.total += bytes;
        let class = SIZES.iter().filter(|bound| bytes >= **bound).count();
        if let Some(count) = sizes.histogram.get_mut(class) {
            *count += 1;
        }
        if sizes.largest.len() < LARGEST
            || sizes.largest.last().is_some_and(|last| bytes >= last.bytes)
        {
            sizes.largest.push(Sized {
                bytes,
                id: document.id.clone(),
            });
            sizes
                .largest
                .sort_by(|a, b| b.bytes.cmp(&a.bytes).then_with(|| a.id.cmp(&b.id)));
            sizes.largest.truncate(LARGEST);
        }
    }

    /// The place of a database, counted; one place for all that are too many.
    fn database(&mut self, name: &str) -> u32 {
        let mut known = self.databases.iter().map(|(known, _)| known);
        let place = match known.position(|known| known == name) {
            Some(place) => place,
            None if self.databases.len() < DATABASES => {
                self.databases.push((name.to_owned(), 0));
                self.databases.len() - 1
            }
            None => return u32::MAX,
        };
        if let Some((_, count)) = self.databases.get_mut(place) {
            *count += 1;
        }
        u32::try_from(place).unwrap_or(u32::MAX)
    }

    /// Databases, the one with the most documents first.
    pub fn databases(&self) -> Vec<Counted> {
        let known = self.databases.iter();
        let known = known.filter(|(name, _)| !name.is_empty());
        counted(known.map(|(name, count)| (name.clone(), *count)))
    }

    /// The first of what could not be read, by place.
    pub fn unreadable_examples(&self) -> impl Iterator<Item = &Unreadable> {
        self.unreadable_examples.iter().map(|(_, _, bad)| bad)
    }

    pub fn see_bad(&mut self, bad: &BadDocument) {
        self.unreadable += 1;
        let told = Unreadable {
            place: bad.place.clone(),
            id: bad.id.as_deref().map(shown_id),
            why: without_contents(&bad.why),
        };
        let (file, number) = order_of(&bad.place);
        self.unreadable_examples
            .insert((file.to_owned(), number, told));
        if self.unreadable_examples.len() > UNREADABLE {
            self.unreadable_examples.pop_last();
        }
    }

    /// Shapes of ids, the most frequent first, and how many ids have others.
    pub fn id_shapes(&self) -> (Vec<Counted>, u64) {
        let told: u64 = self.id_shapes.values().sum();
        (
            counted(
                self.id_shapes
                    .iter()
                    .map(|(what, count)| (what.clone(), *count)),
            ),
            self.documents.saturating_sub(told),
        )
    }

    pub fn similar_ids(&self) -> Vec<Similar> {
        let groups = self.ids.groups().into_iter().map(|group| {
            let mut written: Vec<String> = group.known.iter().map(|id| shown_id(id)).collect();
            if group.ways > group.known.len() {
                written.push(format!("{} in other letters", shown_id(&group.folded)));
            }
            Similar {
                written,
                ways: group.ways as u64,
            }
        });
        groups.collect()
    }
}

/// What places are ordered by: the file, and the number of the line or the offset behind it.
fn order_of(place: &str) -> (&str, u64) {
    let file = place.trim_end_matches(|c: char| c.is_ascii_digit());
    let number = place
        .get(file.len()..)
        .and_then(|digits| digits.parse().ok());
    number.map_or((place, 0), |number| (file, number))
}

fn extend(range: &mut Option<(Instant, Instant)>, instant: Option<Instant>) {
    if let Some(instant) = instant {
        let (first, last) = range.unwrap_or((instant, instant));
        *range = Some((first.min(instant), last.max(instant)));
    }
}

/// The most frequent first, then in byte order.
pub(super) fn counted(items: impl Iterator<Item = (String, u64)>) -> Vec<Counted> {
    let mut items: Vec<Counted> = items
        .filter(|(_, count)| *count > 0)
        .map(|(what, count)| Counted { what, count })
        .collect();
    items.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.what.cmp(&b.what)));
    items
}

fn id_shape(id: &str) -> String {
    if id.starts_with("__id") && id.ends_with("__") {
        return "number of Datastore".into();
    }
    match form_of(id, Role::default()) {
        form @ (Form::AutoId | Form::UserId | Form::Uuid | Form::Email | Form::Phone) => {
            form.label().into()
        }
        _ => shape(id),
    }
}

/// Why a document could not be read, with the shape in place of what is quoted of it.
fn without_contents(why: &str) -> String {
    let mut out = String::new();
    let mut rest = why;
    while let Some((before, behind)) = rest.split_once('"') {
        out.push_str(before);
        out.push('"');
        // A quotation ends at a quotation mark without a backslash before it, or nowhere.
        let mut escaped = false;
        let end = behind.char_indices().find_map(|(index, c)| {
            let closes = c == '"' && !escaped;
            escaped = c == '\\' && !escaped;
            closes.then_some(index)
        });
        let (quoted, after) = end.map_or((behind, ""), |end| (&behind[..end], &behind[end + 1..]));
        out.push_str(&shape(quoted));
        out.push('"');
        rest = after;
    }
    out.push_str(rest);
    if mentions_email(&out) || !super::secrets::in_text(&out).is_empty() {
        let words = out.split_inclusive([' ', '/', '(', ')']);
        out = words
            .map(|word| {
                if known_word(word) {
                    word.to_owned()
                } else {
                    shape(word)
                }
            })
            .collect();
    }
    if out.chars().count() > 300 {
        out = out.chars().take(300).chain(['…']).collect();
    }
    out
}

/// Whether a word of a reason is the reason's own: letters alone, or the number of a line.
fn known_word(word: &str) -> bool {
    let number = word.trim_matches([' ', '/', '(', ')', ',', ':', ';']);
    let is_place = number.len() <= 5 && number.bytes().all(|byte| byte.is_ascii_digit());
    is_place
        || word
            .bytes()
            .all(|byte| byte.is_ascii_alphabetic() || b" /(),:;-".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_personal_are_masked() {
        assert_eq!(
            without_contents(
                "not a root document (projects/p/documents/users/anna.lee1@example.com)"
            ),
            "not a root document (projects/p/documents/users/aaaa.aaa9@aaaaaaa.aaa)"
        );
    }

    #[test]
    fn quotations_are_masked() {
        assert_eq!(
            without_contents("invalid type: string \"hunter\\\"2\", expected \"x at line 1"),
            "invalid type: string \"aaaaaa\\\"9\", expected \"a aa aaaa 9\""
        );
    }
}
