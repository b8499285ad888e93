//! Datastore's `EntityProto` as a Firestore document.

use sunset_core::document::Document;
use sunset_core::instant::Instant;
use sunset_core::value::{Map, Value};

use super::wire::{Broken, Fields, Wire};

/// Maps in maps; Firestore allows 20.
const DEEPEST: usize = 40;

mod meaning {
    pub const TIME: u64 = 7;
    pub const BLOB: u64 = 14;
    pub const BYTES: u64 = 16;
    pub const ENTITY: u64 = 19;
    pub const EMPTY_LIST: u64 = 24;
    pub const VECTOR: u64 = 31;
}

/// Whose an entity is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Key {
    pub project: String,
    pub database: String,
    pub namespace: String,
    /// Collection and id, in turn, from the root.
    pub path: Vec<(String, String)>,
}

impl Key {
    /// The path of collections, ids left out: `cases/*/comments`.
    pub fn pattern(&self) -> String {
        let collections: Vec<&str> = self.path.iter().map(|(name, _)| name.as_str()).collect();
        let pattern = collections.join("/*/");
        if self.namespace.is_empty() {
            pattern
        } else {
            format!("{}:{pattern}", self.namespace)
        }
    }

    /// The collection, when this is a document of a root collection of the default namespace.
    pub fn root_collection(&self) -> Option<&str> {
        match self.path.as_slice() {
            [(collection, _)] if self.namespace.is_empty() => Some(collection),
            _ => None,
        }
    }

    fn resource_name(&self) -> String {
        let path: Vec<String> = self
            .path
            .iter()
            .map(|(collection, id)| format!("{collection}/{id}"))
            .collect();
        let database = if self.database.is_empty() {
            "(default)"
        } else {
            &self.database
        };
        format!(
            "projects/{}/databases/{database}/documents/{}",
            self.project,
            path.join("/")
        )
    }
}

/// The key of an entity, without looking at its properties.
pub(super) fn key_of(entity: &[u8]) -> Result<Option<Key>, Broken> {
    let mut fields = Fields::of(entity);
    while let Some((number, value)) = fields.next()? {
        if let (13, Wire::Bytes(key)) = (number, value) {
            let key = reference(key)?;
            return Ok((!key.path.is_empty()).then_some(key));
        }
    }
    Ok(None)
}

/// The document that an entity is.
pub(super) fn document(
    entity: &[u8],
    key: &Key,
    collection: &str,
    create_time: Option<Instant>,
) -> Result<Document, Broken> {
    let id = key
        .path
        .last()
        .map(|(_, id)| id.clone())
        .unwrap_or_default();
    Ok(Document {
        collection: collection.to_owned(),
        id,
        name: key.resource_name(),
        fields: properties(entity, 0)?,
        create_time,
        update_time: None,
    })
}

fn text(bytes: &[u8]) -> Result<String, Broken> {
    String::from_utf8(bytes.to_vec()).map_err(|_| Broken("text is not UTF-8"))
}

/// `Reference {13 app, 14 Path {group 1 {2 kind, 3 id, 4 name}}, 20 namespace, 23 database}`, in
/// which a value's reference differs by its path being groups 14 {15 kind, 16 id, 17 name}.
fn reference(bytes: &[u8]) -> Result<Key, Broken> {
    let mut key = Key::default();
    let mut fields = Fields::of(bytes);
    while let Some((number, value)) = fields.next()? {
        match (number, value) {
            (13, Wire::Bytes(app)) => {
                // `s~`, `dev~` and the like stand in front of the project's id.
                let app = text(app)?;
                key.project = app
                    .rsplit_once('~')
                    .map_or(app.clone(), |(_, id)| id.to_owned());
            }
            (14, Wire::Bytes(path)) => {
                let mut elements = Fields::of(path);
                while let Some((number, value)) = elements.next()? {
                    if let (1, Wire::Group(element)) = (number, value) {
                        key.path.push(path_element(element, [2, 3, 4])?);
                    }
                }
            }
            (14, Wire::Group(element)) => key.path.push(path_element(element, [15, 16, 17])?),
            (20, Wire::Bytes(namespace)) => key.namespace = text(namespace)?,
            (23, Wire::Bytes(database)) => key.database = text(database)?,
            _ => {}
        }
    }
    Ok(key)
}

fn path_element(bytes: &[u8], numbers: [u64; 3]) -> Result<(String, String), Broken> {
    let (mut kind, mut id) = (String::new(), String::new());
    let mut fields = Fields::of(bytes);
    while let Some((number, value)) = fields.next()? {
        match value {
            Wire::Bytes(name) if number == numbers[0] => kind = text(name)?,
            Wire::Varint(integer) if number == numbers[1] => {
                // A numeric id is signed; Firestore writes it so.
                id = format!("__id{}__", integer.cast_signed());
            }
            Wire::Bytes(name) if number == numbers[2] => id = text(name)?,
            _ => {}
        }
    }
    if kind.is_empty() || id.is_empty() {
        return Err(Broken("a key's path has an empty part"));
    }
    Ok((kind, id))
}

/// One property as it stands on the wire.
struct Property<'a> {
    name: String,
    meaning: u64,
    multiple: bool,
    value: &'a [u8],
}

fn property(bytes: &[u8]) -> Result<Property<'_>, Broken> {
    let mut property = Property {
        name: String::new(),
        meaning: 0,
        multiple: false,
        value: &[],
    };
    let mut fields = Fields::of(bytes);
    while let Some((number, value)) = fields.next()? {
        match (number, value) {
            (1, Wire::Varint(meaning)) => property.meaning = meaning,
            (3, Wire::Bytes(name)) => property.name = text(name)?,
            (4, Wire::Varint(multiple)) => property.multiple = multiple != 0,
            (5, Wire::Bytes(value)) => property.value = value,
            _ => {}
        }
    }
    Ok(property)
}

/// Properties of one name with `multiple` are the elements of an array.
fn properties(entity: &[u8], depth: usize) -> Result<Map, Broken> {
    if depth > DEEPEST {
        return Err(Broken("maps stand too deep in one another"));
    }
    let mut map = Map::new();
    let mut fields = Fields::of(entity);
    while let Some((number, value)) = fields.next()? {
        let (14 | 15, Wire::Bytes(bytes)) = (number, value) else {
            continue;
        };
        let property = property(bytes)?;
        if property.meaning == meaning::EMPTY_LIST {
            map.insert(property.name, Value::Array(Vec::new()));
            continue;
        }
        let value = value_of(&property, depth)?;
        if property.meaning == meaning::VECTOR {
            append_to_vector(&mut map, property.name, value);
        } else if property.multiple {
            match map.get_mut(&property.name) {
                Some(Value::Array(items)) => items.push(value),
                _ => {
                    map.insert(property.name, Value::Array(vec![value]));
                }
            }
        } else {
            map.insert(property.name, value);
        }
    }
    Ok(map)
}

/// A vector is a map, as in the REST API.
fn append_to_vector(map: &mut Map, name: String, value: Value) {
    if let Some(Value::Map(vector)) = map.get_mut(&name)
        && let Some(Value::Array(items)) = vector.get_mut("value")
    {
        items.push(value);
        return;
    }
    let vector = Map::from_entries(vec![
        ("__type__".into(), Value::Text("__vector__".into())),
        ("value".into(), Value::Array(vec![value])),
    ]);
    map.insert(name, Value::Map(vector));
}

fn value_of(property: &Property<'_>, depth: usize) -> Result<Value, Broken> {
    let mut fields = Fields::of(property.value);
    let Some((number, value)) = fields.next()? else {
        return Ok(Value::Null);
    };
    Ok(match (number, value) {
        (1, Wire::Varint(integer)) => {
            let integer = integer.cast_signed();
            if property.meaning == meaning::TIME {
                Value::Timestamp(Instant::from_micros(integer))
            } else {
                Value::Integer(integer)
            }
        }
        (2, Wire::Varint(boolean)) => Value::Boolean(boolean != 0),
        (3, Wire::Bytes(bytes)) => match property.meaning {
            meaning::BLOB | meaning::BYTES => Value::Bytes(bytes.to_vec()),
            meaning::ENTITY => Value::Map(properties(bytes, depth + 1)?),
            _ => Value::Text(text(bytes)?),
        },
        (4, Wire::Fixed64(bits)) => Value::Double(f64::from_bits(bits)),
        (5, Wire::Group(point)) => geo_point(point)?,
        (12, Wire::Group(target)) => Value::Reference(reference(target)?.resource_name()),
        _ => return Err(Broken("a value of an unknown type")),
    })
}

fn geo_point(bytes: &[u8]) -> Result<Value, Broken> {
    let (mut latitude, mut longitude) = (0.0, 0.0);
    let mut fields = Fields::of(bytes);
    while let Some((number, value)) = fields.next()? {
        match (number, value) {
            (6, Wire::Fixed64(bits)) => latitude = f64::from_bits(bits),
            (7, Wire::Fixed64(bits)) => longitude = f64::from_bits(bits),
            _ => {}
        }
    }
    Ok(Value::GeoPoint {
        latitude,
        longitude,
    })
}
