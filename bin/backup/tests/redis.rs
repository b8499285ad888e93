//! A real Redis beside the database.

use std::io::Write as _;
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};

use crate::scratch::Scratch;

struct Redis {
    child: Child,
    port: u16,
}

const PASSWORD: &str = "hunter2 redis";

impl Redis {
    /// `None`, with a word why, where there is none.
    fn start(scratch: &Scratch) -> Option<Self> {
        let port = TcpListener::bind("127.0.0.1:0")
            .ok()?
            .local_addr()
            .ok()?
            .port();
        let child = Command::new("redis-server")
            .args([
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                "--port",
                &port.to_string(),
            ])
            .args(["--requirepass", PASSWORD, "--dir"])
            .arg(scratch.folder.path())
            .stdout(Stdio::null())
            .spawn();
        let Ok(child) = child else {
            println!(
                "skipped: there is no redis-server (scripts/servers.sh redis brings Debian's)"
            );
            return None;
        };
        let redis = Self { child, port };
        let begun = std::time::Instant::now();
        while redis.ask("PING") != "PONG" {
            assert!(begun.elapsed().as_secs() < 20, "Redis does not start");
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        Some(redis)
    }

    /// Commands, a line each.
    fn ask(&self, commands: &str) -> String {
        let mut child = Command::new("redis-cli")
            .args(["-p", &self.port.to_string(), "--no-auth-warning"])
            .env("REDISCLI_AUTH", PASSWORD)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("redis-cli");
        let mut input = child.stdin.take().expect("a pipe");
        input.write_all(commands.as_bytes()).expect("commands");
        drop(input);
        let output = child.wait_with_output().expect("redis-cli");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    fn url(&self) -> String {
        format!("redis://:hunter2%20redis@127.0.0.1:{}", self.port)
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

#[test]
fn a_redis_is_copied_and_its_copy_starts_another() {
    let Some(mut scratch) = Scratch::new() else {
        return;
    };
    let Some(redis) = Redis::start(&scratch) else {
        return;
    };
    let keys: String = (0..500)
        .map(|n| format!("SET key:{n} 'value {n}'\n"))
        .collect();
    redis.ask(&keys);
    redis.ask("SELECT 3\nHSET other field value");
    scratch.set("REDIS_URL", &redis.url());
    let said = scratch.expect(0, &["--plan", "main-server", "--json", "--verbose"]);
    assert!(!format!("{said:?}").contains("hunter2"), "{said:?}");
    let manifest = &said.json()["manifest"];
    assert_eq!(manifest["redis"]["keys"], 501);
    assert_eq!(manifest["files"].as_array().map(Vec::len), Some(2));
    let id = manifest["id"].as_str().expect("an id");
    let verified = scratch.expect(0, &["verify", id]);
    assert!(verified.out.contains("Redis: "), "{verified:?}");
    // The file is one that Redis takes.
    let folder = scratch.path("another");
    std::fs::create_dir(&folder).expect("a folder");
    let copy = scratch.path("backups").join(id).join("redis.rdb");
    std::fs::copy(&copy, folder.join("dump.rdb")).expect("a copy");
    let port = TcpListener::bind("127.0.0.1:0")
        .expect("a port")
        .local_addr()
        .expect("one")
        .port();
    let child = Command::new("redis-server")
        .args([
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--port",
            &port.to_string(),
        ])
        .args(["--requirepass", PASSWORD, "--dir"])
        .arg(&folder)
        .stdout(Stdio::null())
        .spawn()
        .expect("redis-server");
    let another = Redis { child, port };
    let begun = std::time::Instant::now();
    while another.ask("GET key:77") != "value 77" {
        assert!(begun.elapsed().as_secs() < 20, "the copy is not served");
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    assert_eq!(another.ask("DBSIZE"), "500");
    // A file that is damaged with its digest made to fit is still found by Redis' own tool.
    let mut bytes = std::fs::read(&copy).expect("the copy");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&copy, &bytes).expect("the copy");
    scratch.expect(4, &["verify", id]);
}

#[test]
fn a_redis_that_refuses_or_is_away_is_told_before_anything_begins() {
    let Some(mut scratch) = Scratch::new() else {
        return;
    };
    let Some(redis) = Redis::start(&scratch) else {
        return;
    };
    scratch.set(
        "REDIS_URL",
        &format!("redis://:wrong@127.0.0.1:{}", redis.port),
    );
    let said = scratch.expect(1, &[]);
    assert!(
        said.err.contains("refuses REDIS_URL's credentials"),
        "{said:?}"
    );
    scratch.set("REDIS_URL", "redis://127.0.0.1:9");
    let said = scratch.expect(1, &[]);
    assert!(said.err.contains("Redis does not answer"), "{said:?}");
    assert!(!scratch.path("backups").exists());
    scratch.expect(0, &["--plan", "main-server", "--without-redis"]);
}
