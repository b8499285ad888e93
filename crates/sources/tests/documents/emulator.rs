//! Google's own emulator, and what it exports, held against each other.

use serde_json::{Value as Json, json};
use sunset_core::document::Document;
use sunset_core::ports::documents::DocumentSource;
use sunset_sources::export::Export;
use sunset_sources::firestore::{Firestore, FirestoreSettings, ReadOptions};
use sunset_sources::folder::Folder;
use sunset_testkit::firestore::Emulator;

use super::reading::{COLLECTIONS, deliver, sample, sample_documents};

struct Loader {
    http: reqwest::Client,
    host: String,
}

impl Loader {
    async fn post(&self, path: &str, body: &Json) {
        let response = self
            .http
            .post(format!("http://{}/{path}", self.host))
            .header("content-type", "application/json")
            .bearer_auth("owner")
            .body(body.to_string())
            .send()
            .await
            .expect("the emulator answers");
        let status = response.status();
        let text = response.text().await.expect("an answer");
        assert!(status.is_success(), "{text}");
    }

    async fn write(&self, database: &str, documents: &[Json]) {
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

    async fn export(&self, project: &str, database: &str, dir: &std::path::Path) {
        let body = json!({
            "database": database,
            "export_directory": dir.display().to_string(),
            "export_name": "dump",
        });
        self.post(&format!("emulator/v1/projects/{project}:export"), &body)
            .await;
    }
}

fn without_times(documents: &[Document]) -> Vec<Document> {
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
fn nasty(database: &str) -> Vec<Json> {
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
    let fields = json!({
        "every": { "arrayValue": { "values": every } },
        "one": { "arrayValue": { "values": [{ "mapValue": {} }] } },
        "none": { "arrayValue": {} },
        "vector": vector,
        "deep": deep,
        "a.b`c\\": { "stringValue": "dotted" },
        "": { "stringValue": "nameless" },
    });
    let document = |path: &str, fields: &Json| json!({ "name": format!("{database}/documents/{path}"), "fields": fields });
    let mut documents = vec![
        document("cases/empty", &json!({})),
        document("cases/__id7__", &json!({})),
        document("cases/__id-7__", &json!({})),
        document("cases/202511–122188", &json!({})),
        document("cases/gone/notes/n", &json!({})),
        document("cases/empty/notes/m", &json!({})),
        document("users/u", &json!({})),
    ];
    let mut every = fields;
    if let Some(fields) = every.as_object_mut() {
        // The emulator refuses a field without a name.
        fields.remove("");
    }
    documents.push(document("cases/every", &every));
    documents
}

#[tokio::test]
async fn the_emulator_and_its_exports_give_the_same() {
    let emulator = match Emulator::start() {
        Ok(emulator) => emulator,
        Err(why) => {
            println!("skipped: {why}");
            return;
        }
    };
    let http = reqwest::Client::builder();
    // The client needs a TLS provider though it meets none.
    drop(rustls::crypto::ring::default_provider().install_default());
    let loader = Loader {
        http: http.build().expect("a client"),
        host: emulator.host(),
    };

    let sample_database = "projects/sales-ai-demo/databases/(default)";
    loader.write(sample_database, &sample_documents()).await;
    let open = |project: &str, database: &str, options| {
        let settings = FirestoreSettings {
            database: database.into(),
            emulator: Some(emulator.host()),
            ..FirestoreSettings::new(project)
        };
        Firestore::new(&settings, options).expect("a client")
    };
    let pages = ReadOptions {
        first_page: 20,
        ..ReadOptions::default()
    };
    let source = open("sales-ai-demo", "(default)", pages);
    source.open().await.expect("the emulator answers");
    // What is written behind the snapshot is not part of it.
    let late = json!({ "name": format!("{sample_database}/documents/leads/late"), "fields": {} });
    loader.write(sample_database, &[late]).await;
    let from_server = deliver(&source, &COLLECTIONS).await;
    let from_files = deliver(&Folder::new(sample("firestore")), &COLLECTIONS).await;
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

    for database_id in ["(default)", "named"] {
        let database = format!("projects/nasty/databases/{database_id}");
        loader.write(&database, &nasty(&database)).await;
        let dir = tempfile::tempdir().expect("a folder");
        loader.export("nasty", &database, dir.path()).await;
        let server = open("nasty", database_id, ReadOptions::default());
        let export = Export::new(dir.path());
        let from_server = deliver(&server, &["cases"]).await;
        let from_export = deliver(&export, &["cases"]).await;
        assert_eq!(from_server.documents.len(), 5);
        assert!(from_server.bad.is_empty() && from_export.bad.is_empty());
        assert_eq!(
            without_times(&from_export.documents),
            without_times(&from_server.documents)
        );
        for source in [&server as &dyn DocumentSource, &export] {
            assert_eq!(
                source.not_planned(&["cases"]).await.expect("readable"),
                ["cases/*/notes", "users"]
            );
        }
    }
    // A database that is empty gives nothing, by either way.
    let dir = tempfile::tempdir().expect("a folder");
    loader
        .export("void", "projects/void/databases/(default)", dir.path())
        .await;
    let nothing = deliver(&Export::new(dir.path()), &COLLECTIONS).await;
    assert!(nothing.documents.is_empty() && nothing.bad.is_empty());
    let nothing = deliver(&open("void", "(default)", pages), &COLLECTIONS).await;
    assert!(nothing.documents.is_empty() && nothing.bad.is_empty());
}
