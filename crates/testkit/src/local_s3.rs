//! The workspace's own S3 server, one for every test.

use std::io;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A server with one bucket, [`BUCKET`]; it goes with this value.
pub struct LocalS3 {
    server: Child,
    /// `http://127.0.0.1:PORT`
    pub endpoint: String,
}

/// The bucket of such a server.
pub const BUCKET: &str = "recordings";
const ACCESS_KEY: &str = "key";
const SECRET_KEY: &str = "secret";

impl LocalS3 {
    /// Starts `program` with its objects in the folder `s3` below `folder`.
    ///
    /// # Errors
    /// When it does not start within 20 s.
    pub fn start(program: &Path, folder: &Path) -> io::Result<Self> {
        let ready = folder.join("address");
        let server = Command::new(program)
            .args(["--bucket", BUCKET, "--root"])
            .arg(folder.join("s3"))
            .arg("--ready-file")
            .arg(&ready)
            .env("LOCAL_S3_ACCESS_KEY", ACCESS_KEY)
            .env("LOCAL_S3_SECRET_KEY", SECRET_KEY)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        // Ends with this value, also where it never gets ready.
        let mut started = Self {
            server,
            endpoint: String::new(),
        };
        let begin = Instant::now();
        let address = loop {
            match std::fs::read_to_string(&ready) {
                Ok(address) if !address.trim().is_empty() => break address.trim().to_owned(),
                _ => std::thread::sleep(Duration::from_millis(20)),
            }
            if begin.elapsed() > Duration::from_secs(20) {
                return Err(io::Error::new(io::ErrorKind::TimedOut, "it does not start"));
            }
        };
        started.endpoint = match address.split_once("://") {
            Some(_) => address,
            None => format!("http://{address}"),
        };
        Ok(started)
    }

    /// What leads a program to it.
    pub fn settings(&self) -> [(&'static str, String); 5] {
        [
            (
                "CLOUDFLARE_R2_PUBLIC_URL",
                format!("{}/public/{BUCKET}", self.endpoint),
            ),
            ("CLOUDFLARE_R2_ENDPOINT", self.endpoint.clone()),
            ("CLOUDFLARE_R2_ACCESS_KEY", ACCESS_KEY.to_owned()),
            ("CLOUDFLARE_R2_SECRET_KEY", SECRET_KEY.to_owned()),
            ("CLOUDFLARE_R2_BUCKET", BUCKET.to_owned()),
        ]
    }
}

impl Drop for LocalS3 {
    fn drop(&mut self) {
        drop(self.server.kill());
        drop(self.server.wait());
    }
}
