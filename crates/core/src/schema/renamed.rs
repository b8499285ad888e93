//! What a live schema is after a rename, down to the definitions by which things are made again.

use super::expression::outside_quotes;
use super::live::{ConstraintKind, LiveConstraint, LiveIndex, LiveSchema};
use super::model::index_key;
use super::name::{qualified, quote_list};

impl LiveSchema {
    /// What the schema is after `ALTER TABLE old RENAME TO new`.
    #[must_use]
    pub fn with_table_renamed(mut self, old: &str, new: &str) -> Self {
        let namespace = self.namespace.clone();
        for table in &mut self.tables {
            if table.name == old {
                new.clone_into(&mut table.name);
                for index in &mut table.indexes {
                    index.stands_on(&namespace, new);
                }
            }
            for constraint in &mut table.constraints {
                let Some(target) = &mut constraint.target else {
                    continue;
                };
                if target.namespace == namespace && target.table == old {
                    new.clone_into(&mut target.table);
                    constraint.redefine_reference();
                }
            }
        }
        self
    }

    /// What the schema is after `ALTER TABLE table RENAME COLUMN old TO new`.
    #[must_use]
    pub fn with_column_renamed(mut self, table: &str, old: &str, new: &str) -> Self {
        let namespace = self.namespace.clone();
        let rename = |name: &mut String| {
            if name == old {
                new.clone_into(name);
            }
        };
        for live in &mut self.tables {
            let own = live.name == table;
            if own {
                live.columns
                    .iter_mut()
                    .for_each(|column| rename(&mut column.name));
                for index in &mut live.indexes {
                    index.name_column(old, new);
                }
            }
            for constraint in &mut live.constraints {
                if own {
                    constraint.columns.iter_mut().for_each(rename);
                    constraint.definition = with_identifier(&constraint.definition, old, new);
                }
                if let Some(target) = &mut constraint.target {
                    if target.namespace == namespace && target.table == table {
                        target.columns.iter_mut().for_each(rename);
                    }
                    constraint.redefine_reference();
                }
            }
        }
        self
    }
}

impl LiveConstraint {
    /// `FOREIGN KEY (…) REFERENCES …(…)` anew, with what stands behind it as it is.
    fn redefine_reference(&mut self) {
        let Some(target) = self
            .target
            .as_ref()
            .filter(|_| self.kind == ConstraintKind::ForeignKey)
        else {
            return;
        };
        let rest = outside_quotes(&self.definition)
            .filter(|(_, letter)| *letter == ')')
            .nth(1)
            .and_then(|(at, _)| self.definition.get(at + 1..))
            .unwrap_or_default();
        self.definition = format!(
            "FOREIGN KEY ({}) REFERENCES {}({}){rest}",
            quote_list(&self.columns),
            qualified(&target.namespace, &target.table),
            quote_list(&target.columns),
        );
    }
}

impl LiveIndex {
    fn stands_on(&mut self, namespace: &str, table: &str) {
        let (Some(on), Some(using)) = (
            place(&self.definition, " ON "),
            place(&self.definition, " USING "),
        ) else {
            return;
        };
        let (Some(head), Some(tail)) = (self.definition.get(..on), self.definition.get(using..))
        else {
            return;
        };
        self.definition = format!("{head} ON {}{tail}", qualified(namespace, table));
    }

    fn name_column(&mut self, old: &str, new: &str) {
        for key in &mut self.keys {
            *key = with_identifier(key, old, new);
        }
        if let Some(condition) = &mut self.condition {
            *condition = with_identifier(condition, old, new);
        }
        if let Some(using) = place(&self.definition, " USING ")
            && let (Some(head), Some(tail)) =
                (self.definition.get(..using), self.definition.get(using..))
        {
            self.definition = format!("{head}{}", with_identifier(tail, old, new));
        }
    }
}

/// Where `word` first stands outside of quotation marks.
fn place(text: &str, word: &str) -> Option<usize> {
    outside_quotes(text)
        .map(|(at, _)| at)
        .find(|at| text.get(*at..).is_some_and(|rest| rest.starts_with(word)))
}

/// An expression of a table, as PostgreSQL prints it, with another name for one of its columns.
/// What stands behind a dot or a colon, or before a parenthesis, is a type or a function.
fn with_identifier(text: &str, old: &str, new: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    let mut before = ' ';
    while let Some(letter) = rest.chars().next() {
        let (token, name) = token(rest);
        let behind = rest.get(token.len()..).unwrap_or_default();
        let is_column = name.as_deref() == Some(old)
            && !matches!(before, '.' | ':')
            && !behind.starts_with('(');
        if is_column {
            result.push_str(&index_key(new));
        } else {
            result.push_str(token);
        }
        if !letter.is_whitespace() {
            before = token.chars().next_back().unwrap_or(letter);
        }
        rest = behind;
    }
    result
}

/// Whether an expression of a table, as PostgreSQL prints it, names one of its columns.
pub(super) fn mentions(text: &str, column: &str) -> bool {
    let mut rest = text;
    let mut before = ' ';
    while let Some(letter) = rest.chars().next() {
        let (token, name) = token(rest);
        rest = rest.get(token.len()..).unwrap_or_default();
        if name.as_deref() == Some(column) && !matches!(before, '.' | ':') && !rest.starts_with('(')
        {
            return true;
        }
        if !letter.is_whitespace() {
            before = token.chars().next_back().unwrap_or(letter);
        }
    }
    false
}

/// The next word, quoted name, literal or other character, and the name that it is.
pub(super) fn token(text: &str) -> (&str, Option<String>) {
    let mut letters = text.char_indices();
    let Some((_, first)) = letters.next() else {
        return (text, None);
    };
    let quoted = |quote: char| {
        let mut end = text.len();
        let mut doubled = false;
        let mut rest = text.char_indices().skip(1).peekable();
        while let Some((at, letter)) = rest.next() {
            if doubled {
                doubled = false;
            } else if letter == quote {
                if rest.peek().is_some_and(|(_, next)| *next == quote) {
                    doubled = true;
                } else {
                    end = at + letter.len_utf8();
                    break;
                }
            }
        }
        text.get(..end).unwrap_or(text)
    };
    match first {
        '\'' => (quoted('\''), None),
        '"' => {
            let token = quoted('"');
            let inner = token.get(1..token.len() - 1).unwrap_or_default();
            (token, Some(inner.replace("\"\"", "\"")))
        }
        _ if first.is_alphanumeric() || first == '_' => {
            let end = letters
                .find(|(_, letter)| !(letter.is_alphanumeric() || matches!(letter, '_' | '$')))
                .map_or(text.len(), |(at, _)| at);
            let word = text.get(..end).unwrap_or(text);
            (word, Some(word.to_owned()))
        }
        _ => (text.get(..first.len_utf8()).unwrap_or(text), None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::live::{LiveTable, LiveTarget};
    use crate::schema::model::OnDelete;

    #[test]
    fn a_column_is_renamed_and_nothing_else() {
        let renamed = |text: &str| with_identifier(text, "lead", "new one");
        assert_eq!(
            renamed("CHECK ((lead <> 'lead'::text))"),
            "CHECK ((\"new one\" <> 'lead'::text))"
        );
        assert_eq!(
            renamed("lower(lead) || leads || public.lead(x)"),
            "lower(\"new one\") || leads || public.lead(x)"
        );
        assert_eq!(renamed("'it''s lead'"), "'it''s lead'");
        assert_eq!(renamed("\"lead\""), "\"new one\"");
        assert_eq!(
            with_identifier("\"a\"\"b\" > 1", "a\"b", "plain"),
            "plain > 1"
        );
    }

    #[test]
    fn a_column_is_found_in_an_expression() {
        assert!(mentions("lower(title)", "title"));
        assert!(mentions("((\"a b\" > 1))", "a b"));
        assert!(!mentions(
            "title(x) || subtitle || 'title'::public.title",
            "title"
        ));
    }

    #[test]
    fn definitions_follow_a_rename() {
        let reference = LiveConstraint {
            name: "k".into(),
            kind: ConstraintKind::ForeignKey,
            validated: true,
            plain: true,
            columns: vec!["lead_id".into()],
            definition:
                "FOREIGN KEY (lead_id) REFERENCES public.leads(id) ON DELETE CASCADE NOT VALID"
                    .into(),
            target: Some(LiveTarget {
                namespace: "public".into(),
                table: "leads".into(),
                columns: vec!["id".into()],
                on_delete: OnDelete::Cascade,
                plain: true,
            }),
        };
        let index = LiveIndex {
            name: "lead_id".into(),
            definition: "CREATE INDEX lead_id ON public.leads USING btree (lead_id) WHERE (lead_id IS NOT NULL)".into(),
            keys: vec!["lead_id".into()],
            ..LiveIndex::default()
        };
        let table = LiveTable {
            name: "leads".into(),
            constraints: vec![reference],
            indexes: vec![index],
            ..LiveTable::default()
        };
        let live = LiveSchema {
            namespace: "public".into(),
            tables: vec![table],
            ..LiveSchema::default()
        }
        .with_table_renamed("leads", "all")
        .with_column_renamed("all", "lead_id", "of");
        let table = live.table("all").unwrap();
        assert_eq!(
            table.constraints[0].definition,
            r#"FOREIGN KEY ("of") REFERENCES "public"."all"("id") ON DELETE CASCADE NOT VALID"#
        );
        assert_eq!(
            table.indexes[0].definition,
            "CREATE INDEX lead_id ON \"public\".\"all\" USING btree (of) WHERE (of IS NOT NULL)"
        );
    }
}
