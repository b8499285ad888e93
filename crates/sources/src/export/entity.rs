//! Entities of an export, as Firestore's documents.

use sunset_core::instant::Instant;
use sunset_core::value::{Key as Name, Map, Value};

use super::key::Key;
use super::wire::{Fault, Fields, Parsed};

/// Maps within one another, with or without arrays between them: what Firestore allows, and what
/// can be read again from REST JSON.
const DEPTH: usize = 20;

/// What `meaning` makes of a value of another type.
mod meaning {
    pub const TIME: u64 = 7;
    pub const BLOB: u64 = 14;
    pub const BYTE_STRING: u64 = 16;
    pub const ENTITY: u64 = 19;
    pub const EMPTY_ARRAY: u64 = 24;
    pub const VECTOR: u64 = 31;
}

/// The key of an entity.
pub(super) fn key(entity: &[u8]) -> Parsed<Key<'_>> {
    let mut fields = Fields::of(entity);
    while let Some((number, content)) = fields.next_field()? {
        if number == 13 {
            return Key::of_entity(content.bytes()?);
        }
    }
    Err("an entity without a key".into())
}

/// The fields of an entity.
pub(super) fn fields(entity: &[u8]) -> Parsed<Map> {
    Decoder::default().map(entity, DEPTH, false)
}

/// One property: `meaning` 1, `name` 3, `multiple` 4, `value` 5.
struct Property<'a> {
    name: &'a str,
    /// Its meaning is that of an element of a vector.
    vector: bool,
    multiple: bool,
    value: Value,
}

/// Reads one entity with all that is embedded in it.
#[derive(Default)]
struct Decoder<'a> {
    /// The properties of the maps that are under way, those of the innermost last: one piece of
    /// memory for all maps of a document.
    properties: Vec<Property<'a>>,
}

impl<'a> Decoder<'a> {
    fn map(&mut self, entity: &'a [u8], depth: usize, embedded: bool) -> Parsed<Map> {
        let first = self.properties.len();
        let mut own_key = None;
        let (mut sorted, mut names, mut last) = (true, 0, None);
        let mut fields = Fields::of(entity);
        while let Some((number, content)) = fields.next_field()? {
            match number {
                // 14: indexed, 15: not indexed.
                14 | 15 => {
                    let property = self.property(content.bytes()?, depth)?;
                    if last != Some(property.name) {
                        sorted &= last.is_none_or(|last| last < property.name);
                        names += 1;
                        last = Some(property.name);
                    }
                    self.properties.push(property);
                }
                13 if embedded => own_key = Some(Key::of_entity(content.bytes()?)?),
                _ => {}
            }
        }
        if !sorted && let Some(own) = self.properties.get_mut(first..) {
            // The sort is stable: elements of one array stay in order.
            own.sort_by(|a, b| a.name.cmp(b.name));
        }
        let mut entries: Vec<(Name, Value)> = Vec::with_capacity(names);
        let mut properties = self.properties.drain(first..);
        while let Some(property) = properties.next() {
            let name = property.name;
            let same = properties.as_slice().iter();
            let same = same.take_while(|next| next.name == name).count();
            let value = if property.multiple {
                let mut items = Vec::with_capacity(1 + same);
                items.push(property.value);
                for next in properties.by_ref().take(same) {
                    if !next.multiple || property.vector != next.vector {
                        return Err(twice(name));
                    }
                    items.push(next.value);
                }
                if property.vector {
                    vector(items)?
                } else {
                    Value::Array(items)
                }
            } else if same > 0 {
                return Err(twice(name));
            } else if property.vector {
                vector(vec![property.value])?
            } else {
                property.value
            };
            entries.push((Name::from(name), value));
        }
        let mut map = Map::from_keyed(entries);
        // An embedded entity of Datastore may have a key of its own.
        if let Some(key) = own_key.filter(|key| !key.path.is_empty()) {
            map.insert("__key__".into(), Value::Reference(key.resource_name()));
        }
        Ok(map)
    }

    fn property(&mut self, message: &'a [u8], depth: usize) -> Parsed<Property<'a>> {
        let (mut name, mut meaning, mut multiple, mut value) = (None, 0, false, None);
        let mut fields = Fields::of(message);
        while let Some((number, content)) = fields.next_field()? {
            match number {
                1 => meaning = content.varint()?,
                3 => name = Some(content.text()?),
                4 => multiple = content.varint()? != 0,
                5 => value = Some(content.bytes()?),
                _ => {}
            }
        }
        let name = name.ok_or_else(|| Fault::from("a property without a name"))?;
        let bytes =
            value.ok_or_else(|| Fault::from(format!("the property {name:?} has no value")))?;
        let value = self.value(meaning, bytes, depth).map_err(|fault| {
            Fault::from(format!("the property {name:?}: {}", fault.into_text()))
        })?;
        Ok(Property {
            name,
            vector: meaning == meaning::VECTOR,
            multiple,
            value,
        })
    }

    fn value(&mut self, meaning: u64, message: &'a [u8], depth: usize) -> Parsed<Value> {
        let mut found = None;
        let mut fields = Fields::of(message);
        while let Some((number, content)) = fields.next_field()? {
            let value = match number {
                1 if meaning == meaning::TIME => time(content.integer()?)?,
                1 => Value::Integer(content.integer()?),
                2 => Value::Boolean(content.varint()? != 0),
                3 => match meaning {
                    meaning::BLOB | meaning::BYTE_STRING => Value::Bytes(content.bytes()?.to_vec()),
                    meaning::ENTITY => {
                        let Some(depth) = depth.checked_sub(1) else {
                            return Err("maps nested too deeply".into());
                        };
                        Value::Map(self.map(content.bytes()?, depth, true)?)
                    }
                    _ => Value::Text(content.text()?.to_owned()),
                },
                4 => Value::Double(content.double()?),
                5 => point(content.group()?)?,
                8 => return Err("a user of App Engine, which Firestore does not have".into()),
                12 => Value::Reference(Key::of_reference(content.group()?)?.resource_name()),
                _ => continue,
            };
            if found.replace(value).is_some() {
                return Err("a value of two types".into());
            }
        }
        match found {
            Some(value) => Ok(value),
            None if meaning == meaning::EMPTY_ARRAY => Ok(Value::Array(Vec::new())),
            None if meaning == meaning::ENTITY => Err("a map without its content".into()),
            None => Ok(Value::Null),
        }
    }
}

fn twice(name: &str) -> Fault {
    format!("the property {name:?} stands there twice").into()
}

fn vector(items: Vec<Value>) -> Parsed<Value> {
    if items.iter().any(|item| !matches!(item, Value::Double(_))) {
        return Err("a vector of something else than doubles".into());
    }
    Ok(Value::Map(Map::from_entries(vec![
        ("__type__".into(), Value::Text("__vector__".into())),
        ("value".into(), Value::Array(items)),
    ])))
}

fn time(micros: i64) -> Parsed<Value> {
    let instant = Instant::from_micros(micros);
    if instant.in_range() {
        Ok(Value::Timestamp(instant))
    } else {
        Err("a time outside the years 1 to 9999".into())
    }
}

fn point(group: &[u8]) -> Parsed<Value> {
    let (mut latitude, mut longitude) = (0.0, 0.0);
    let mut fields = Fields::of(group);
    while let Some((number, content)) = fields.next_field()? {
        match number {
            6 => latitude = content.double()?,
            7 => longitude = content.double()?,
            _ => {}
        }
    }
    Ok(Value::GeoPoint {
        latitude,
        longitude,
    })
}

#[cfg(test)]
#[path = "entity_tests.rs"]
mod tests;
