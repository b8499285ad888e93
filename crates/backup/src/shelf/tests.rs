use super::*;
use crate::manifest::DatabasePart;

fn manifest(id: &str, files: Vec<FilePart>) -> Manifest {
    Manifest {
        format: FORMAT,
        id: id.to_owned(),
        plan: "main-server".into(),
        taken_at: "2026-11-21T11:30:00Z".into(),
        taken_by: "backup".into(),
        database: DatabasePart {
            url: "postgresql://h/x".into(),
            identity: "postgresql:1/x".into(),
            server_version: "15.18".into(),
            snapshot: "1:1:".into(),
            tables: Vec::new(),
            objects: Vec::new(),
        },
        redis: None,
        files,
    }
}

#[tokio::test]
async fn only_a_whole_backup_is_listed_and_a_changed_byte_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let shelf = Shelf::new(folder.path().join("backups"));
    assert!(shelf.list().unwrap().0.is_empty());
    let draft = shelf.begin("one").unwrap();
    assert!(shelf.list().unwrap().0.is_empty());
    assert_eq!(shelf.list().unwrap().1, [".unfinished-one"]);
    assert!(shelf.open("one").is_err());
    std::fs::write(draft.path("database.dump"), b"dump").unwrap();
    let file = draft.seal("database.dump", "a dump", "x").await.unwrap();
    let id = draft.id().to_owned();
    draft.finish(manifest(&id, vec![file])).unwrap();
    let mode = |name: &str| {
        let path = folder.path().join("backups/one").join(name);
        std::fs::metadata(path).unwrap().permissions().mode() & 0o777
    };
    assert_eq!(
        (mode("database.dump"), mode("manifest.json")),
        (0o600, 0o600)
    );
    // The same second again.
    let second = shelf.begin("one").unwrap();
    assert_eq!(second.id(), "one-2");
    drop(second);
    let (found, unfinished) = shelf.list().unwrap();
    assert_eq!((found.len(), unfinished.len()), (1, 0));
    let backup = shelf.open("one").unwrap();
    backup.check_files().await.unwrap();
    std::fs::write(backup.folder.join("database.dump"), b"dumb").unwrap();
    assert_eq!(
        backup.check_files().await.unwrap_err().kind(),
        ErrorKind::Mismatch
    );
    std::fs::write(backup.folder.join("database.dump"), b"du").unwrap();
    assert!(backup.faults()[0].contains("2 bytes, not 4"));
    let missing = shelf.open("../one").unwrap_err();
    assert_eq!(missing.remedy_text(), Some("the latest are: one"));
}

#[tokio::test]
async fn a_manifest_that_lacks_its_dump_and_a_dump_without_a_manifest_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let shelf = Shelf::new(folder.path());
    let draft = shelf.begin("bare").unwrap();
    std::fs::write(draft.path(DUMP), b"dump").unwrap();
    draft.finish(manifest("bare", Vec::new())).unwrap();
    let said = shelf.open("bare").unwrap_err().to_string();
    assert!(said.contains("says nothing of database.dump"), "{said}");
    std::fs::remove_file(folder.path().join("bare").join(MANIFEST)).unwrap();
    let said = shelf.open("bare").unwrap_err();
    assert_eq!(said.kind(), ErrorKind::Malformed);
    assert!(said.to_string().contains("without its manifest.json"));
    assert_eq!(shelf.list().unwrap().0.len(), 1);
}
