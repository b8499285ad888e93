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

use super::quick;
use crate::document::{Document, ResourceName};
use crate::error::{Error, ErrorKind, Result};
use crate::instant::Instant;
use crate::value::{Key, Map, Value};

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
    let usual = simdutf8::basic::from_utf8(bytes)
        .ok()
        .and_then(quick::document);
    match usual {
        Some(parts) => parts.place(),
        None => decode_slowly(bytes)?.place(),
    }
}

/// Decodes a document however it is written.
pub(super) fn decode_slowly(bytes: &[u8]) -> Result<Parts> {
    decode(bytes, Parts::SEED)
}

/// Decodes bytes that hold one JSON value, and nothing else.
pub(super) fn decode<'de, S: DeserializeSeed<'de>>(bytes: &'de [u8], seed: S) -> Result<S::Value> {
    let malformed = |error: &dyn fmt::Display| {
        Error::new(
            ErrorKind::Malformed,
            format!("not a Firestore document: {error}"),
        )
    };
    // Checked once and for all, what is passed over included.
    let text = std::str::from_utf8(bytes).map_err(|error| malformed(&error))?;
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = seed
        .deserialize(&mut deserializer)
        .map_err(|error| malformed(&error))?;
    deserializer.end().map_err(|error| malformed(&error))?;
    Ok(value)
}

/// The name of a document that cannot be decoded, where that much can be read.
pub fn readable_name(bytes: &[u8]) -> Option<String> {
    const KEY: &[u8] = b"\"name\"";
    let mut rest = bytes;
    loop {
        let start = rest.windows(KEY.len()).position(|window| window == KEY)?;
        rest = rest.get(start + KEY.len()..)?;
        let Some(value) = rest.trim_ascii_start().strip_prefix(b":") else {
            continue;
        };
        // A field may be called `name` too.
        let mut values = serde_json::Deserializer::from_slice(value).into_iter::<String>();
        if let Some(Ok(name)) = values.next()
            && ResourceName::parse(&name).is_ok()
        {
            return Some(name);
        }
    }
}

/// A document whose name has not been looked at.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Parts {
    /// The full resource name.
    pub name: Option<String>,
    pub(super) fields: Map,
    pub(super) create_time: Option<Instant>,
    pub(super) update_time: Option<Instant>,
}

impl Parts {
    pub(super) const SEED: Whole = Whole;

    /// The document, when its name is that of a document of a root collection.
    ///
    /// # Errors
    /// `Malformed`.
    pub fn place(self) -> Result<Document> {
        let name = self.name.ok_or_else(|| {
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
            fields: self.fields,
            create_time: self.create_time,
            update_time: self.update_time,
            name,
        })
    }
}

impl<'de> Visitor<'de> for Whole {
    type Value = Parts;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a document")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Parts, A::Error> {
        let mut parts = Parts::default();
        let mut seen: Vec<Cow<'_, str>> = Vec::new();
        while let Some(key) = access.next_key_seed(Text)? {
            if seen.contains(&key) {
                return Err(A::Error::custom(format_args!("{key:?} stands there twice")));
            }
            match key.as_ref() {
                "name" => parts.name = Some(access.next_value_seed(Text)?.into_owned()),
                "fields" => {
                    parts.fields = access.next_value_seed(OrNull(Fields))?.unwrap_or_default();
                }
                "createTime" => parts.create_time = access.next_value_seed(OrNull(Time))?,
                "updateTime" => parts.update_time = access.next_value_seed(OrNull(Time))?,
                _ => {
                    access.next_value::<IgnoredAny>()?;
                    continue;
                }
            }
            seen.push(key);
        }
        Ok(parts)
    }
}

/// What may be null instead of absent.
struct OrNull<S>(S);

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for OrNull<S> {
    type Value = Option<S::Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_option(self)
    }
}

impl<'de, S: DeserializeSeed<'de>> Visitor<'de> for OrNull<S> {
    type Value = Option<S::Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value or null")
    }

    fn visit_none<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        self.0.deserialize(deserializer).map(Some)
    }
}

/// A seed that asks its deserializer for one shape, through a visitor.
macro_rules! seed {
    ($seed:ident => $value:ty, $method:ident) => {
        #[derive(Clone, Copy)]
        pub(super) struct $seed;

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

seed!(Whole => Parts, deserialize_map);
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
            entries.push((Key::from(key), access.next_value_seed(FirestoreValue)?));
        }
        // Which of two counts would be a guess.
        Map::from_distinct(entries)
            .map_err(|key| A::Error::custom(format_args!("the field {key:?} stands there twice")))
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
        integer(text).ok_or_else(|| E::custom(format!("{text:?} is no 64-bit integer")))
    }
}

/// A 64-bit integer as text, without a `+`.
pub(super) fn integer(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| plain)
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
