//! What `v2-inspect` found, as one HTML file that needs nothing else.

use maud::{DOCTYPE, Markup, PreEscaped, html};
use sunset_core::inspect::{Assessment, Collection, Field, Gravity};

use super::inspect::{count, gravity_word, headline, more_paths, name, summary, visible};
use super::inspect_field::{coverage, from_to, remarks, types};
use crate::language::Language;
use crate::numbers::{bytes, thousands};

/// Places that the page names of a finding or a collection.
const PLACES: usize = 20;

/// Upper bounds of the sizes in the picture.
const SIZES: [&str; 5] = [
    "below 1 KiB",
    "below 10 KiB",
    "below 100 KiB",
    "below 900 KiB",
    "900 KiB or more",
];

/// The whole page.
pub fn inspect_html(assessment: &Assessment, version: &str, language: Language) -> String {
    let w = |words: &str| language.words(words).into_owned();
    let page = html! {
        (DOCTYPE)
        html lang=(language.tag()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (w("What is in V2")) }
                style { (PreEscaped(include_str!("report/report.css"))) (PreEscaped(include_str!("inspect.css"))) }
            }
            body {
                header {
                    h1 { (w("What is in V2")) }
                    p { (w(&headline(assessment))) }
                    p.note { (w("Text is shown by its shape: A and a for letters, 9 for digits, 字 for ideographs; quoted text as it stands. Secrets are shown by place and kind alone.")) }
                }
                main {
                    (findings(assessment, language))
                    (overview(assessment, language))
                    @for (index, one) in assessment.collections.iter().enumerate() { (collection(one, index, language)) }
                }
                footer { p { "sunset " (version) ", v2-inspect" } }
            }
        }
    };
    page.into_string()
}

fn findings(assessment: &Assessment, language: Language) -> Markup {
    let w = |words: &str| language.words(words).into_owned();
    html! {
        section {
            h2 { (w("What to know before migrating")) }
            @if assessment.findings.is_empty() { p { (w("Nothing stands out.")) } }
            @for finding in &assessment.findings {
                article.finding.(class(finding.gravity)) {
                    h3 { span.gravity { (w(gravity_word(finding.gravity))) } " " (w(&finding.what)) }
                    ul {
                        @for place in finding.places.iter().take(PLACES) { li { code { (visible(place)) } } }
                        @if let Some(more) = more(finding.places.len(), finding.more_places) { li { (w(&more).trim_start_matches("- ")) } }
                    }
                    p { (w(&format!("next: {}", finding.advice))) }
                }
            }
        }
    }
}

/// What is said of places beyond those that the page names: of those at hand, and of others.
fn more(at_hand: usize, others: u64) -> Option<String> {
    let more = at_hand.saturating_sub(PLACES) as u64 + others;
    (more > 0).then(|| format!("- … and {}", count(more, "more place", "more places")))
}

fn class(gravity: Gravity) -> &'static str {
    match gravity {
        Gravity::Act => "act",
        Gravity::Decide => "decide",
        Gravity::Know => "know",
    }
}

fn overview(assessment: &Assessment, language: Language) -> Markup {
    let w = |words: &str| language.words(words).into_owned();
    html! {
        section {
            h2 { (w("Collections")) }
            table {
                thead { tr {
                    th scope="col" { (w("Collection")) } th scope="col" { (w("Documents")) } th scope="col" { (w("Unreadable")) }
                    th scope="col" { (w("Size")) } th scope="col" { (w("Largest")) } th scope="col" { (w("Fields")) }
                } }
                tbody {
                    @for (index, one) in assessment.collections.iter().enumerate() {
                        tr {
                            th scope="row" { a href=(format!("#c{index}")) { (name(one)) } }
                            td { @if !one.whole { (w("the first")) " " } (thousands(one.documents)) }
                            td { (thousands(one.unreadable)) }
                            td { (bytes(one.sizes.total)) }
                            td { @if let Some(largest) = one.sizes.largest.first() { (bytes(largest.bytes)) } }
                            td { (thousands(one.fields.len() as u64 + one.more_paths.count)) }
                        }
                    }
                }
            }
            @if let Some(subcollections) = &assessment.subcollections {
                p { (w("Subcollections")) ": "
                    @if subcollections.is_empty() { (w("none was found.")) }
                    @for (index, path) in subcollections.iter().enumerate() { @if index > 0 { ", " } code { (visible(path)) } }
                }
            } @else { p { (w("Nobody looked for subcollections.")) } }
        }
    }
}

fn collection(one: &Collection, index: usize, language: Language) -> Markup {
    let w = |words: &str| language.words(words).into_owned();
    html! {
        section id=(format!("c{index}")) {
            h2 { (name(one)) }
            p { (w(&summary(one))) }
            dl {
                @if !one.id_shapes.is_empty() {
                    dt { (w("Ids")) }
                    dd {
                        @for (index, shape) in one.id_shapes.iter().enumerate() {
                            @if index > 0 { ", " } code { (visible(&shape.what)) } " " (thousands(shape.count))
                        }
                        @if one.other_ids > 0 { ", " (w("others")) " " (thousands(one.other_ids)) }
                    }
                }
                @if let Some([first, last]) = &one.created { dt { (w("Created")) } dd { (w(&from_to(first, last))) } }
                @if let Some([first, last]) = &one.updated { dt { (w("Updated")) } dd { (w(&from_to(first, last))) } }
                @if one.documents > 0 {
                    dt { (w("Sizes")) }
                    dd {
                        @for (label, count) in SIZES.iter().zip(one.sizes.histogram).filter(|(_, count)| *count > 0) {
                            span.size { (thousands(count)) " " (w(label)) }
                        }
                    }
                }
            }
            @if !one.unreadable_examples.is_empty() {
                p { (w("Cannot be read:")) }
                ul {
                    @for bad in one.unreadable_examples.iter().take(PLACES) { li { code { (visible(&bad.place)) } " " (visible(&bad.why)) } }
                    @if let Some(more) = more(one.unreadable_examples.len(), one.unreadable - one.unreadable_examples.len() as u64) { li { (w(&more).trim_start_matches("- ")) } }
                }
            }
            @if !one.fields.is_empty() { (fields(one, language)) }
            @if one.more_paths.count > 0 {
                p { (w(&more_paths(one))) }
            }
        }
    }
}

fn fields(one: &Collection, language: Language) -> Markup {
    let w = |words: &str| language.words(words).into_owned();
    html! {
        table.fields {
            thead { tr { th scope="col" { (w("Field")) } th scope="col" { (w("Stands in")) } th scope="col" { (w("Type")) } th scope="col" { (w("What is known")) } } }
            tbody { @for field in &one.fields { (row(field, language)) } }
        }
    }
}

fn row(field: &Field, language: Language) -> Markup {
    html! {
        tr {
            th scope="row" style=(format!("--depth:{}", field.depth.saturating_sub(1).min(6))) { code { (visible(&field.path)) } }
            td.share { (coverage(field)) }
            td { @if field.mixed { span.fail { (types(field)) } } @else { (types(field)) } }
            td { @for remark in remarks(field) { span.remark { (language.words(&visible(&remark))) } } }
        }
    }
}
