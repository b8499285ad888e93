//! The collections of a plan file: what is written about them, checked against the tables.

use std::collections::BTreeMap;
use std::sync::Arc;

use toml::Spanned;

use super::numbering::Pattern;
use super::place::PlanText;
use super::rules::{self, NumberRule, ReferenceRule, Rule, Source, WordMap};
use super::syntax::{self, From};
use super::transforms;
use crate::error::Result;
use crate::row::{CellKind, Shape};
use crate::schema::model::{ColumnType, Schema, Table};

/// One collection, and the table that its documents go to: one row a document.
#[derive(Debug, Clone)]
pub(super) struct Collection {
    pub name: String,
    pub label: String,
    pub shape: Arc<Shape>,
    /// One a column of the shape.
    pub rules: Vec<Rule>,
    pub created: Option<String>,
    pub number: Option<NumberRule>,
    pub references: Vec<ReferenceRule>,
}

/// The types of columns that documents can go to.
pub(super) fn kind_of(column_type: &ColumnType) -> Option<CellKind> {
    Some(match column_type {
        ColumnType::Text => CellKind::Text,
        ColumnType::Integer => CellKind::Integer,
        ColumnType::Boolean => CellKind::Boolean,
        ColumnType::Timestamp => CellKind::Timestamp,
        ColumnType::Jsonb => CellKind::Json,
        _ => return None,
    })
}

/// What is known while a file's collections are read.
pub(super) struct Reading<'a> {
    pub text: PlanText<'a>,
    pub schema: &'a Schema,
    pub numbers: &'a BTreeMap<String, Pattern>,
    /// The collections above.
    pub before: Vec<Collection>,
}

/// The collection that is being read.
pub(super) struct Under<'a> {
    pub table: &'a Table,
    pub shape: &'a Shape,
    /// The collection's name.
    pub collection: &'a str,
    pub number: Option<NumberRule>,
    pub references: Vec<ReferenceRule>,
}

impl Reading<'_> {
    /// Reads one collection; those before it were read before.
    pub fn collection(&mut self, collection: &syntax::Collection) -> Result<()> {
        let text = self.text;
        let name = collection.name.get_ref();
        if name.is_empty() || name.contains(['#', '/']) {
            let what = format!("{name:?} is no name of a root collection");
            return Err(text.fault(collection.name.span(), what));
        }
        if self.before.iter().any(|other| other.name == *name) {
            let what = format!("the collection {name} stands here a second time");
            return Err(text.fault(collection.name.span(), what));
        }
        let schema = self.schema;
        let Some(table) = schema.table(collection.table.get_ref()) else {
            let what = format!("there is no [[table]] {:?}", collection.table.get_ref());
            return Err(text.fault(collection.table.span(), what));
        };
        let shape = self.shape(table, collection)?;
        let shared = self
            .before
            .iter()
            .find(|each| each.shape.table == table.name);
        if let Some(other) = shared.filter(|other| *other.shape != shape) {
            let what = format!(
                "{} goes to the table {}, too: both must write the same columns",
                other.name, table.name
            );
            return Err(text.fault(collection.table.span(), what));
        }
        let mut under = Under {
            table,
            shape: &shape,
            collection: name,
            number: None,
            references: Vec::new(),
        };
        let mut written = Vec::new();
        for (position, (column, kind)) in shape.columns.iter().enumerate() {
            let entry = collection
                .columns
                .iter()
                .find(|(each, _)| each.get_ref() == column);
            if let Some((_, rule)) = entry {
                written.push(self.rule(&mut under, rule, (position, column, *kind))?);
            }
        }
        if let Some(rule) = written.first()
            && rule.source != Source::DocumentId
        {
            let what = format!(
                "the column id of {} comes from = \"document_id\"",
                table.name
            );
            return Err(text.fault(collection.table.span(), what));
        }
        let (number, references) = (under.number, under.references);
        self.before.push(Collection {
            name: name.clone(),
            label: collection.label.clone().unwrap_or_else(|| name.clone()),
            shape: Arc::new(shape),
            rules: written,
            created: collection.created.clone(),
            number,
            references,
        });
        Ok(())
    }

    /// The columns that have a rule, in the table's order.
    fn shape(&self, table: &Table, collection: &syntax::Collection) -> Result<Shape> {
        let text = self.text;
        for column in collection.columns.keys() {
            if table.column(column.get_ref()).is_none() {
                let what = format!(
                    "the table {} has no column {}",
                    table.name,
                    column.get_ref()
                );
                return Err(text.fault(column.span(), what));
            }
        }
        let mut columns = Vec::new();
        for column in &table.columns {
            let named = collection
                .columns
                .keys()
                .find(|each| *each.get_ref() == column.name);
            let Some(named) = named else {
                if column.required && column.default.is_none() {
                    let what = format!(
                        "{}.{} must have a value, and no rule gives it one",
                        table.name, column.name
                    );
                    return Err(text.fault(collection.table.span(), what));
                }
                continue;
            };
            let Some(kind) = kind_of(&column.column_type) else {
                let what = format!(
                    "documents go to columns of the types text, integer, boolean, timestamp and \
                     jsonb; {} is another",
                    column.name
                );
                return Err(text.fault(named.span(), what));
            };
            columns.push((column.name.clone(), kind));
        }
        if columns.first() != Some(&("id".to_owned(), CellKind::Text)) {
            let what = format!(
                "a table that documents go to begins with the column id, of type text; {} does not",
                table.name
            );
            return Err(text.fault(collection.table.span(), what));
        }
        Ok(Shape {
            table: table.name.clone(),
            columns,
        })
    }

    pub(super) fn rule(
        &self,
        under: &mut Under<'_>,
        written: &Spanned<syntax::Rule>,
        (position, column, kind): (usize, &str, CellKind),
    ) -> Result<Rule> {
        let text = self.text;
        let rule = written.get_ref();
        let fault = |what: &str| Err(text.fault(written.span(), what));
        let fields = match (&rule.field, &rule.fields) {
            (Some(_), Some(_)) => return fault("a rule has `field` or `fields`, not both"),
            (Some(field), None) => vec![field.clone()],
            (None, Some(fields)) => fields.clone(),
            (None, None) => Vec::new(),
        };
        if fields.iter().any(String::is_empty) {
            return fault("a field without a name");
        }
        let takes_fields = matches!(rule.from, Some(From::Number | From::Reference));
        let sources = usize::from(rule.from.is_some())
            + usize::from(rule.value.is_some())
            + usize::from(rule.column.is_some())
            + usize::from(!fields.is_empty() && !takes_fields);
        if sources != 1 {
            return fault("a rule has one of `field`, `fields`, `value`, `column` and `from`");
        }
        self.check_companions(written)?;
        let transforms = transforms::read(text, &rule.transform)?;
        let map = rule.map.as_ref().map(|map| WordMap {
            words: map
                .iter()
                .map(|(from, to)| (from.trim().to_lowercase(), to.clone()))
                .collect(),
            otherwise: rule.otherwise.clone(),
            warning: format!("unknown_{column}"),
        });
        let source = if let Some(value) = &rule.value {
            match rules::constant(value, kind) {
                Ok(cell) => Source::Constant(cell),
                Err(found) => return fault(&format!("{found} does not fit the column {column}")),
            }
        } else if let Some(other) = &rule.column {
            Source::Column(self.earlier(under, other, position, kind)?)
        } else {
            match rule.from {
                None => Source::Fields(fields),
                Some(From::DocumentId) => Source::DocumentId,
                Some(From::Owner) => Source::Owner,
                Some(From::Created) => Source::Created,
                Some(From::LeftOver) => Source::LeftOver,
                Some(From::Number) => {
                    let number = self.number(under, written, fields, transforms.clone(), column)?;
                    under.number = Some(number);
                    Source::Number
                }
                Some(From::Reference) => {
                    let rule =
                        self.reference(under, written, fields, transforms.clone(), column)?;
                    under.references.push(rule);
                    Source::Reference(under.references.len() - 1)
                }
            }
        };
        let wanted = match (&source, &map) {
            (Source::Created, _) => Some(CellKind::Timestamp),
            (Source::LeftOver, _) => Some(CellKind::Json),
            (Source::Fields(_), None) if transforms.is_empty() => None,
            (Source::Constant(_) | Source::Column(_), None) => None,
            _ => Some(CellKind::Text),
        };
        if wanted.is_some_and(|wanted| wanted != kind) {
            return fault(&format!(
                "what this rule gives does not fit the type of {column}"
            ));
        }
        if rule.limits.is_some() && kind != CellKind::Integer {
            return fault("`limits` are for columns of type integer");
        }
        let [low, high] = rule.limits.unwrap_or([i32::MIN, i32::MAX]);
        let or = match &rule.or {
            None => None,
            Some(or) => {
                let plain = matches!(
                    or.get_ref().from,
                    None | Some(From::DocumentId | From::Created)
                );
                if !plain {
                    let what = "behind `or` stand fields, a value, a column, the document's id or \
                                when it was made";
                    return Err(text.fault(or.span(), what));
                }
                Some(Box::new(self.rule(under, or, (position, column, kind))?))
            }
        };
        Ok(Rule {
            source,
            kind,
            transforms,
            map,
            limits: (low, high),
            or,
        })
    }

    /// What stands in a rule for nothing is a mistake.
    fn check_companions(&self, written: &Spanned<syntax::Rule>) -> Result<()> {
        let rule = written.get_ref();
        let number = rule.from == Some(From::Number);
        let reference = rule.from == Some(From::Reference);
        let field = rule.field.is_some() || rule.fields.is_some();
        for (given, allowed, words) in [
            (
                rule.number.is_some(),
                number,
                "`number` goes with from = \"number\"",
            ),
            (
                rule.assign.is_some(),
                number,
                "`assign` goes with from = \"number\"",
            ),
            (
                rule.duplicate.is_some(),
                number,
                "`duplicate` goes with from = \"number\"",
            ),
            (
                rule.to.is_some(),
                reference,
                "`to` goes with from = \"reference\"",
            ),
            (
                rule.absent.is_some(),
                reference,
                "`absent` goes with from = \"reference\"",
            ),
            (
                rule.dangling.is_some(),
                reference,
                "`dangling` goes with from = \"reference\"",
            ),
            (
                rule.map.is_some(),
                field && !number && !reference,
                "`map` goes with fields",
            ),
            (
                rule.otherwise.is_some(),
                rule.map.is_some(),
                "`otherwise` goes with `map`",
            ),
            (
                rule.or.is_some(),
                !number && !reference && rule.from != Some(From::LeftOver),
                "`or` goes with rules of one column alone",
            ),
        ] {
            if given && !allowed {
                return Err(self.text.fault(written.span(), words));
            }
        }
        Ok(())
    }

    fn earlier(
        &self,
        under: &Under<'_>,
        other: &Spanned<String>,
        position: usize,
        kind: CellKind,
    ) -> Result<usize> {
        let found = under.shape.position(other.get_ref());
        found
            .filter(|found| *found < position && under.shape.columns[*found].1 == kind)
            .ok_or_else(|| {
                let what = format!(
                    "{} is no column of {} that stands before this one, has its type and a rule",
                    other.get_ref(),
                    under.table.name
                );
                self.text.fault(other.span(), what)
            })
    }
}
