//! Through PgBouncer in transaction mode, with few connections and many other clients.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::super::workplace::Workplace;
use super::network::server_of;
use super::server::{as_nobody_special, free_port, may_run};
use super::{Storm, expect_same, expect_status, meaning, outcome, prepared, told};

/// A PgBouncer of the test's own.
pub struct Pooler {
    port: u16,
    process: Child,
    _folder: tempfile::TempDir,
}

fn program() -> Option<PathBuf> {
    let named = std::env::var_os("SUNSET_TEST_PGBOUNCER").map(PathBuf::from);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let usual = std::env::split_paths(&path).chain([PathBuf::from("/usr/sbin")]);
    let mut candidates = named
        .into_iter()
        .chain(usual.map(|folder| folder.join("pgbouncer")));
    let found = candidates.find(|path| path.is_file());
    if found.is_none() {
        println!("skipped: no pgbouncer here (scripts/pgbouncer.sh, SUNSET_TEST_PGBOUNCER)");
    }
    found
}

impl Pooler {
    /// Before the server of a URL, with so many connections a database.
    pub fn before(url: &str, pool_size: u32) -> Option<Self> {
        let program = program()?;
        if !may_run() {
            return None;
        }
        let folder = tempfile::tempdir().expect("a folder");
        let port = free_port();
        let server = server_of(url);
        let (host, server_port) = server.split_once(':').expect("host and port");
        let users = folder.path().join("users");
        std::fs::write(&users, "\"postgres\" \"\"\n").expect("a file");
        let settings = format!(
            "[databases]\n* = host={host} port={server_port}\n[pgbouncer]\nlisten_addr = 127.0.0.1\n\
             listen_port = {port}\nunix_socket_dir =\nauth_type = trust\nauth_file = {}\n\
             pool_mode = transaction\ndefault_pool_size = {pool_size}\nmax_client_conn = 200\n",
            users.display()
        );
        let file = folder.path().join("pgbouncer.ini");
        std::fs::write(&file, settings).expect("a file");
        let process = as_nobody_special(&program)
            .arg("-q")
            .arg(&file)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("pgbouncer");
        let pooler = Self {
            port,
            process,
            _folder: folder,
        };
        let began = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(
                began.elapsed() < Duration::from_secs(20),
                "PgBouncer does not start"
            );
            std::thread::sleep(Duration::from_millis(20));
        }
        Some(pooler)
    }

    fn url(&self, direct: &str) -> String {
        direct.replace(&server_of(direct), &format!("127.0.0.1:{}", self.port))
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// What the other clients do, all of it by the book or against it: named and unnamed statements,
/// settings that they leave behind, temporary tables, errors, transactions.
const OTHERS: [&str; 8] = [
    "SELECT count(*) FROM pg_class",
    "SET search_path = pg_catalog",
    "SET TimeZone = 'Asia/Taipei'; SET DateStyle = 'SQL, DMY'; SET bytea_output = 'escape'",
    "BEGIN; CREATE TEMP TABLE items (id int) ON COMMIT DROP; INSERT INTO items VALUES (1); COMMIT",
    "SELECT 1 / 0",
    "SET statement_timeout = '30ms'; SET lock_timeout = '10ms'",
    "PREPARE s1 AS SELECT 1; EXECUTE s1; DEALLOCATE s1",
    "BEGIN; SELECT pg_advisory_xact_lock(4711); SELECT pg_sleep(0.01); ROLLBACK",
];

/// Clients that go on until they are told to end; gives how many there were and what they did.
fn storm_of_clients(url: &str, clients: usize) -> (Arc<AtomicBool>, Arc<AtomicU64>) {
    let (end, done) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicU64::new(0)),
    );
    for client in 0..clients {
        let (end, done, url) = (Arc::clone(&end), Arc::clone(&done), url.to_owned());
        std::thread::spawn(move || {
            while !end.load(Ordering::Relaxed) {
                let mut script = String::new();
                for turn in 0..40 {
                    script.push_str(OTHERS[(client + turn * 3) % OTHERS.len()]);
                    script.push_str(";\n");
                }
                let mut psql = Command::new("psql")
                    .args([&url, "-AtqX", "-f", "-"])
                    .stdin(Stdio::piped())
                    .stdout(Stdio::null())
                    .stderr(Stdio::null())
                    .spawn()
                    .expect("psql");
                if let Some(mut input) = psql.stdin.take() {
                    // It may have ended with its connection.
                    drop(std::io::Write::write_all(&mut input, script.as_bytes()));
                }
                psql.wait().expect("gone");
                done.fetch_add(40, Ordering::Relaxed);
            }
        });
    }
    (end, done)
}

fn prepared_behind(pool_size: u32, cases: u64) -> Option<(Workplace, Pooler, String)> {
    let place = prepared(Workplace::new()?, cases);
    let pooler = Pooler::before(&place.url(), pool_size)?;
    let url = pooler.url(&place.url());
    Some((place.with("DATABASE_URL", &url), pooler, url))
}

#[test]
fn a_pooler_in_a_storm_of_other_clients_bends_nothing() {
    let storm = Storm::of(16);
    let load = ["--batch-size", storm.batch()];
    let Some((place, _pooler, url)) = prepared_behind(3, storm.cases) else {
        return;
    };
    let undisturbed = prepared(Workplace::new().expect("a server"), storm.cases);
    undisturbed.expect(3, "data-migrate", &load);
    let wanted = meaning(&undisturbed);
    let (end, done) = storm_of_clients(&url, 16);
    let outcome = outcome(place.spawn("data-migrate", &load));
    let again = place.run("data-migrate", &load);
    let back = meaning(&place);
    end.store(true, Ordering::Relaxed);
    expect_status(&outcome, 3, "through the pooler");
    expect_status(&again, 3, "again");
    for table in ["conversations", "opportunities", "meddic_analyses"] {
        let nothing = format!("{table}: 0 inserted, 0 updated");
        assert!(again.stdout.contains(&nothing), "{}", again.stdout);
    }
    expect_same(&back, &wanted, "through the pooler");
    place.expect(0, "rollback", &["--yes"]);
    told(&format!(
        "through {} in transaction mode with 3 connections, among 16 clients that did {} things \
         meanwhile: same rows",
        version(&program().expect("it runs")),
        done.load(Ordering::Relaxed)
    ));
}

fn version(program: &Path) -> String {
    let output = Command::new(program)
        .arg("--version")
        .output()
        .expect("a version");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.lines().next().unwrap_or_default().to_owned()
}

#[test]
fn the_lock_holds_behind_a_pooler_and_a_killed_run_leaves_none() {
    let Some((place, _pooler, _)) = prepared_behind(4, 600) else {
        return;
    };
    super::lock::two_at_once(place, "through a pooler");
}
