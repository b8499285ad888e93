//! PostgreSQL servers that a test may stop, kill and starve: it starts them itself.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A server of the test's own. It ends with this value.
pub struct Server {
    programs: PathBuf,
    folder: tempfile::TempDir,
    port: u16,
    settings: Vec<String>,
    process: Option<Child>,
}

/// How a server is stopped.
#[derive(Debug, Clone, Copy)]
pub enum Stop {
    /// Sessions are ended, everything is written.
    Fast,
    /// As a crash: it recovers when it starts again.
    Immediate,
}

/// The folder of PostgreSQL's programs.
fn programs() -> Option<PathBuf> {
    let holds =
        |folder: &PathBuf| folder.join("initdb").is_file() && folder.join("postgres").is_file();
    let mut candidates: Vec<PathBuf> = Vec::new();
    candidates.extend(std::env::var_os("SUNSET_POSTGRES_BIN").map(PathBuf::from));
    if let Ok(output) = Command::new("pg_config").arg("--bindir").output() {
        candidates.push(String::from_utf8_lossy(&output.stdout).trim().into());
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    candidates.extend(std::env::split_paths(&path));
    candidates.into_iter().find(holds)
}

/// A command run as somebody whom PostgreSQL and PgBouncer accept: they refuse root, so root runs
/// them in a user namespace in which it is another user.
pub fn as_nobody_special(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("unshare");
    command.args(["--user", "--map-user=1000", "--map-group=1000", "--"]);
    command.arg(program);
    command
}

pub fn is_root() -> bool {
    let user = Command::new("id").arg("-u").output();
    user.is_ok_and(|output| output.stdout.starts_with(b"0\n"))
}

/// Whether [`as_nobody_special`] works here; says so where it does not.
pub fn may_run() -> bool {
    let may = as_nobody_special(Path::new("true"))
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if !may {
        println!("skipped: servers refuse root, and user namespaces are denied here");
    }
    may
}

/// A port that is free now.
pub fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}

impl Server {
    /// A new server; `None`, with a word why, where that cannot be.
    pub fn new(settings: &[&str]) -> Option<Self> {
        let below = std::env::var_os("SUNSET_LOCAL_DATA");
        let below = below.map_or_else(std::env::temp_dir, PathBuf::from);
        Self::within(tempfile::tempdir_in(below).expect("a folder"), settings)
    }

    /// A new server whose data lie in `folder`.
    pub fn within(folder: tempfile::TempDir, settings: &[&str]) -> Option<Self> {
        let Some(programs) = programs() else {
            println!("skipped: no PostgreSQL to start a server of (SUNSET_POSTGRES_BIN)");
            return None;
        };
        if !may_run() {
            return None;
        }
        let made = as_nobody_special(&programs.join("initdb"))
            .args([
                "-U",
                "postgres",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--no-locale",
                "--no-sync",
                "-D",
            ])
            .arg(folder.path().join("data"))
            .output()
            .expect("initdb");
        assert!(
            made.status.success(),
            "{}",
            String::from_utf8_lossy(&made.stderr)
        );
        let mut server = Self {
            programs,
            folder,
            port: free_port(),
            settings: settings.iter().map(|text| (*text).to_owned()).collect(),
            process: None,
        };
        server.start();
        Some(server)
    }

    pub fn start(&mut self) {
        let log = self.folder.path().join("log");
        let log = std::fs::File::options()
            .create(true)
            .append(true)
            .open(log)
            .expect("a log");
        let mut command = as_nobody_special(&self.programs.join("postgres"));
        command.arg("-D").arg(self.folder.path().join("data"));
        command.args(["-p", &self.port.to_string()]);
        for setting in [
            "listen_addresses=127.0.0.1",
            "unix_socket_directories=",
            "fsync=off",
        ]
        .into_iter()
        .chain(self.settings.iter().map(String::as_str))
        {
            command.args(["-c", setting]);
        }
        command
            .stdout(Stdio::null())
            .stderr(log)
            .stdin(Stdio::null());
        self.process = Some(command.spawn().expect("postgres"));
        let began = Instant::now();
        while !self.answers() {
            assert!(
                began.elapsed() < Duration::from_secs(60),
                "PostgreSQL does not start"
            );
            std::thread::sleep(Duration::from_millis(30));
        }
    }

    fn answers(&self) -> bool {
        Command::new("psql")
            .args([&self.admin(), "-AtqXc", "SELECT 1"])
            .stderr(Stdio::null())
            .stdout(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    }

    pub fn stop(&mut self, how: Stop) {
        let Some(mut process) = self.process.take() else {
            return;
        };
        let signal = match how {
            Stop::Fast => "-INT",
            Stop::Immediate => "-QUIT",
        };
        let sent = Command::new("kill")
            .args([signal, &process.id().to_string()])
            .status();
        assert!(
            sent.is_ok_and(|status| status.success()),
            "the server is not there"
        );
        process.wait().expect("gone");
    }

    /// The superuser's URL.
    pub fn admin(&self) -> String {
        format!("postgresql://postgres@127.0.0.1:{}/postgres", self.port)
    }

    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(mut process) = self.process.take() {
            let pid = process.id().to_string();
            // It may have ended already.
            drop(Command::new("kill").args(["-QUIT", &pid]).status());
            drop(process.wait());
        }
    }
}
