//! The order of names: path by path, numbers before names, names by their bytes.

/// What a document is ordered by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct SortKey(Vec<Segment>);

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Segment {
    Number(i64),
    Text(Vec<u8>),
}

impl SortKey {
    /// Of a resource name.
    pub fn of(name: &str) -> Self {
        let path = name
            .split_once("/documents/")
            .map_or(name, |(_, path)| path);
        Self(path.split('/').map(segment).collect())
    }

    /// Whether it names a document of this root collection.
    pub fn is_in(&self, collection: &str) -> bool {
        self.0.len() == 2 && self.collection() == collection.as_bytes()
    }

    /// The root collection.
    pub fn collection(&self) -> &[u8] {
        match self.0.first() {
            Some(Segment::Text(text)) => text,
            _ => &[],
        }
    }
}

fn segment(text: &str) -> Segment {
    let number = text
        .strip_prefix("__id")
        .and_then(|rest| rest.strip_suffix("__"))
        .and_then(|digits| digits.parse().ok());
    match number {
        Some(number) => Segment::Number(number),
        None => Segment::Text(text.as_bytes().to_vec()),
    }
}
