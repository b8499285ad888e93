//! A parameter of a URL as it stands in a file: what is around it stays, byte for byte.

/// A URL with a parameter in its query, and nothing else changed.
pub(crate) fn with_parameter(url: &[u8], name: &str, value: u32) -> Vec<u8> {
    let authority_end = authority_end(url);
    let find = |wanted: u8, from: usize| {
        let rest = url.get(from..).unwrap_or_default();
        rest.iter()
            .position(|byte| *byte == wanted)
            .map(|at| from + at)
    };
    let end = find(b'#', authority_end).unwrap_or(url.len());
    let query = find(b'?', authority_end).filter(|at| *at < end);
    let setting = format!("{name}={value}");
    let (head, tail) = url.split_at(end);
    let mut changed = Vec::with_capacity(url.len() + setting.len() + 1);
    let Some(query) = query else {
        changed.extend_from_slice(head);
        changed.push(b'?');
        changed.extend_from_slice(setting.as_bytes());
        changed.extend_from_slice(tail);
        return changed;
    };
    let (before, parameters) = head.split_at(query + 1);
    changed.extend_from_slice(before);
    let prefix = format!("{name}=");
    let mut parts: Vec<&[u8]> = Vec::new();
    let mut there = false;
    for part in parameters.split(|byte| *byte == b'&') {
        if part.starts_with(prefix.as_bytes()) || part == name.as_bytes() {
            if !there {
                parts.push(setting.as_bytes());
            }
            there = true;
        } else if !part.is_empty() {
            parts.push(part);
        }
    }
    if !there {
        parts.push(setting.as_bytes());
    }
    changed.extend_from_slice(&parts.join(&b'&'));
    changed.extend_from_slice(tail);
    changed
}

/// Where a URL's host ends, or something in front of that. A password may hold what looks like a
/// query, and a query what looks like a password's end.
fn authority_end(url: &[u8]) -> usize {
    let begin = url
        .windows(3)
        .position(|three| three == b"://")
        .map_or(0, |at| at + 3);
    let rest = url.get(begin..).unwrap_or_default();
    let length = rest
        .iter()
        .position(|byte| matches!(byte, b'/' | b'?' | b'#'))
        .unwrap_or(rest.len());
    let (authority, behind) = rest.split_at(length);
    let place = authority
        .rsplit(|byte| *byte == b'@')
        .next()
        .unwrap_or_default();
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    let is_host = |text: &[u8]| !text.is_empty() && text.iter().all(plain);
    let is_place = match place.iter().position(|byte| *byte == b':') {
        None => is_host(place),
        Some(colon) => {
            let (host, port) = place.split_at(colon);
            is_host(host) && port.iter().skip(1).all(u8::is_ascii_digit)
        }
    };
    if is_place
        && !behind.starts_with(b"#")
        && (behind.starts_with(b"/") || !authority_follows(behind))
    {
        return begin + length;
    }
    url.iter()
        .rposition(|byte| *byte == b'@')
        .map_or(0, |at| at + 1)
}

/// Whether behind a first part a host and a database come: `?ss@host:5432/chat`.
fn authority_follows(behind: &[u8]) -> bool {
    let at = behind.iter().rposition(|byte| *byte == b'@');
    at.and_then(|at| behind.get(at..))
        .is_some_and(|rest| rest.contains(&b'/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_query_is_found_whatever_passwords_and_parameters_hold() {
        for (before, after) in [
            ("postgres://h/d", "postgres://h/d?limit=20"),
            (
                "postgres://u:p@h:5432/d?a=1",
                "postgres://u:p@h:5432/d?a=1&limit=20",
            ),
            // An @ in the query.
            ("postgres://h/d?app=a@b", "postgres://h/d?app=a@b&limit=20"),
            (
                "postgres://u:p@h/d?app=a@b/c&limit=5",
                "postgres://u:p@h/d?app=a@b/c&limit=20",
            ),
            (
                "postgres://u:p@h?app=a@b",
                "postgres://u:p@h?app=a@b&limit=20",
            ),
            // A ? or a # in the password, which nobody encoded.
            (
                "postgres://u:p?x@h:5432/d",
                "postgres://u:p?x@h:5432/d?limit=20",
            ),
            (
                "postgres://u:p#x@h/d?a=1",
                "postgres://u:p#x@h/d?a=1&limit=20",
            ),
            (
                "postgres://u:p@ss?x@h:5432/d",
                "postgres://u:p@ss?x@h:5432/d?limit=20",
            ),
            ("postgres://u:p/x?y@h/d", "postgres://u:p/x?y@h/d?limit=20"),
            (
                "postgres://[::1]:5432/d",
                "postgres://[::1]:5432/d?limit=20",
            ),
            (
                "postgres://h/d?limit=1&limit=2#f",
                "postgres://h/d?limit=20#f",
            ),
        ] {
            let changed = with_parameter(before.as_bytes(), "limit", 20);
            assert_eq!(String::from_utf8_lossy(&changed), after);
            assert_eq!(with_parameter(&changed, "limit", 20), changed, "{after}");
        }
    }
}
