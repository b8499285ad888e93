//! From what was gathered of a field to what is told of it.

use super::assessment::{
    Counted, Estimate, Field as Told, Lengths, Numbers, Similar, Texts, Times,
};
use super::collection::counted;
use super::field::{Field, Span};
use super::kind::Kind;
use super::names::Personal;
use super::paths::{Finished, parent_of};
use super::shape::{shape, shown_code};
use super::text::Form;

/// Documents that a value of a short list must stand in to be shown as it is.
const SHOWN_FROM: u64 = 3;
/// Shapes of a field's text that are told.
const SHAPES: usize = 12;

/// All fields of a collection, in byte order of their paths.
pub(super) fn fields(documents: u64, paths: &Finished) -> Vec<Told> {
    paths
        .fields
        .iter()
        .map(|(path, (depth, field))| {
            let of = match parent_of(path) {
                "" => documents,
                parent => paths.fields.get(parent).map_or(0, |(_, parent)| {
                    parent.kind(Kind::Map) + parent.kind(Kind::Array)
                }),
            };
            let mut told = tell(path, *depth, of, field);
            told.data_keys = paths.dictionaries.get(path).map(|keys| *keys as u64);
            told.secrets = counted(
                paths
                    .secrets
                    .iter()
                    .filter(|((place, _), _)| place == path)
                    .map(|((_, kind), sighting)| ((*kind).to_owned(), sighting.values)),
            );
            told
        })
        .collect()
}

fn tell(path: &str, depth: u8, of: u64, field: &Field) -> Told {
    let types = counted(
        Kind::ALL
            .into_iter()
            .map(|kind| (kind.label().to_owned(), field.kind(kind))),
    );
    let kinds = Kind::ALL
        .into_iter()
        .filter(|kind| *kind != Kind::Null && field.kind(*kind) > 0)
        .count();
    let (distinct, exact) = field.distinct.count();
    Told {
        path: path.to_owned(),
        depth,
        documents: field.documents,
        values: field.values,
        of,
        types,
        mixed: kinds > 1,
        distinct: Estimate {
            count: distinct,
            exact,
        },
        numbers: numbers(field),
        times: times(field),
        texts: texts(field),
        truths: (field.kind(Kind::Boolean) > 0).then_some(field.truths),
        lengths: lengths(field.lengths),
        data_keys: None,
        samples: samples(field),
        references: counted(
            field
                .targets
                .iter()
                .map(|(name, target)| (name.clone(), target.values)),
        ),
        foreign_references: field.foreign,
        links: Vec::new(),
        similar: similar(field),
        personal: personal(field).map(Personal::label),
        secrets: Vec::new(),
    }
}

fn lengths(span: Span) -> Option<Lengths> {
    (span.count > 0).then(|| Lengths {
        least: span.least,
        mean: span.total / span.count,
        most: span.most,
    })
}

fn numbers(field: &Field) -> Option<Numbers> {
    if field.kind(Kind::Integer) + field.kind(Kind::Double) == 0 {
        return None;
    }
    // A telephone number kept as a number is a number, and personal all the same.
    let shown = !matches!(
        field.role.personal,
        Some(Personal::Phone | Personal::Number)
    ) && field.role.secret.is_none();
    let integers = field.integers;
    let doubles = field.doubles.and_then(|(least, most)| {
        Some((
            serde_json::Number::from_f64(least)?,
            serde_json::Number::from_f64(most)?,
            least,
            most,
        ))
    });
    let (least, most) = match (integers, doubles) {
        (None, None) => (None, None),
        (Some((least, most)), None) => (Some(least.into()), Some(most.into())),
        (None, Some((least, most, ..))) => (Some(least), Some(most)),
        (Some((low, high)), Some((least_text, most_text, least, most))) => (
            Some(if (low as f64) <= least {
                low.into()
            } else {
                least_text
            }),
            Some(if (high as f64) >= most {
                high.into()
            } else {
                most_text
            }),
        ),
    };
    Some(Numbers {
        least: least.filter(|_| shown),
        most: most.filter(|_| shown),
        with_fraction: field.fractions,
        not_finite: field.not_finite,
        beyond_32_bits: field.beyond_32_bits,
    })
}

fn times(field: &Field) -> Option<Times> {
    if field.time_forms.is_empty() {
        return None;
    }
    let shown = field
        .times
        .filter(|_| field.role.personal != Some(Personal::Birth));
    Some(Times {
        earliest: shown.map(|(earliest, _)| earliest.to_string()),
        latest: shown.map(|(_, latest)| latest.to_string()),
        forms: counted(
            field
                .time_forms
                .iter()
                .map(|(form, count)| (form.label().to_owned(), *count)),
        ),
    })
}

fn texts(field: &Field) -> Option<Texts> {
    if field.kind(Kind::Text) == 0 {
        return None;
    }
    let shapes = field
        .shapes
        .as_ref()
        .filter(|shapes| shapes.len() <= SHAPES);
    let choices = choices(field);
    Some(Texts {
        blank: field.forms.get(&Form::Blank).copied().unwrap_or(0),
        characters: lengths(field.characters),
        forms: counted(
            field
                .forms
                .iter()
                .filter(|(form, _)| **form != Form::Blank)
                .map(|(form, count)| (form.label().to_owned(), *count)),
        ),
        shapes: match shapes {
            Some(shapes) if choices.is_empty() => {
                counted(shapes.iter().map(|(what, count)| (what.clone(), *count)))
            }
            _ => Vec::new(),
        },
        choices,
        with_nul: field.with_nul,
        oddly_written: field.odd,
        mentioning_email: field.mentions_email,
    })
}

/// The values of a short list: as they stand where several documents share them and nothing
/// personal is in them, else by their shapes.
fn choices(field: &Field) -> Vec<Counted> {
    let Some(choices) = &field.choices else {
        return Vec::new();
    };
    let mut shown: std::collections::BTreeMap<String, u64> = std::collections::BTreeMap::new();
    let mut any = false;
    for (text, choice) in choices {
        let digits = text.chars().filter(|c| c.is_numeric()).count();
        let personal = digits >= 6
            || !is_code(text)
            || super::text::mentions_email(text)
            || matches!(
                super::text::form_of(text, field.role),
                Form::Email
                    | Form::Phone
                    | Form::Token
                    | Form::AutoId
                    | Form::UserId
                    | Form::Uuid
                    | Form::Url
            )
            || !super::secrets::in_text(text).is_empty();
        if choice.documents >= SHOWN_FROM && !personal {
            any = true;
            *shown.entry(format!("{text:?}")).or_default() += choice.values;
        } else {
            *shown.entry(shape(text)).or_default() += choice.values;
        }
    }
    if any {
        counted(shown.into_iter())
    } else {
        Vec::new()
    }
}

/// Words that lists of states and kinds are made of.
const LIST_WORDS: &str = "a active and approved archived at back business call cancelled closed \
    cold completed contacted customer demo disqualified done due email existing failed follow for \
    free high hold hot in inactive interested lead lost low medium needs negotiation new no none \
    not of on open or partially pending progress proposal qualified rejected review risk scheduled \
    sent show started strong to up waiting warm weak won";

/// Whether a value is one that programs read: one word, or known ones. Other words with blanks
/// between them, and ideographs, may as well be somebody's name or a note.
fn is_code(text: &str) -> bool {
    let one_word = |word: &str| {
        word.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_-./:&+".contains(&byte))
    };
    let known = |word: &str| {
        let mut words = LIST_WORDS.split(' ');
        words.any(|known| known.eq_ignore_ascii_case(word))
    };
    one_word(text) || text.split(' ').all(known)
}

fn samples(field: &Field) -> Vec<String> {
    let mut samples: Vec<String> = field.samples.values().cloned().collect();
    samples.sort();
    samples.dedup();
    samples
}

fn similar(field: &Field) -> Vec<Similar> {
    let groups = field
        .codes
        .as_ref()
        .map(super::index::Codes::groups)
        .unwrap_or_default();
    groups
        .into_iter()
        .map(|group| Similar {
            ways: group.len() as u64,
            written: group.iter().map(|text| shown_code(text)).collect(),
        })
        .collect()
}

fn personal(field: &Field) -> Option<Personal> {
    let text = field.kind(Kind::Text);
    let most = |form: Form| field.forms.get(&form).copied().unwrap_or(0) * 2 > text.max(1);
    if most(Form::Email) || field.mentions_email > 0 {
        return Some(Personal::Email);
    }
    if most(Form::Phone) {
        return Some(Personal::Phone);
    }
    if field.kind(Kind::GeoPoint) > 0 {
        return Some(Personal::Place);
    }
    let scalar = text + field.kind(Kind::Integer) + field.kind(Kind::Timestamp);
    field.role.personal.filter(|_| scalar > 0)
}
