//! Types of values.

use crate::value::{Map, Value};

/// The type of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A map.
    Map,
    /// An array.
    Array,
    /// Text.
    Text,
    /// A 64-bit integer.
    Integer,
    /// A double.
    Double,
    /// `true` or `false`.
    Boolean,
    /// A timestamp.
    Timestamp,
    /// A reference to a document.
    Reference,
    /// A place on the earth.
    GeoPoint,
    /// Bytes.
    Bytes,
    /// A vector of doubles.
    Vector,
    /// Null.
    Null,
}

impl Kind {
    /// How many there are.
    pub(super) const COUNT: usize = 12;

    /// All, in the order in which they are shown.
    pub const ALL: [Self; Self::COUNT] = [
        Self::Map,
        Self::Array,
        Self::Text,
        Self::Integer,
        Self::Double,
        Self::Boolean,
        Self::Timestamp,
        Self::Reference,
        Self::GeoPoint,
        Self::Bytes,
        Self::Vector,
        Self::Null,
    ];

    pub(super) fn of(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Boolean(_) => Self::Boolean,
            Value::Integer(_) => Self::Integer,
            Value::Double(_) => Self::Double,
            Value::Timestamp(_) => Self::Timestamp,
            Value::Text(_) => Self::Text,
            Value::Bytes(_) => Self::Bytes,
            Value::Reference(_) => Self::Reference,
            Value::GeoPoint { .. } => Self::GeoPoint,
            Value::Array(_) => Self::Array,
            Value::Map(map) if vector(map).is_some() => Self::Vector,
            Value::Map(_) => Self::Map,
        }
    }

    /// Its name in reports.
    pub fn label(self) -> &'static str {
        match self {
            Self::Map => "map",
            Self::Array => "array",
            Self::Text => "text",
            Self::Integer => "integer",
            Self::Double => "double",
            Self::Boolean => "boolean",
            Self::Timestamp => "timestamp",
            Self::Reference => "reference",
            Self::GeoPoint => "geopoint",
            Self::Bytes => "bytes",
            Self::Vector => "vector",
            Self::Null => "null",
        }
    }
}

/// The numbers of a vector.
pub(super) fn vector(map: &Map) -> Option<&[Value]> {
    match (map.get("__type__"), map.get("value")) {
        (Some(Value::Text(name)), Some(Value::Array(numbers))) if name == "__vector__" => {
            Some(numbers)
        }
        _ => None,
    }
}
