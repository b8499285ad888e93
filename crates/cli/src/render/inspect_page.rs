//! What `v2-inspect` found, as one HTML file that needs nothing else.

use maud::{DOCTYPE, Markup, PreEscaped, html};
use sunset_core::inspect::{Assessment, Collection, Field, Gravity};

use super::inspect::{count, gravity_word, headline, name, summary, visible};
use super::inspect_field::{coverage, from_to, remarks, types};
use crate::numbers::{bytes, thousands};

/// Upper bounds of the sizes in the picture.
const SIZES: [&str; 5] = [
    "below 1 KiB",
    "below 10 KiB",
    "below 100 KiB",
    "below 900 KiB",
    "900 KiB or more",
];

/// The whole page.
pub fn inspect_html(assessment: &Assessment, version: &str) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "What is in V2" }
                style { (PreEscaped(include_str!("report/report.css"))) (PreEscaped(include_str!("inspect.css"))) }
            }
            body {
                header {
                    h1 { "What is in V2" }
                    p { (headline(assessment)) }
                    p.note { "Text is shown by its shape: A and a for letters, 9 for digits, 字 for ideographs; quoted text as it stands. Secrets are shown by place and kind alone." }
                }
                main {
                    (findings(assessment))
                    (overview(assessment))
                    @for (index, one) in assessment.collections.iter().enumerate() { (collection(one, index)) }
                }
                footer { p { "sunset " (version) ", v2-inspect" } }
            }
        }
    };
    page.into_string()
}

fn findings(assessment: &Assessment) -> Markup {
    html! {
        section {
            h2 { "What to know before migrating" }
            @if assessment.findings.is_empty() { p { "Nothing stands out." } }
            @for finding in &assessment.findings {
                article.finding.(class(finding.gravity)) {
                    h3 { span.gravity { (gravity_word(finding.gravity)) } " " (finding.what) }
                    ul {
                        @for place in &finding.places { li { code { (visible(place)) } } }
                        @if finding.more_places > 0 { li { "… and " (count(finding.more_places, "more place", "more places")) } }
                    }
                    p { "Next: " (finding.advice) "." }
                }
            }
        }
    }
}

fn class(gravity: Gravity) -> &'static str {
    match gravity {
        Gravity::Act => "act",
        Gravity::Decide => "decide",
        Gravity::Know => "know",
    }
}

fn overview(assessment: &Assessment) -> Markup {
    html! {
        section {
            h2 { "Collections" }
            table {
                thead { tr {
                    th scope="col" { "Collection" } th scope="col" { "Documents" } th scope="col" { "Unreadable" }
                    th scope="col" { "Size" } th scope="col" { "Largest" } th scope="col" { "Fields" }
                } }
                tbody {
                    @for (index, one) in assessment.collections.iter().enumerate() {
                        tr {
                            th scope="row" { a href=(format!("#c{index}")) { (name(one)) } }
                            td { @if !one.whole { "the first " } (thousands(one.documents)) }
                            td { (thousands(one.unreadable)) }
                            td { (bytes(one.sizes.total)) }
                            td { @if let Some(largest) = one.sizes.largest.first() { (bytes(largest.bytes)) } }
                            td { (thousands(one.fields.len() as u64 + one.more_paths.count)) }
                        }
                    }
                }
            }
            @if let Some(subcollections) = &assessment.subcollections {
                p { "Subcollections: "
                    @if subcollections.is_empty() { "none was found." }
                    @for (index, path) in subcollections.iter().enumerate() { @if index > 0 { ", " } code { (visible(path)) } }
                }
            } @else { p { "Nobody looked for subcollections." } }
        }
    }
}

fn collection(one: &Collection, index: usize) -> Markup {
    html! {
        section id=(format!("c{index}")) {
            h2 { (name(one)) }
            p { (summary(one)) }
            dl {
                @if !one.id_shapes.is_empty() {
                    dt { "Ids" }
                    dd {
                        @for (index, shape) in one.id_shapes.iter().enumerate() {
                            @if index > 0 { ", " } code { (visible(&shape.what)) } " " (thousands(shape.count))
                        }
                        @if one.other_ids > 0 { ", others " (thousands(one.other_ids)) }
                    }
                }
                @if let Some([first, last]) = &one.created { dt { "Created" } dd { (from_to(first, last)) } }
                @if let Some([first, last]) = &one.updated { dt { "Updated" } dd { (from_to(first, last)) } }
                @if one.documents > 0 {
                    dt { "Sizes" }
                    dd {
                        @for (label, count) in SIZES.iter().zip(one.sizes.histogram).filter(|(_, count)| *count > 0) {
                            span.size { (thousands(count)) " " (label) }
                        }
                    }
                }
            }
            @if !one.unreadable_examples.is_empty() {
                p { "Cannot be read:" }
                ul { @for bad in &one.unreadable_examples { li { code { (visible(&bad.place)) } " " (visible(&bad.why)) } } }
            }
            @if !one.fields.is_empty() { (fields(one)) }
            @if one.more_paths.count > 0 {
                p { "… and " @if !one.more_paths.exact { "about " } (thousands(one.more_paths.count)) " more paths, with "
                    (thousands(one.values_at_more_paths)) " values." }
            }
        }
    }
}

fn fields(one: &Collection) -> Markup {
    html! {
        table.fields {
            thead { tr { th scope="col" { "Field" } th scope="col" { "Stands in" } th scope="col" { "Type" } th scope="col" { "What is known" } } }
            tbody { @for field in &one.fields { (row(field)) } }
        }
    }
}

fn row(field: &Field) -> Markup {
    html! {
        tr {
            th scope="row" style=(format!("--depth:{}", field.depth.saturating_sub(1).min(6))) { code { (visible(&field.path)) } }
            td.share { (coverage(field)) }
            td { @if field.mixed { span.fail { (types(field)) } } @else { (types(field)) } }
            td { @for remark in remarks(field) { span.remark { (visible(&remark)) } } }
        }
    }
}
