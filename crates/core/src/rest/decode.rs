//! Documents and values from the REST API's JSON, straight into [`Value`].
//!
//! A value that is not well-formed makes the whole document an error: nothing is guessed.

use std::borrow::Cow;
use std::fmt;

use base64::Engine as _;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde::de::{
    DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor,
};

use crate::document::{Document, ResourceName};
use crate::error::{Error, ErrorKind, Result};
use crate::instant::Instant;
use crate::value::{Map, Value};

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Decodes one document of a root collection.
///
/// # Errors
/// `Malformed`, saying where, when the bytes are not JSON, the name is absent or is not that of a
/// document of a root collection, or any value is not well-formed.
pub fn decode_document(bytes: &[u8]) -> Result<Document> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let malformed = |error: serde_json::Error| {
        Error::new(
            ErrorKind::Malformed,
            format!("not a Firestore document: {error}"),
        )
    };
    let parts = deserializer
        .deserialize_map(DocumentVisitor)
        .map_err(malformed)?;
    deserializer.end().map_err(malformed)?;
    let name = parts.name.ok_or_else(|| {
        Error::new(
            ErrorKind::Malformed,
            "not a Firestore document: it has no name",
        )
    })?;
    let resource = ResourceName::parse(&name)?;
    let Some((collection, id)) = resource.root_document() else {
        return Err(Error::new(
            ErrorKind::Malformed,
            "the name is not that of a document of a root collection",
        )
        .item(name));
    };
    Ok(Document {
        collection: collection.to_owned(),
        id: id.to_owned(),
        fields: parts.fields,
        create_time: parts.create_time,
        update_time: parts.update_time,
        name,
    })
}

/// The name of a document that cannot be decoded, where that much can be read.
pub fn readable_name(bytes: &[u8]) -> Option<String> {
    let start = find(bytes, b"\"name\"")? + b"\"name\"".len();
    let rest = bytes.get(start..)?.trim_ascii_start().strip_prefix(b":")?;
    let mut values = serde_json::Deserializer::from_slice(rest).into_iter::<String>();
    values.next()?.ok()
}

fn find(bytes: &[u8], pattern: &[u8]) -> Option<usize> {
    bytes
        .windows(pattern.len())
        .position(|window| window == pattern)
}

#[derive(Default)]
struct Parts {
    name: Option<String>,
    fields: Map,
    create_time: Option<Instant>,
    update_time: Option<Instant>,
}

struct DocumentVisitor;

impl<'de> Visitor<'de> for DocumentVisitor {
    type Value = Parts;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a document")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Parts, A::Error> {
        let mut parts = Parts::default();
        while let Some(key) = access.next_key_seed(Text)? {
            match key.as_ref() {
                "name" => parts.name = Some(access.next_value_seed(Text)?.into_owned()),
                "fields" => parts.fields = access.next_value_seed(Fields)?,
                "createTime" => parts.create_time = Some(access.next_value_seed(Time)?),
                "updateTime" => parts.update_time = Some(access.next_value_seed(Time)?),
                _ => {
                    access.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(parts)
    }
}

/// A seed that asks its deserializer for one shape, through a visitor.
macro_rules! seed {
    ($seed:ident => $value:ty, $method:ident) => {
        #[derive(Clone, Copy)]
        struct $seed;

        impl<'de> DeserializeSeed<'de> for $seed {
            type Value = $value;

            fn deserialize<D: Deserializer<'de>>(
                self,
                deserializer: D,
            ) -> Result<Self::Value, D::Error> {
                deserializer.$method(self)
            }
        }
    };
}

seed!(Text => Cow<'de, str>, deserialize_str);
seed!(Fields => Map, deserialize_map);
seed!(FirestoreValue => Value, deserialize_map);
seed!(Time => Instant, deserialize_str);
seed!(Integer => i64, deserialize_any);
seed!(Double => f64, deserialize_any);
seed!(Bytes => Vec<u8>, deserialize_str);
seed!(MapBody => Map, deserialize_map);
seed!(ArrayBody => Vec<Value>, deserialize_map);
seed!(Items => Vec<Value>, deserialize_seq);
seed!(GeoPoint => (f64, f64), deserialize_map);

impl<'de> Visitor<'de> for Text {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Self::Value, E> {
        Ok(Cow::Owned(text))
    }
}

impl<'de> Visitor<'de> for Fields {
    type Value = Map;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map of fields")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Map, A::Error> {
        let mut entries = Vec::with_capacity(access.size_hint().unwrap_or(8));
        while let Some(key) = access.next_key_seed(Text)? {
            entries.push((key.into_owned(), access.next_value_seed(FirestoreValue)?));
        }
        Ok(Map::from_entries(entries))
    }
}

impl<'de> Visitor<'de> for FirestoreValue {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value, such as {\"stringValue\": \"…\"}")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let Some(kind) = access.next_key_seed(Text)? else {
            return Err(A::Error::custom("a value without a type"));
        };
        let value = match kind.as_ref() {
            "stringValue" => Value::Text(access.next_value_seed(Text)?.into_owned()),
            "integerValue" => Value::Integer(access.next_value_seed(Integer)?),
            "doubleValue" => Value::Double(access.next_value_seed(Double)?),
            "booleanValue" => Value::Boolean(access.next_value()?),
            "timestampValue" => Value::Timestamp(access.next_value_seed(Time)?),
            "nullValue" => {
                // Null, or its name as an enumeration.
                match access.next_value::<Option<Cow<'_, str>>>()?.as_deref() {
                    None | Some("NULL_VALUE") => Value::Null,
                    Some(other) => {
                        return Err(A::Error::custom(format!("nullValue is {other:?}")));
                    }
                }
            }
            "mapValue" => Value::Map(access.next_value_seed(MapBody)?),
            "arrayValue" => Value::Array(access.next_value_seed(ArrayBody)?),
            "referenceValue" => Value::Reference(access.next_value_seed(Text)?.into_owned()),
            "bytesValue" => Value::Bytes(access.next_value_seed(Bytes)?),
            "geoPointValue" => {
                let (latitude, longitude) = access.next_value_seed(GeoPoint)?;
                Value::GeoPoint {
                    latitude,
                    longitude,
                }
            }
            other => return Err(A::Error::custom(format!("unknown type {other:?}"))),
        };
        if let Some(second) = access.next_key_seed(Text)? {
            return Err(A::Error::custom(format!(
                "a value of two types, {kind} and {second}"
            )));
        }
        Ok(value)
    }
}

impl Visitor<'_> for Time {
    type Value = Instant;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an RFC 3339 time")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Instant, E> {
        Instant::parse_rfc3339(text, false)
            .ok_or_else(|| E::custom(format!("{text:?} is no RFC 3339 time")))
    }
}

impl Visitor<'_> for Integer {
    type Value = i64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a 64-bit integer")
    }

    fn visit_i64<E>(self, integer: i64) -> Result<i64, E> {
        Ok(integer)
    }

    fn visit_u64<E: serde::de::Error>(self, integer: u64) -> Result<i64, E> {
        i64::try_from(integer).map_err(|_| E::custom(format!("{integer} is no 64-bit integer")))
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<i64, E> {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
        text.parse()
            .ok()
            .filter(|_| plain)
            .ok_or_else(|| E::custom(format!("{text:?} is no 64-bit integer")))
    }
}

impl Visitor<'_> for Double {
    type Value = f64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number, \"NaN\", \"Infinity\" or \"-Infinity\"")
    }

    fn visit_f64<E>(self, double: f64) -> Result<f64, E> {
        Ok(double)
    }

    #[expect(clippy::cast_precision_loss, reason = "a double is what the field is")]
    fn visit_i64<E>(self, integer: i64) -> Result<f64, E> {
        Ok(integer as f64)
    }

    #[expect(clippy::cast_precision_loss, reason = "a double is what the field is")]
    fn visit_u64<E>(self, integer: u64) -> Result<f64, E> {
        Ok(integer as f64)
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<f64, E> {
        match text {
            "NaN" => Ok(f64::NAN),
            "Infinity" => Ok(f64::INFINITY),
            "-Infinity" => Ok(f64::NEG_INFINITY),
            other => Err(E::custom(format!("{other:?} is no number"))),
        }
    }
}

impl Visitor<'_> for Bytes {
    type Value = Vec<u8>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("base64")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Vec<u8>, E> {
        // The protocol's JSON takes both alphabets.
        let standard = text.replace('-', "+").replace('_', "/");
        BASE64
            .decode(standard)
            .map_err(|error| E::custom(format!("bytesValue is no base64: {error}")))
    }
}

impl<'de> Visitor<'de> for MapBody {
    type Value = Map;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{\"fields\": {…}}")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Map, A::Error> {
        let mut fields = Map::new();
        while let Some(key) = access.next_key_seed(Text)? {
            match key.as_ref() {
                "fields" => fields = access.next_value_seed(Fields)?,
                other => return Err(A::Error::custom(format!("mapValue with {other:?}"))),
            }
        }
        Ok(fields)
    }
}

impl<'de> Visitor<'de> for ArrayBody {
    type Value = Vec<Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{\"values\": […]}")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Vec<Value>, A::Error> {
        let mut values = Vec::new();
        while let Some(key) = access.next_key_seed(Text)? {
            match key.as_ref() {
                "values" => values = access.next_value_seed(Items)?,
                other => return Err(A::Error::custom(format!("arrayValue with {other:?}"))),
            }
        }
        Ok(values)
    }
}

impl<'de> Visitor<'de> for Items {
    type Value = Vec<Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of values")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Vec<Value>, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element_seed(FirestoreValue)? {
            items.push(item);
        }
        Ok(items)
    }
}

impl<'de> Visitor<'de> for GeoPoint {
    type Value = (f64, f64);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{\"latitude\": …, \"longitude\": …}")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<(f64, f64), A::Error> {
        let mut point = (0.0, 0.0);
        while let Some(key) = access.next_key_seed(Text)? {
            match key.as_ref() {
                "latitude" => point.0 = access.next_value_seed(Double)?,
                "longitude" => point.1 = access.next_value_seed(Double)?,
                other => return Err(A::Error::custom(format!("geoPointValue with {other:?}"))),
            }
        }
        Ok(point)
    }
}
