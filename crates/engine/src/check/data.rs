//! Documents and rows.

use std::collections::BTreeMap;

use sunset_core::check::{Check, Finding, Section, Severity};
use sunset_core::error::Result;
use sunset_core::plans::{DocumentPlan, Integrity};
use sunset_core::ports::verify::{LedgerFault, Required, RowDifference, RowFault, RowVerifier};
use sunset_core::report::Comparison;
use sunset_core::row::{CellKind, Shape};

use super::found;

/// The data section: what the comparison found, and what must hold in V3 whatever V2 holds
/// (`integrity`, as far as it can be asked).
///
/// # Errors
/// Those of the database.
pub async fn data(
    plan: &dyn DocumentPlan,
    integrity: &Integrity,
    comparison: &Comparison,
    verifier: &dyn RowVerifier,
) -> Result<Section> {
    let mut checks = conservation(comparison);
    checks.extend(taken_back(comparison));
    for shape in plan.shapes() {
        let table = &shape.table;
        let rows = comparison.rows.get(table).copied().unwrap_or(0);
        checks.push(rows_check(comparison, table));
        let all = verifier.count(table).await?;
        let accounted = verifier.accounted(table).await?;
        let unbooked = comparison.their_rows.get(table);
        let unbooked = unbooked.map_or(0, |rows| rows.unbooked);
        checks.push(
            Check::new(
                format!("{table}: the ledger accounts for every row of V2"),
                format!("{accounted} rows in the ledger with {rows} by the mapping; {all} in the table"),
            )
            .with((accounted + unbooked != rows).then(|| {
                Finding::failure(
                    format!("the ledger accounts for {accounted} rows, the mapping makes {rows}"),
                    (accounted + unbooked).abs_diff(rows),
                    Vec::new(),
                )
                .remedy("run data-migrate again; --prune removes the rows of documents that are gone (listed below) or in quarantine now")
            }))
            .with((all > accounted).then(|| {
                Finding::note(
                    "rows were not written by the migration",
                    all - accounted,
                    Vec::new(),
                )
            })),
        );
        let filled = verifier.filled(&with_derived(&shape, plan)).await?;
        checks.push(
            Check::new(
                format!("{table}: what V2 does not fill is empty"),
                "the other columns of every row that the migration inserted",
            )
            .with(found(FILLED, &filled).map(|finding| {
                finding.remedy(
                    "somebody entered them in V3: nothing is lost, and they are left alone; when \
                     they are meant, this check has done its work (cutover: --accept-filled)",
                )
            })),
        );
    }
    checks.extend(accounts(comparison));
    checks.push(gone(comparison));
    for key in &integrity.foreign_keys {
        if Some(&key.target) == integrity.users.as_ref() {
            continue;
        }
        let dangling = verifier.dangling(key).await?;
        checks.push(
            Check::new(
                format!("{}.{} leads somewhere", key.table, key.column),
                format!("every row with {}", key.target),
            )
            .with(found("rows refer to a row that does not exist", &dangling)),
        );
    }
    for of_table in integrity.required.chunk_by(|a, b| a.table == b.table) {
        checks.extend(required(of_table, verifier).await?);
    }
    for (table, column) in &integrity.unique {
        let twice = verifier.duplicated(table, column).await?;
        checks.push(
            Check::new(
                format!("{table}.{column} occurs once"),
                "every value".to_owned(),
            )
            .with(found("values occur more than once", &twice)),
        );
    }
    for (kind, table, column) in &integrity.numbers {
        let wrong = verifier.wrong_numbers(kind, table, column).await?;
        checks.push(
            Check::new(
                format!("assigned {kind} numbers stand in {table}.{column}"),
                "every assigned number of the ledger with its row".to_owned(),
            )
            .with(found("assigned numbers are not in their row", &wrong)),
        );
    }
    let total = comparison.compared_rows();
    let tables: Vec<String> = plan
        .shapes()
        .iter()
        .map(|shape| {
            let rows = comparison.rows.get(&shape.table).copied().unwrap_or(0);
            format!("{rows} {}", shape.table)
        })
        .collect();
    Ok(Section {
        title: "Data".into(),
        summary: format!(
            "Data: {}; {} of {total} rows equal to V2, {} documents in quarantine",
            tables.join(", "),
            comparison.equal_rows(),
            comparison.quarantined()
        ),
        checks,
        skipped: not_whole(comparison),
    })
}

/// The columns of one table that must have a value: a check of them all, a finding for each.
async fn required(columns: &[Required], verifier: &dyn RowVerifier) -> Result<Option<Check>> {
    let Some(first) = columns.first() else {
        return Ok(None);
    };
    let names: Vec<&str> = columns.iter().map(|each| each.column.as_str()).collect();
    let mut check = Check::new(
        format!("{}: what must have a value has one", first.table),
        format!("every row: {}", names.join(", ")),
    );
    for each in columns {
        let without = verifier.without_value(each).await?;
        let message = format!("rows have no value in {}", each.column);
        check = check.with(found(&message, &without));
    }
    Ok(Some(check))
}

/// What [`data`] says where users of V3 filled columns that V2 does not fill.
const FILLED: &str = "cells were filled in V3 since";

/// Whether a check found that users of V3 filled columns that V2 does not fill.
pub fn is_filled(check: &Check) -> bool {
    let mut findings = check.findings.iter();
    findings.any(|finding| finding.message == FILLED)
}

/// Makes that finding of a check a note, and gives what it is about and how many cells there are.
pub fn accept_filled(check: &mut Check) -> Option<(String, u64)> {
    let (table, _) = check.name.split_once(": ")?;
    let table = table.to_owned();
    let mut findings = check.findings.iter_mut();
    let finding = findings.find(|finding| finding.message == FILLED)?;
    finding.severity = Severity::Note;
    finding.remedy = Some("accepted (--accept-filled), and written into the record".into());
    Some((table, finding.count))
}

/// A shape with the columns that the plan's own steps fill.
fn with_derived(shape: &Shape, plan: &dyn DocumentPlan) -> Shape {
    let mut wider = shape.clone();
    let derived = plan.derived().into_iter();
    let of_table = derived.filter(|(table, _)| *table == shape.table);
    wider
        .columns
        .extend(of_table.map(|(_, column)| (column, CellKind::Text)));
    wider
}

/// Why the comparison is not whole, where it is of a sample smaller than everything.
fn not_whole(comparison: &Comparison) -> Option<String> {
    let left: u64 = comparison
        .collections
        .values()
        .map(|proof| proof.not_compared)
        .sum();
    let sample = comparison.sample?;
    (left > 0).then(|| {
        format!(
            "{left} documents outside of the sample of {sample}; leave --sample out for the proof"
        )
    })
}

/// read = repeated + in place + quarantined + differing, for every collection.
fn conservation(comparison: &Comparison) -> Vec<Check> {
    let mut checks: Vec<Check> = comparison
        .collections
        .iter()
        .map(|(collection, proof)| {
            let settled = proof.repeated
                + proof.in_place
                + proof.quarantined
                + proof.differing
                + proof.taken_back
                + proof.not_compared;
            let mut compared = format!(
                "{} read with {} in V3, {} repeated, {} quarantined, {} differing",
                proof.read, proof.in_place, proof.repeated, proof.quarantined, proof.differing
            );
            if proof.taken_back > 0 {
                compared.push_str(&format!(", {} rolled back", proof.taken_back));
            }
            if comparison.sample.is_some() {
                compared.push_str(&format!(", {} not compared", proof.not_compared));
            }
            Check::new(
                format!("{collection}: every document has its place"),
                compared,
            )
            .with((settled != proof.read).then(|| {
                Finding::failure(
                    format!("{} documents were read, {settled} have a place", proof.read),
                    proof.read.abs_diff(settled),
                    Vec::new(),
                )
                .remedy("freeze V2 or read a snapshot of it, and check again")
            }))
        })
        .collect();
    let mut quarantine = Check::new(
        "quarantine",
        format!(
            "{} documents that no row was made of",
            comparison.quarantined()
        ),
    );
    for (reason, found) in &comparison.quarantine {
        quarantine = quarantine.with(Some(Finding::note(
            format!("quarantined: {reason}"),
            found.count,
            found.items.clone(),
        )));
    }
    for (code, found) in &comparison.warnings {
        quarantine = quarantine.with(Some(Finding::note(
            format!("warning: {code}"),
            found.count,
            found.items.clone(),
        )));
    }
    checks.push(quarantine);
    checks
}

/// What a rollback took back is missing because somebody wanted it so.
fn taken_back(comparison: &Comparison) -> Option<Check> {
    let check = Check::new(
        "what was rolled back was migrated again",
        "every document that a rollback took back with the ledger",
    );
    let findings = comparison.taken_back.iter().map(|(run, documents)| {
        Finding::failure(
            format!("documents were rolled back by run {run}, and not migrated again"),
            documents.count,
            documents.items.clone(),
        )
        .remedy(
            "run data-migrate to migrate them again; until then V3 has of them what it had before",
        )
    });
    let check = findings.fold(check, |check, finding| check.with(Some(finding)));
    (!check.findings.is_empty()).then_some(check)
}

fn rows_check(comparison: &Comparison, table: &str) -> Check {
    let of_table = |difference: &&RowDifference| difference.table == table;
    let of = |counts: &BTreeMap<String, u64>| counts.get(table).copied().unwrap_or(0);
    let changed = comparison
        .differences
        .iter()
        .filter(of_table)
        .any(|difference| difference.changed_since);
    let items = |differences: &[RowDifference]| {
        let of_table = differences.iter().filter(of_table);
        of_table.map(in_words).collect::<Vec<_>>()
    };
    let differing = of(&comparison.differing);
    let repaired = of(&comparison.repaired);
    Check::new(
        format!("{table}: every row is as V2 says"),
        format!(
            "{} rows, each whole, by the SHA-256 of its cells",
            of(&comparison.compared)
        ),
    )
    .with((repaired > 0).then(|| {
        let items = items(&comparison.repairs);
        Finding::note("rows differed and were written again", repaired, items)
    }))
    .with((differing > 0).then(|| {
        let items = items(&comparison.differences);
        Finding::failure("rows are missing or differ", differing, items).remedy(if changed {
            "somebody changed or removed them in V3: set them back there, or, if V2 is to win, roll \
             the documents back (rollback --collection or --id, with --force for what was changed) and \
             run data-migrate again"
        } else {
            "run data-migrate again, or final-check --repair"
        })
    }))
}

fn in_words(difference: &RowDifference) -> String {
    let by_whom = if difference.changed_since {
        " (changed in V3 since)"
    } else {
        ""
    };
    match &difference.fault {
        RowFault::Missing => format!("{}: missing{by_whom}", difference.id),
        RowFault::Different(cells) => {
            let cells: Vec<String> = cells
                .iter()
                .map(|cell| {
                    format!(
                        "{} is {} instead of {}",
                        cell.column, cell.found, cell.expected
                    )
                })
                .collect();
            format!("{}: {}{by_whom}", difference.id, cells.join("; "))
        }
    }
}

/// What the ledger says of documents and rows, where there is a ledger.
fn accounts(comparison: &Comparison) -> Option<Check> {
    let compared = comparison.compared_rows();
    let check = Check::new(
        "the ledger says of every document and row what V2 and V3 say",
        format!(
            "{} documents and {compared} rows with their entries",
            comparison.accounts
        ),
    );
    let faults = &comparison.ledger_faults;
    let check = check.with((comparison.booked > 0).then(|| {
        Finding::note(
            "entries of the ledger were missing or said otherwise, and were booked again",
            comparison.booked,
            Vec::new(),
        )
    }));
    let otherwise = &comparison.read_otherwise;
    let check = check.with((otherwise.count > 0).then(|| {
        Finding::note(
            "documents were read otherwise when they were booked, and give the same",
            otherwise.count,
            otherwise.items.clone(),
        )
        .remedy("V2 changed since in what no row shows, or the ledger's entry was changed; final-check --repair books them again")
    }));
    let finding = (comparison.ledger > 0).then(|| {
        let items = faults.iter().map(LedgerFault::in_words).collect();
        Finding::failure(
            "entries of the ledger are missing or say otherwise",
            comparison.ledger,
            items,
        )
        .remedy(if faults.iter().all(LedgerFault::is_bookable) {
            "run final-check --repair: it books again what is in V3 as the mapping says"
        } else {
            "run data-migrate, which takes away what V2 gives no longer (--prune, of documents in \
             quarantine too), then final-check --repair: it books again what is in V3 as the mapping says"
        })
    });
    (comparison.accounts > 0).then(|| check.with(finding))
}

fn gone(comparison: &Comparison) -> Check {
    Check::new(
        "everything in the ledger is still in V2",
        "every item of the ledger with the documents of V2".to_owned(),
    )
    .with((!comparison.broken_off.is_empty()).then(|| {
        let places = comparison.broken_off.clone();
        let count = places.len() as u64;
        Finding::failure("files of V2 break off within a line", count, places)
            .remedy("what stood behind it was not compared: copy the file once more, whole")
    }))
    .with((comparison.gone > 0).then(|| {
        let items = comparison
            .gone_items
            .iter()
            .map(|key| format!("{}/{}", key.collection, key.id))
            .collect();
        Finding::failure("items are no longer in V2", comparison.gone, items)
            .remedy("they were deleted in V2 since; their rows are still in V3, and data-migrate --prune removes them")
    }))
    .with((comparison.departed > 0).then(|| {
        Finding::note(
            "documents that the ledger has in quarantine are no longer in V2",
            comparison.departed,
            Vec::new(),
        )
        .remedy("nothing of them is in V3, and the ledger keeps them whole; data-migrate notes that they count no more")
    }))
}
