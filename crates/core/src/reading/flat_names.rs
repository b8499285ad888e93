//! Top-level fields with literal dotted names, moved to the nested paths they stand for.

use crate::value::{Map, Value};

/// Folds flat names in byte order of their names. One stays as it is when a value stands at its
/// path, when something other than a map stands on the way to it, or when its name has an empty part.
pub(super) fn fold(fields: Map) -> Map {
    if !fields.iter().any(|(name, _)| name.contains('.')) {
        return fields;
    }
    let (flat, nested): (Vec<_>, Vec<_>) =
        fields.into_iter().partition(|(name, _)| name.contains('.'));
    let mut root = Map::from_entries(nested);
    let mut literal = Vec::new();
    for (name, value) in flat {
        let parts: Vec<&str> = name.split('.').collect();
        if parts.iter().any(|part| part.is_empty()) || !is_free(&root, &parts) {
            literal.push((name, value));
        } else {
            put(&mut root, &parts, value);
        }
    }
    // A literal name holds a dot, and no path part does: putting it back cannot hit anything.
    for (name, value) in literal {
        root.insert(name, value);
    }
    root
}

fn is_free(root: &Map, parts: &[&str]) -> bool {
    let mut map = root;
    for (index, part) in parts.iter().enumerate() {
        match map.get(part) {
            None => return true,
            Some(_) if index + 1 == parts.len() => return false,
            Some(Value::Map(inner)) => map = inner,
            Some(_) => return false,
        }
    }
    false
}

fn put(root: &mut Map, parts: &[&str], value: Value) {
    let Some((first, rest)) = parts.split_first() else {
        return;
    };
    if rest.is_empty() {
        root.insert((*first).to_owned(), value);
        return;
    }
    if !root.contains_key(first) {
        root.insert((*first).to_owned(), Value::Map(Map::new()));
    }
    if let Some(Value::Map(inner)) = root.get_mut(first) {
        put(inner, rest, value);
    }
}
