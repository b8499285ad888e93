//! The two object servers: fake-gcs-server with the recordings in memory, and local-s3 (s3s-fs).

use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use sunset_testkit::proxy::Proxy;

use crate::RunArguments;
use crate::audio::recordings::{BUCKET, Recordings};

/// Loading some gigabytes takes its time.
const PATIENCE: Duration = Duration::from_secs(300);
/// The keys of the local server.
pub const KEY: &str = "bench";
pub const SECRET: &str = "bench-secret";

/// Both servers, and the line to them; they end with this value.
pub struct Servers {
    children: Vec<Child>,
    /// Kept for as long as something is measured.
    _line: Vec<Proxy>,
    /// `http://host:port` of the old bucket.
    pub gcs: String,
    /// `http://host:port` of the new one.
    pub s3: String,
    root: PathBuf,
}

impl Servers {
    /// Starts both. With a round trip, each is reached through a proxy that holds every byte for
    /// half of it in each direction.
    pub fn start(
        arguments: &RunArguments,
        gcs: &Path,
        recordings: &Recordings,
        round_trip: Option<Duration>,
    ) -> Result<Self> {
        let root = arguments.work_dir.join("recordings-s3");
        std::fs::create_dir_all(&root)?;
        let (gcs_port, s3_port) = (free_port()?, free_port()?);
        let mut line = Vec::new();
        let mut reached = |port: u16| -> Result<String> {
            let host = format!("127.0.0.1:{port}");
            let Some(round_trip) = round_trip else {
                return Ok(host);
            };
            let proxy = Proxy::to(&host)?;
            proxy.delay(round_trip / 2);
            let address = proxy.address().to_string();
            line.push(proxy);
            Ok(address)
        };
        let (gcs_host, s3_host) = (reached(gcs_port)?, reached(s3_port)?);
        let mut servers = Self {
            children: Vec::new(),
            _line: line,
            gcs: format!("http://{gcs_host}"),
            s3: format!("http://{s3_host}"),
            root,
        };
        let port = gcs_port.to_string();
        // Links within its answers lead where it is reached.
        servers.run(
            Command::new(gcs)
                .args(["-scheme", "http", "-host", "127.0.0.1", "-port", &port])
                .args(["-backend", "memory", "-log-level", "error", "-data"])
                .arg(&recordings.dir)
                .args(["-public-host", &gcs_host, "-external-url", &servers.gcs]),
            gcs_port,
        )?;
        let port = s3_port.to_string();
        servers.run(
            Command::new(arguments.bin_dir.join("local-s3"))
                .args(["--port", &port, "--root"])
                .arg(&servers.root)
                .env("LOCAL_S3_ACCESS_KEY", KEY)
                .env("LOCAL_S3_SECRET_KEY", SECRET)
                .env("RUST_LOG", "error"),
            s3_port,
        )?;
        Ok(servers)
    }

    fn run(&mut self, command: &mut Command, port: u16) -> Result<()> {
        let name = command.get_program().to_string_lossy().into_owned();
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("cannot start {name}"))?;
        self.children.push(child);
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            let ended = self
                .children
                .last_mut()
                .and_then(|child| child.try_wait().transpose());
            if ended.is_some() || begun.elapsed() > PATIENCE {
                bail!("{name} does not start");
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    /// A bucket without objects, in place of one of the same name.
    pub fn empty(&self, bucket: &str) -> Result<()> {
        self.remove(bucket)?;
        std::fs::create_dir_all(self.root.join(bucket))?;
        Ok(())
    }

    /// A bucket with all it holds, so that nothing of it has to reach the disk any more.
    pub fn remove(&self, bucket: &str) -> Result<()> {
        let folder = self.root.join(bucket);
        if folder.exists() {
            std::fs::remove_dir_all(&folder)?;
        }
        // What s3s-fs keeps about objects lies in files beside the buckets.
        for entry in std::fs::read_dir(&self.root)? {
            let path = entry?.path();
            if path.is_file() {
                std::fs::remove_file(path)?;
            }
        }
        Ok(())
    }

    /// Objects and bytes of a bucket.
    pub fn held(&self, bucket: &str) -> Result<(u64, u64)> {
        let mut folders = vec![self.root.join(bucket)];
        let (mut objects, mut bytes) = (0, 0);
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder)? {
                let entry = entry?;
                let metadata = entry.metadata()?;
                if metadata.is_dir() {
                    folders.push(entry.path());
                } else {
                    objects += 1;
                    bytes += metadata.len();
                }
            }
        }
        Ok((objects, bytes))
    }

    /// audio-migrate from the one to the other.
    pub fn audio_migrate(&self, program: &mut Command, bucket: &str) {
        program
            .args(["--concurrency", "16"])
            .env("V2_AUDIO", format!("gs://{BUCKET}"))
            .env("STORAGE_EMULATOR_HOST", &self.gcs)
            .env("CLOUDFLARE_R2_ENDPOINT", &self.s3)
            .env("CLOUDFLARE_R2_ACCESS_KEY", KEY)
            .env("CLOUDFLARE_R2_SECRET_KEY", SECRET)
            .env("CLOUDFLARE_R2_BUCKET", bucket)
            .env("CLOUDFLARE_R2_PUBLIC_URL", "https://recordings.example")
            .stdout(Stdio::null())
            .stderr(Stdio::null());
    }

    /// `rclone copy` from the one to the other.
    pub fn rclone(&self, program: &Path, bucket: &str) -> Command {
        let mut command = Command::new(program);
        command
            .args(["copy", &format!("gcs:{BUCKET}"), &format!("s3:{bucket}")])
            .args(["--transfers", "16", "--checksum"])
            .env("RCLONE_CONFIG", "/dev/null")
            .env("RCLONE_CONFIG_GCS_TYPE", "google cloud storage")
            .env("RCLONE_CONFIG_GCS_ANONYMOUS", "true")
            .env(
                "RCLONE_CONFIG_GCS_ENDPOINT",
                format!("{}/storage/v1/", self.gcs),
            )
            .env("RCLONE_CONFIG_S3_TYPE", "s3")
            .env("RCLONE_CONFIG_S3_PROVIDER", "Cloudflare")
            .env("RCLONE_CONFIG_S3_ENDPOINT", &self.s3)
            .env("RCLONE_CONFIG_S3_ACCESS_KEY_ID", KEY)
            .env("RCLONE_CONFIG_S3_SECRET_ACCESS_KEY", SECRET)
            .env("RCLONE_CONFIG_S3_NO_CHECK_BUCKET", "true")
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        for child in &mut self.children {
            // One that has ended by itself is fine, too.
            drop(child.kill());
            drop(child.wait());
        }
    }
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}
