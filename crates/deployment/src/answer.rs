//! What a server answered, as far as it is judged.

/// An answer.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body, or its beginning.
    pub body: Vec<u8>,
    /// How long it took, in milliseconds.
    pub millis: u64,
}

impl Answer {
    /// An answer with one header.
    pub fn new(status: u16, content_type: &str, body: &[u8]) -> Self {
        Self {
            status,
            headers: vec![("content-type".into(), content_type.into())],
            body: body.to_vec(),
            millis: 0,
        }
    }

    /// The first header of a name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// Every header of a name.
    pub fn headers_named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let headers = self.headers.iter();
        headers
            .filter(move |(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// The content type without parameters; empty where there is none.
    pub fn media_type(&self) -> &str {
        let whole = self.header("content-type").unwrap_or_default();
        whole.split(';').next().unwrap_or_default().trim()
    }
}

/// A word of a stranger, short and harmless enough to be shown.
pub fn shown(text: &str) -> String {
    const LONGEST: usize = 80;
    let clean: String = text
        .chars()
        .take(LONGEST)
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let more = if text.chars().nth(LONGEST).is_some() {
        "…"
    } else {
        ""
    };
    if clean.is_empty() {
        return "nothing".into();
    }
    format!("\"{clean}{more}\"")
}
