//! A database and a bucket of its own for every test.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use sunset_testkit::database::ScratchDatabase;
use sunset_testkit::local_s3::LocalS3;

/// The repository.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A program of the workspace, where it is built.
pub fn program(name: &str) -> Option<PathBuf> {
    let own = Path::new(env!("CARGO_BIN_EXE_audio-migrate"));
    let path = own.with_file_name(name);
    if !path.is_file() {
        println!("skipped: the program {name} is not built");
        return None;
    }
    Some(path)
}

/// See the module; all of it goes with this value.
pub struct Place {
    pub database: ScratchDatabase,
    pub folder: tempfile::TempDir,
    _server: LocalS3,
    pub settings: BTreeMap<String, String>,
}

impl Place {
    /// A new V3 with the sample's rows; `None`, with a word why, where servers are absent.
    pub fn with_sample() -> Option<Self> {
        let local_s3 = program("local-s3")?;
        program("schema-push")?;
        program("data-migrate")?;
        program("check-r2")?;
        let database = ScratchDatabase::new_and_wait()?;
        let folder = tempfile::tempdir().expect("folder");
        let server = LocalS3::start(&local_s3, folder.path()).expect("local-s3");
        let sample = repository().join("samples/sales-ai");
        let sample = sample.canonicalize().expect("the sample");
        let settings = [
            ("DATABASE_URL", database.url.clone()),
            (
                "V2_FIRESTORE",
                format!("file://{}", sample.join("firestore").display()),
            ),
            (
                "V2_AUDIO",
                format!("file://{}", sample.join("gcs").display()),
            ),
            (
                "FIREBASE_STORAGE_BUCKET",
                "sales-ai-audio-bucket".to_owned(),
            ),
        ];
        let settings = settings.into_iter().chain(server.settings());
        let settings = settings.map(|(name, value)| (name.to_owned(), value));
        let place = Self {
            database,
            folder,
            _server: server,
            settings: settings.collect(),
        };
        for program in ["schema-push", "data-migrate"] {
            let output = place.run(program, &[]);
            assert!(output.status.success(), "{program}: {}", shown(&output));
        }
        Some(place)
    }

    /// A program with this place's settings and nothing else.
    pub fn command(&self, name: &str, arguments: &[&str]) -> Command {
        let mut command = bare(&program(name).expect("built"), self.folder.path());
        command.envs(&self.settings).args(arguments);
        command
    }

    pub fn run(&self, name: &str, arguments: &[&str]) -> Output {
        self.command(name, arguments).output().expect("run")
    }

    /// What `--json` prints, and the status.
    pub fn json(&self, name: &str, arguments: &[&str]) -> (serde_json::Value, i32) {
        let output = self
            .command(name, arguments)
            .arg("--json")
            .output()
            .expect("run");
        let document = serde_json::from_slice(&output.stdout);
        let document = document.unwrap_or_else(|cause| panic!("{cause}: {}", shown(&output)));
        (document, output.status.code().expect("a status"))
    }

    /// One text of one row, NULL as `-`.
    pub fn text(&self, sql: &str) -> String {
        self.database.text_and_wait(sql)
    }

    /// The file behind an object.
    pub fn stored(&self, key: &str) -> PathBuf {
        self.folder.path().join("s3/recordings").join(key)
    }
}

/// A program without the developer's environment.
pub fn bare(program: &Path, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.env_clear().current_dir(folder);
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command
}

/// Everything that a program said.
pub fn shown(output: &Output) -> String {
    let (out, err) = (&output.stdout, &output.stderr);
    format!(
        "status {:?}\n--- out\n{}--- err\n{}",
        output.status.code(),
        String::from_utf8_lossy(out),
        String::from_utf8_lossy(err)
    )
}

pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("runtime")
}
