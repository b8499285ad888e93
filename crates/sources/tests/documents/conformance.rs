//! What every server of the Firestore REST API must give, the fake and Google's emulator alike.

use std::path::Path;

use serde_json::{Value as Json, json};
use sunset_core::document::Document;
use sunset_core::ports::documents::DocumentSource;
use sunset_sources::firestore::{Firestore, FirestoreSettings, ReadOptions};
use sunset_sources::folder::Folder;
use sunset_testkit::firestore::{Emulator, FakeFirestore};

use super::reading::{COLLECTIONS, deliver, sample, sample_documents};

/// A server that documents can be written to.
pub(super) struct Server {
    http: reqwest::Client,
    host: String,
}

impl Server {
    pub(super) fn at(host: String) -> Self {
        // The client needs a TLS provider though it meets none.
        drop(rustls::crypto::ring::default_provider().install_default());
        let http = reqwest::Client::builder().build().expect("a client");
        Self { http, host }
    }

    async fn post(&self, path: &str, body: &Json) {
        let response = self
            .http
            .post(format!("http://{}/{path}", self.host))
            .header("content-type", "application/json")
            .bearer_auth("owner")
            .body(body.to_string())
            .send()
            .await
            .expect("the server answers");
        let status = response.status();
        let text = response.text().await.expect("an answer");
        assert!(status.is_success(), "{text}");
    }

    /// Writes documents of one database, `projects/P/databases/D`.
    pub(super) async fn write(&self, database: &str, documents: &[Json]) {
        for some in documents.chunks(100) {
            let writes: Vec<Json> = some
                .iter()
                .map(|document| {
                    let (name, fields) = (&document["name"], &document["fields"]);
                    let fields = if fields.is_null() { &json!({}) } else { fields };
                    json!({ "update": { "name": name, "fields": fields } })
                })
                .collect();
            let path = format!("v1/{database}/documents:commit");
            self.post(&path, &json!({ "writes": writes })).await;
        }
    }

    /// Lets the emulator export a database into a folder.
    pub(super) async fn export(&self, project: &str, database: &str, dir: &Path) {
        let body = json!({
            "database": database,
            "export_directory": dir.display().to_string(),
            "export_name": "dump",
        });
        self.post(&format!("emulator/v1/projects/{project}:export"), &body)
            .await;
    }

    /// Lets the emulator import an export; `file` is its overall metadata.
    pub(super) async fn import(&self, project: &str, database: &str, file: &Path) {
        let body = json!({
            "database": database,
            "export_directory": file.display().to_string(),
        });
        self.post(&format!("emulator/v1/projects/{project}:import"), &body)
            .await;
    }

    pub(super) fn open(&self, project: &str, database: &str, options: ReadOptions) -> Firestore {
        let settings = FirestoreSettings {
            database: database.into(),
            emulator: Some(self.host.clone()),
            ..FirestoreSettings::new(project)
        };
        Firestore::new(&settings, options).expect("a client")
    }
}

pub(super) fn without_times(documents: &[Document]) -> Vec<Document> {
    documents
        .iter()
        .cloned()
        .map(|mut document| {
            document.create_time = None;
            document.update_time = None;
            document
        })
        .collect()
}

/// Documents of every type, and of the shapes that readers stumble over.
pub(super) fn nasty(database: &str) -> Vec<Json> {
    let vector = json!({ "mapValue": { "fields": {
        "__type__": { "stringValue": "__vector__" },
        "value": { "arrayValue": { "values": [{ "doubleValue": 1.5 }, { "doubleValue": -2 }] } },
    } } });
    let every = json!([
        { "nullValue": null }, { "booleanValue": true }, { "integerValue": "-9223372036854775808" },
        { "doubleValue": 0.1 }, { "doubleValue": "Infinity" }, { "stringValue": "a\u{0}\u{1f600}–" },
        { "stringValue": "y".repeat(2_000) }, { "bytesValue": "AP8=" }, { "bytesValue": "" },
        { "timestampValue": "0001-01-01T00:00:00Z" }, { "timestampValue": "9999-12-31T23:59:59.999999Z" },
        { "referenceValue": format!("{database}/documents/a/__id7__/c/d") },
        { "geoPointValue": {} }, { "geoPointValue": { "latitude": -90, "longitude": 0.5 } },
        { "mapValue": {} }, { "mapValue": { "fields": { "list": { "arrayValue": {} }, "v": vector } } },
    ]);
    let mut deep = json!({ "integerValue": "1" });
    for _ in 0..9 {
        deep = json!({ "arrayValue": { "values": [{ "mapValue": { "fields": { "a": deep } } }] } });
    }
    let every = json!({
        "every": { "arrayValue": { "values": every } },
        "one": { "arrayValue": { "values": [{ "mapValue": {} }] } },
        "none": { "arrayValue": {} },
        "vector": vector,
        "deep": deep,
        "a.b`c\\": { "stringValue": "dotted" },
    });
    let document = |path: &str, fields: &Json| json!({ "name": format!("{database}/documents/{path}"), "fields": fields });
    vec![
        document("cases/empty", &json!({})),
        document("cases/__id7__", &json!({})),
        document("cases/__id-7__", &json!({})),
        document("cases/202511–122188", &json!({})),
        document("cases/gone/notes/n", &json!({})),
        document("cases/empty/notes/m", &json!({})),
        document("users/u", &json!({})),
        document("cases/every", &every),
    ]
}

/// Ids whose order in UTF-8 is not that in UTF-16, nor that of numbers, nor that of any language.
pub(super) fn unusual_ids() -> Vec<String> {
    let beginnings = [
        "a",
        "A",
        "z",
        "~",
        "\u{1}",
        "0",
        "é",
        "e\u{301}",
        "\u{d7ff}",
        "\u{e000}",
        "\u{ffee}",
        "\u{1f600}",
        "\u{10ffff}",
        "客戶",
        "202511-",
        "202511–",
        ".",
        "__",
        " ",
        "%2F",
        "+",
    ];
    let mut ids: Vec<String> = beginnings
        .iter()
        .flat_map(|beginning| (0..8).map(move |number| format!("{beginning}x{number}")))
        .collect();
    ids.extend([1, -1, 2, 9, 10, 1_000, i64::MAX, i64::MIN].map(|id| format!("__id{id}__")));
    ids
}

/// The suite.
async fn conforms(server: &Server) {
    let pages = ReadOptions {
        first_page: 20,
        ..ReadOptions::default()
    };
    let one_stream = ReadOptions {
        streams: 1,
        ..pages
    };
    let database = "projects/sales-ai-demo/databases/(default)";
    server.write(database, &sample_documents()).await;
    let from_files = deliver(&Folder::new(sample("firestore")), &COLLECTIONS).await;
    for options in [pages, one_stream, ReadOptions::default()] {
        let source = server.open("sales-ai-demo", "(default)", options);
        let snapshot = source.open().await.expect("the server answers");
        assert!(snapshot.read_time.is_some());
        let from_server = deliver(&source, &COLLECTIONS).await;
        assert!(from_server.bad.is_empty());
        assert!(
            from_server
                .documents
                .iter()
                .all(|d| d.update_time.is_some())
        );
        assert_eq!(
            without_times(&from_server.documents),
            without_times(&from_files.documents)
        );
        // A second reading of one source gives the same.
        let again = deliver(&source, &COLLECTIONS).await;
        assert_eq!(again.documents, from_server.documents);
    }

    for id in ["(default)", "named"] {
        let database = format!("projects/nasty/databases/{id}");
        let documents = nasty(&database);
        server.write(&database, &documents).await;
        let dir = tempfile::tempdir().expect("a folder");
        let lines: String = documents
            .iter()
            .filter(|document| {
                let name = document["name"].as_str().unwrap_or_default();
                name.contains("/cases/") && !name.contains("/notes/")
            })
            .map(|document| format!("{document}\n"))
            .collect();
        std::fs::write(dir.path().join("cases.ndjson"), lines).expect("written");
        let source = server.open("nasty", id, ReadOptions::default());
        let from_server = deliver(&source, &["cases"]).await;
        let from_files = deliver(&Folder::new(dir.path()), &["cases"]).await;
        assert_eq!(from_server.documents.len(), 5);
        assert!(from_server.bad.is_empty());
        assert_eq!(
            without_times(&from_server.documents),
            without_times(&from_files.documents)
        );
        assert_eq!(
            source.collections().await.expect("readable"),
            ["cases", "users"]
        );
        assert_eq!(
            source.not_planned(&["cases"]).await.expect("readable"),
            ["cases/*/notes", "users"]
        );
    }

    let database = "projects/unusual/databases/(default)";
    let ids = unusual_ids();
    let documents: Vec<Json> = ids
        .iter()
        .map(|id| json!({ "name": format!("{database}/documents/cases/{id}") }))
        .collect();
    server.write(database, &documents).await;
    let mut expected = ids.clone();
    expected.sort();
    for streams in [1, 2, 4, 16] {
        let options = ReadOptions { streams, ..pages };
        let source = server.open("unusual", "(default)", options);
        let read = deliver(&source, &["cases"]).await;
        let found: Vec<String> = read.documents.into_iter().map(|d| d.id).collect();
        assert_eq!(found, expected, "with {streams} streams");
    }

    // A database that nobody wrote to gives nothing.
    let nothing = deliver(&server.open("void", "(default)", pages), &COLLECTIONS).await;
    assert!(nothing.documents.is_empty() && nothing.bad.is_empty());
    let void = server.open("void", "(default)", pages);
    assert!(void.collections().await.expect("readable").is_empty());
}

#[tokio::test]
async fn the_fake_conforms() {
    let fake = FakeFirestore::start().await.expect("a server");
    conforms(&Server::at(fake.host())).await;
    // Without partitions the ranges come from ids that were asked for.
    let ranges = |fake: &FakeFirestore| {
        let requests = fake.requests().into_iter();
        requests
            .filter(|(_, body)| body["structuredQuery"]["endAt"].is_object())
            .count()
    };
    assert!(ranges(&fake) >= 3, "{}", ranges(&fake));
    let fake = FakeFirestore::start().await.expect("a server");
    fake.with_partitions();
    conforms(&Server::at(fake.host())).await;
    assert!(ranges(&fake) >= 3, "{}", ranges(&fake));
}

#[tokio::test]
async fn the_emulator_conforms() {
    match Emulator::start() {
        Ok(emulator) => conforms(&Server::at(emulator.host())).await,
        Err(why) => println!("skipped: {why}"),
    }
}
