//! The proof document, in words and as JSON.

use std::fmt::Write as _;

use serde_json::{Value, json};
use sunset_core::proof::{Fault, Inclusion, Opened, Side};

use crate::numbers::{bytes, thousands};

/// Lower-case hexadecimal.
pub fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// What it is of, and its roots.
pub fn proof_document_text(opened: &Opened, size: u64) -> String {
    let manifest = &opened.manifest;
    let mut text = format!("Proof of {} ({})\n", manifest.made_at, bytes(size));
    let as_of = manifest.read_time.as_ref();
    let as_of = as_of.map_or_else(String::new, |time| format!(" as of {time}"));
    for (label, value) in [
        ("made by", manifest.tool.clone()),
        ("V2", format!("{}{as_of}", manifest.source)),
        ("V3", format!("{} ({})", manifest.database, manifest.target)),
        ("check", manifest.verdict.clone()),
        ("key", hexadecimal(&opened.header.public_key)),
    ] {
        let _ = writeln!(text, "  {label:<10} {value}");
    }
    for line in &manifest.summary {
        let _ = writeln!(text, "  {line}");
    }
    for tree in &manifest.trees {
        let _ = writeln!(
            text,
            "  {:<10} {:<18} {:>12}  {}",
            tree.kind.name(),
            tree.name,
            thousands(tree.count),
            tree.root
        );
    }
    text
}

/// The way of each row to its root.
pub fn inclusions_text(id: &str, inclusions: &[(String, Inclusion)]) -> String {
    let mut text = String::new();
    for (tree, inclusion) in inclusions {
        let _ = writeln!(
            text,
            "{tree}: {id} is row {}",
            thousands(inclusion.index + 1)
        );
        let _ = writeln!(text, "  digest  {}", inclusion.digest);
        let _ = writeln!(text, "  leaf    {}", inclusion.leaf);
        for sibling in &inclusion.path {
            let _ = writeln!(text, "  {:<7} {}", side(sibling.side), sibling.hash);
        }
        let _ = writeln!(text, "  root    {}", inclusion.root());
    }
    text
}

fn side(side: Side) -> &'static str {
    match side {
        Side::Left => "left",
        Side::Right => "right",
    }
}

/// What is wrong.
pub fn fault_text(fault: &Fault) -> String {
    match &fault.tree {
        Some(tree) => format!("FAIL  {tree}: {}", fault.what),
        None => format!("FAIL  {}", fault.what),
    }
}

/// As JSON.
pub fn inclusions_json(inclusions: &[(String, Inclusion)]) -> Value {
    let list = inclusions.iter().map(|(tree, inclusion)| {
        let path = inclusion
            .path
            .iter()
            .map(|sibling| json!({ "side": side(sibling.side), "hash": sibling.hash.to_string() }));
        json!({
            "tree": tree,
            "id": inclusion.id,
            "row": inclusion.index + 1,
            "digest": inclusion.digest.to_string(),
            "leaf": inclusion.leaf.to_string(),
            "path": path.collect::<Vec<_>>(),
            "root": inclusion.root().to_string(),
        })
    });
    Value::Array(list.collect())
}
