//! What moved: the flow as a picture, and the counts that add up.

use maud::{Markup, html};

use super::Report;
use super::page::{heads, wide};
use super::picture::flow;
use crate::numbers::thousands;

impl Report {
    /// From collections to tables: (collection or step, table) → rows. What is in quarantine goes
    /// to a place of its own.
    fn streams(&self) -> Vec<(String, String, u64)> {
        // What migration made for itself comes from no collection.
        let rows = self.history.flow.iter();
        let rows = rows.filter(|((from, _), _)| !from.starts_with('#'));
        let mut streams: Vec<(String, String, u64)> = rows
            .map(|((from, to), count)| (from.clone(), to.clone(), *count))
            .collect();
        let place = self.w("quarantine");
        if let Some(comparison) = &self.comparison {
            let quarantined = comparison
                .collections
                .iter()
                .filter(|(_, proof)| proof.quarantined > 0);
            streams.extend(
                quarantined.map(|(name, proof)| (name.clone(), place.clone(), proof.quarantined)),
            );
        } else {
            let quarantined = self.history.documents.iter();
            let quarantined = quarantined.filter(|((_, state), _)| state == "quarantined");
            streams.extend(
                quarantined.map(|((name, _), count)| (name.clone(), place.clone(), *count)),
            );
        }
        streams
    }

    pub(super) fn moved(&self) -> Markup {
        let streams = self.streams();
        let label = self.w("Where the rows in V3 come from: on the left collections or steps, on the right tables; the wider, the more rows");
        html! {
            section {
                h2 { (self.w("What moved")) }
                @if streams.is_empty() {
                    p { (self.w("Nothing that was migrated is in V3.")) }
                } @else {
                    figure {
                        figcaption { (label) }
                        (flow(&streams, &label))
                    }
                }
                (self.compared())
                (self.settled())
            }
        }
    }

    /// What the check compared.
    fn compared(&self) -> Markup {
        let Some(comparison) = &self.comparison else {
            return html! {};
        };
        let title = self.w("Every document that was read has one place");
        let head = [
            "Collection",
            "Read",
            "In V3",
            "Repeated",
            "Quarantined",
            "Differing",
        ]
        .map(|name| self.w(name));
        let collections = html! {
            table {
                caption { (title) }
                (heads(&head, 1))
                tbody {
                    @for (name, proof) in &comparison.collections {
                        tr {
                            th scope="row" { (name) }
                            @for count in [proof.read, proof.in_place, proof.repeated, proof.quarantined, proof.differing + proof.taken_back] {
                                td.number { (thousands(count)) }
                            }
                        }
                    }
                }
            }
        };
        let rows_title = self.w("Rows that the mapping makes of them");
        let head = ["Table", "Rows", "Missing or differing"].map(|name| self.w(name));
        let rows = html! {
            table {
                caption { (rows_title) }
                (heads(&head, 1))
                tbody {
                    @for (table, rows) in &comparison.rows {
                        tr {
                            th scope="row" { (table) }
                            td.number { (thousands(*rows)) }
                            td.number { (thousands(comparison.otherwise(table))) }
                        }
                    }
                }
            }
        };
        html! { (wide(&title, &collections)) (wide(&rows_title, &rows)) }
    }

    /// What became of the documents, by the ledger, over all runs.
    fn settled(&self) -> Markup {
        if self.history.documents.is_empty() {
            return html! {};
        }
        let title = self.w("What became of the documents, over all runs");
        let head = ["Collection", "State", "Documents"].map(|name| self.w(name));
        let table = html! {
            table {
                caption { (title) }
                (heads(&head, 2))
                tbody {
                    @for ((collection, state), count) in &self.history.documents {
                        tr {
                            th scope="row" { (collection) }
                            td { (self.w(state)) }
                            td.number { (thousands(*count)) }
                        }
                    }
                }
            }
        };
        wide(&title, &table)
    }
}
