//! What is to be said of a source beside its documents.

/// Files that are named.
const FILES: usize = 20;
/// Databases that are named.
const DATABASES: usize = 5;

/// Lines, each a sentence without its full stop. `databases` are those that the documents' names
/// say, `projects/P/databases/D`, with how many documents are of each; `expected` is the one that
/// the configuration names, or the beginning of its name; `aside` are files that were not read.
pub fn remarks(
    databases: &[(String, u64)],
    expected: Option<&str>,
    aside: &[String],
) -> Vec<String> {
    let mut lines = Vec::new();
    if !aside.is_empty() {
        let named: Vec<&str> = aside.iter().take(FILES).map(String::as_str).collect();
        let more = match aside.len() - named.len() {
            0 => String::new(),
            more => format!(", and {more} more"),
        };
        lines.push(format!("not read: {}{more}", named.join(", ")));
        lines.push(
            "read are files that are named <collection>.ndjson, .ndjson.gz or .ndjson.zst".into(),
        );
    }
    let mut found: Vec<&(String, u64)> = databases
        .iter()
        .filter(|(name, _)| !name.is_empty())
        .collect();
    found.sort_by(|(one, many), (other, more)| more.cmp(many).then_with(|| one.cmp(other)));
    if let [(most, _), _, ..] = found.as_slice() {
        lines.push(format!(
            "documents are of {} databases: {}",
            found.len(),
            named(&found)
        ));
        lines.push(format!(
            "of documents with the same collection and id the one of {most} is taken, and the others \
             are kept in quarantine"
        ));
    }
    if let Some(expected) = expected {
        let others: Vec<&(String, u64)> = found
            .into_iter()
            .filter(|(name, _)| !is_of(name, expected))
            .collect();
        if !others.is_empty() {
            lines.push(format!(
                "documents are of {}, and the configuration names {expected}: is V2_FIRESTORE right?",
                named(&others)
            ));
        }
    }
    lines
}

/// Whether a database is the expected one, or one of the expected project.
pub fn is_of(database: &str, expected: &str) -> bool {
    let rest = database.strip_prefix(expected);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn named(databases: &[&(String, u64)]) -> String {
    let mut names: Vec<String> = databases
        .iter()
        .take(DATABASES)
        .map(|(name, count)| format!("{name} ({count})"))
        .collect();
    if databases.len() > DATABASES {
        names.push("…".into());
    }
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn databases(found: &[(&str, u64)]) -> Vec<(String, u64)> {
        let owned = |(name, count): &(&str, u64)| ((*name).to_owned(), *count);
        found.iter().map(owned).collect()
    }

    #[test]
    fn a_source_as_expected_needs_no_word() {
        let one = databases(&[("projects/p/databases/(default)", 7)]);
        for expected in [
            None,
            Some("projects/p"),
            Some("projects/p/databases/(default)"),
        ] {
            assert!(remarks(&one, expected, &[]).is_empty(), "{expected:?}");
        }
        assert!(remarks(&databases(&[("", 7)]), Some("projects/p"), &[]).is_empty());
    }

    #[test]
    fn other_databases_and_other_files_are_named() {
        let two = databases(&[
            ("projects/p2/databases/d", 1),
            ("projects/p/databases/d", 3),
        ]);
        let aside = ["a.jsonl".to_owned()];
        assert_eq!(
            remarks(&two, Some("projects/p"), &aside),
            [
                "not read: a.jsonl",
                "read are files that are named <collection>.ndjson, .ndjson.gz or .ndjson.zst",
                "documents are of 2 databases: projects/p/databases/d (3), projects/p2/databases/d (1)",
                "of documents with the same collection and id the one of projects/p/databases/d is taken, and the others are kept in quarantine",
                "documents are of projects/p2/databases/d (1), and the configuration names projects/p: is V2_FIRESTORE right?",
            ]
        );
        let many: Vec<String> = (0..25).map(|number| number.to_string()).collect();
        assert!(remarks(&[], None, &many)[0].ends_with("19, and 5 more"));
    }
}
