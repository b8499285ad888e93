//! Google's own emulator: its snapshots, and its exports held against what it serves.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::json;
use sunset_core::ports::documents::DocumentSource;
use sunset_core::rest::encode_document;
use sunset_sources::export::Export;
use sunset_sources::firestore::ReadOptions;
use sunset_testkit::firestore::Emulator;

use super::conformance::{Server, nasty, without_times};
use super::reading::{COLLECTIONS, deliver, sample_documents};

#[tokio::test]
async fn the_emulator_and_its_exports_give_the_same() {
    let emulator = match Emulator::start() {
        Ok(emulator) => emulator,
        Err(why) => {
            println!("skipped: {why}");
            return;
        }
    };
    let server = Server::at(emulator.host());
    let sample_database = "projects/sales-ai-demo/databases/(default)";
    server.write(sample_database, &sample_documents()).await;
    let source = server.open("sales-ai-demo", "(default)", ReadOptions::default());
    source.open().await.expect("the emulator answers");
    // What is written behind the snapshot is not part of it.
    let late = json!({ "name": format!("{sample_database}/documents/leads/late"), "fields": {} });
    server.write(sample_database, &[late]).await;
    let leads = deliver(&source, &["leads"]).await;
    assert_eq!(leads.documents.len(), 23);

    for database_id in ["(default)", "named"] {
        let database = format!("projects/nasty/databases/{database_id}");
        server.write(&database, &nasty(&database)).await;
        let dir = tempfile::tempdir().expect("a folder");
        server.export("nasty", &database, dir.path()).await;
        let source = server.open("nasty", database_id, ReadOptions::default());
        let export = Export::new(dir.path());
        let from_server = deliver(&source, &["cases"]).await;
        let from_export = deliver(&export, &["cases"]).await;
        assert_eq!(from_server.documents.len(), 5);
        assert!(from_server.bad.is_empty() && from_export.bad.is_empty());
        assert_eq!(
            without_times(&from_export.documents),
            without_times(&from_server.documents)
        );
        for source in [&source as &dyn DocumentSource, &export] {
            assert_eq!(
                source.not_planned(&["cases"]).await.expect("readable"),
                ["cases/*/notes", "users"]
            );
        }
    }
    // The export of an empty database gives nothing.
    let dir = tempfile::tempdir().expect("a folder");
    server
        .export("void", "projects/void/databases/(default)", dir.path())
        .await;
    let nothing = deliver(&Export::new(dir.path()), &COLLECTIONS).await;
    assert!(nothing.documents.is_empty() && nothing.bad.is_empty());
}

/// Files with this ending below a folder.
fn below(dir: &Path, ending: &str, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(dir) else {
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            below(&path, ending, found);
        } else if path.to_string_lossy().ends_with(ending) {
            found.push(path);
        }
    }
}

/// The project that an export's documents say they belong to.
fn project(name: &str) -> &str {
    name.split('/').nth(1).unwrap_or_default()
}

#[tokio::test]
async fn exports_from_elsewhere_hold_what_the_emulator_makes_of_them() {
    let Some(dir) = std::env::var_os("SUNSET_TEST_EXPORTS") else {
        println!("skipped: SUNSET_TEST_EXPORTS names no folder of exports");
        return;
    };
    let mut exports = Vec::new();
    below(Path::new(&dir), ".overall_export_metadata", &mut exports);
    exports.sort();
    assert!(!exports.is_empty(), "no export below {}", dir.display());
    for file in exports {
        let emulator = match Emulator::start() {
            Ok(emulator) => emulator,
            Err(why) => {
                println!("skipped: {why}");
                return;
            }
        };
        let server = Server::at(emulator.host());
        let export = Export::new(&file);
        let paths = export.not_planned(&[]).await.expect("readable");
        let roots: Vec<&str> = paths
            .iter()
            .map(String::as_str)
            .filter(|path| !path.contains('/'))
            .collect();
        // One reading names all collections, as a plan does.
        let export = Export::new(&file);
        let from_export = deliver(&export, &roots).await;
        assert!(from_export.bad.is_empty(), "{:?}", from_export.bad);
        let first = from_export.documents.first().expect("documents");
        let project = project(&first.name);
        let database = format!("projects/{project}/databases/(default)");
        server.import(project, &database, &file).await;
        let source = server.open(project, "(default)", ReadOptions::default());
        let from_server = deliver(&source, &roots).await;
        assert!(from_server.bad.is_empty());
        let in_export = without_times(&from_export.documents);
        let in_server = without_times(&from_server.documents);
        assert_eq!(in_export.len(), in_server.len());
        for (one, other) in in_export.iter().zip(&in_server) {
            // As text, in which NaN equals itself.
            assert_eq!(encode_document(one), encode_document(other));
        }
        // Of a collection that nobody asked for the server names no more than its root.
        let beside = |paths: Vec<String>| -> BTreeSet<String> {
            let known = |path: &str| {
                let root = path.split('/').next().unwrap_or_default();
                if roots.contains(&root) { path } else { root }.to_owned()
            };
            paths.iter().map(|path| known(path)).collect()
        };
        assert_eq!(
            beside(export.not_planned(&roots).await.expect("readable")),
            beside(source.not_planned(&roots).await.expect("readable")),
        );
        println!(
            "{}: {} documents of {} collections agree",
            file.display(),
            from_export.documents.len(),
            roots.len()
        );
    }
}
