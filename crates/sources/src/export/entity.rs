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
    map(entity, DEPTH, false)
}

/// One property: `meaning` 1, `name` 3, `multiple` 4, `value` 5.
struct Property<'a> {
    name: &'a str,
    meaning: u64,
    multiple: bool,
    value: Value,
}

fn map(entity: &[u8], depth: usize, embedded: bool) -> Parsed<Map> {
    let mut properties = Vec::with_capacity(8);
    let mut own_key = None;
    let mut sorted = true;
    let mut fields = Fields::of(entity);
    while let Some((number, content)) = fields.next_field()? {
        match number {
            // 14: indexed, 15: not indexed.
            14 | 15 => {
                let property = property(content.bytes()?, depth)?;
                sorted &= properties
                    .last()
                    .is_none_or(|last: &Property<'_>| last.name <= property.name);
                properties.push(property);
            }
            13 if embedded => own_key = Some(Key::of_entity(content.bytes()?)?),
            _ => {}
        }
    }
    if !sorted {
        // The sort is stable: elements of one array stay in order.
        properties.sort_by(|a, b| a.name.cmp(b.name));
    }
    let mut entries: Vec<(Name, Value)> = Vec::with_capacity(properties.len());
    let mut properties = properties.into_iter().peekable();
    while let Some(first) = properties.next() {
        let name = first.name;
        let value = if first.multiple {
            let vector = first.meaning == meaning::VECTOR;
            let mut items = vec![first.value];
            while let Some(next) = properties.next_if(|next| next.name == name) {
                if !next.multiple || vector != (next.meaning == meaning::VECTOR) {
                    return Err(twice(name));
                }
                items.push(next.value);
            }
            if vector {
                self::vector(items)?
            } else {
                Value::Array(items)
            }
        } else if first.meaning == meaning::VECTOR {
            self::vector(vec![first.value])?
        } else {
            first.value
        };
        if properties.peek().is_some_and(|next| next.name == name) {
            return Err(twice(name));
        }
        entries.push((Name::from(name), value));
    }
    let mut map = Map::from_keyed(entries);
    // An embedded entity of Datastore may have a key of its own.
    if let Some(key) = own_key.filter(|key| !key.path.is_empty()) {
        map.insert("__key__".into(), Value::Reference(key.resource_name()));
    }
    Ok(map)
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

fn property(message: &[u8], depth: usize) -> Parsed<Property<'_>> {
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
    let name = name.ok_or(Fault::from("a property without a name"))?;
    let bytes = value.ok_or_else(|| Fault::from(format!("the property {name:?} has no value")))?;
    let value = self::value(meaning, bytes, depth)
        .map_err(|fault| Fault::from(format!("the property {name:?}: {}", fault.0)))?;
    Ok(Property {
        name,
        meaning,
        multiple,
        value,
    })
}

fn value(meaning: u64, message: &[u8], depth: usize) -> Parsed<Value> {
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
                    Value::Map(map(content.bytes()?, depth, true)?)
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
