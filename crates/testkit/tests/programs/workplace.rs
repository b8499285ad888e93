//! A database of its own, a folder of its own, and the programs.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};

static NEXT: AtomicU32 = AtomicU32::new(0);

/// What an older version of V3 left: seconds of conversations are not whole numbers. With somebody,
/// and an opportunity `o` for conversations to belong to.
pub const OLDER_V3: &str = "\
    ALTER TABLE conversations ALTER COLUMN duration TYPE double precision; \
    INSERT INTO \"user\" (id, name, email) VALUES ('u', 'U', 'u@x.tw'); \
    INSERT INTO opportunities (id, user_id, customer_number, company_name) VALUES ('o', 'u', 'o-1', 'O'); ";

/// Where one test works.
pub struct Workplace {
    admin: String,
    name: String,
    pub dir: tempfile::TempDir,
    variables: BTreeMap<String, String>,
}

/// How a program ended.
pub struct Outcome {
    pub status: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Outcome {
    /// The JSON document on standard output.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).expect("one JSON document")
    }
}

/// A document of V2 as a line of a file, without its end: `path` is its collection and id.
pub fn document(path: &str, fields: &Value, time: &str) -> String {
    let name = format!("projects/p/databases/(default)/documents/{path}");
    json!({"name": name, "fields": fields, "createTime": time, "updateTime": time}).to_string()
}

pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

pub fn bin_dir() -> PathBuf {
    std::env::var_os("SUNSET_TEST_BIN_DIR")
        .map_or_else(|| repository().join("target/debug"), PathBuf::from)
}

/// Runs a program with nothing in its environment but `variables`.
pub fn run(
    program: &str,
    arguments: &[&str],
    dir: &Path,
    variables: &BTreeMap<String, String>,
) -> Outcome {
    command(program, arguments, dir, variables)
        .output()
        .expect("the program is built: cargo build --workspace")
        .into()
}

fn command(
    program: &str,
    arguments: &[&str],
    dir: &Path,
    variables: &BTreeMap<String, String>,
) -> Command {
    let mut command = Command::new(bin_dir().join(program));
    command.args(arguments).current_dir(dir);
    command.env_clear().envs(variables);
    command
}

impl From<std::process::Output> for Outcome {
    fn from(output: std::process::Output) -> Self {
        Self {
            status: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl Workplace {
    /// A new database, or `None` (and a line that says so) where there is no server.
    pub fn new() -> Option<Self> {
        let Ok(admin) = std::env::var("SUNSET_TEST_DATABASE_URL") else {
            println!("skipped: SUNSET_TEST_DATABASE_URL names no server");
            return None;
        };
        Some(Self::on(&admin))
    }

    /// A new database on the server of a superuser's URL.
    pub fn on(admin: &str) -> Self {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("programs_{}_{number}", std::process::id());
        let place = Self {
            variables: BTreeMap::new(),
            dir: tempfile::tempdir().expect("a folder"),
            admin: admin.to_owned(),
            name,
        };
        psql(&place.admin, &format!("CREATE DATABASE {}", place.name));
        let url = place.url();
        let sample = repository().join("samples/sales-ai/firestore");
        place
            .with("DATABASE_URL", &url)
            .with("V2_FIRESTORE", &format!("file://{}", sample.display()))
    }

    pub fn url(&self) -> String {
        let (server, _) = self.admin.rsplit_once('/').expect("a URL with a database");
        format!("{server}/{}", self.name)
    }

    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.insert(name.into(), value.into());
        self
    }

    pub fn without(mut self, name: &str) -> Self {
        self.variables.remove(name);
        self
    }

    /// A program that is not started yet.
    pub fn command(&self, program: &str, arguments: &[&str]) -> Command {
        command(program, arguments, self.dir.path(), &self.variables)
    }

    /// Starts a program and goes on.
    pub fn spawn(&self, program: &str, arguments: &[&str]) -> std::process::Child {
        let mut command = self.command(program, arguments);
        command.stdin(std::process::Stdio::null());
        command.stdout(std::process::Stdio::piped());
        command.stderr(std::process::Stdio::piped());
        command
            .spawn()
            .expect("the program is built: cargo build --workspace")
    }

    pub fn run(&self, program: &str, arguments: &[&str]) -> Outcome {
        run(program, arguments, self.dir.path(), &self.variables)
    }

    /// Runs a program that must end with `status`.
    pub fn expect(&self, status: i32, program: &str, arguments: &[&str]) -> Outcome {
        let outcome = self.run(program, arguments);
        assert_eq!(
            outcome.status, status,
            "{program} {arguments:?}\n{}\n{}",
            outcome.stdout, outcome.stderr
        );
        outcome
    }

    /// What a query gives, a line a row.
    pub fn query(&self, sql: &str) -> Vec<String> {
        psql(&self.url(), sql)
    }

    /// Somebody else's statements, and nobody waits for them.
    pub fn spawn_sql(&self, sql: &str) -> std::process::Child {
        let mut command = Command::new("psql");
        command.args([&self.url(), "-AtqX", "-c", sql]);
        command.stdout(std::process::Stdio::null());
        command.stderr(std::process::Stdio::null());
        command.spawn().expect("psql")
    }

    /// The rows of a table as JSON, by id.
    pub fn rows(&self, table: &str) -> BTreeMap<String, Value> {
        let rows = self.query(&format!("SELECT row_to_json(t) FROM {table} AS t"));
        rows.iter()
            .map(|row| {
                let row: Value = serde_json::from_str(row).expect("a row");
                (row["id"].as_str().unwrap_or_default().to_owned(), row)
            })
            .collect()
    }

    /// Writes a folder of V2 documents and reads from there.
    pub fn with_documents(self, files: &[(&str, &[u8])]) -> Self {
        let folder = self.dir.path().join("v2");
        std::fs::create_dir_all(&folder).expect("a folder");
        for (name, bytes) in files {
            std::fs::write(folder.join(name), bytes).expect("a file");
        }
        let locator = format!("file://{}", folder.display());
        self.with("V2_FIRESTORE", &locator)
    }
}

impl Drop for Workplace {
    fn drop(&mut self) {
        // Nothing of the test's own uses it any more.
        psql(
            &self.admin,
            &format!("DROP DATABASE {} WITH (FORCE)", self.name),
        );
    }
}

pub fn psql(url: &str, sql: &str) -> Vec<String> {
    let output = Command::new("psql")
        .args([url, "-AtqX", "-v", "ON_ERROR_STOP=1", "-c", sql])
        .output()
        .expect("psql");
    assert!(
        output.status.success(),
        "{sql}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.lines().map(str::to_owned).collect()
}
