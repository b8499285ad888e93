//! Google's own emulator, where it is installed.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const JAR: &str = "platform/cloud-firestore-emulator/cloud-firestore-emulator.jar";
const MAIN: &str = "com.google.cloud.datastore.emulator.firestore.CloudFirestore";

/// A running emulator. It stops when it is dropped.
pub struct Emulator {
    process: Child,
    address: SocketAddr,
}

impl Emulator {
    /// Starts one on a free port, and waits until it answers.
    ///
    /// # Errors
    /// Why there is none, to be told behind `skipped:`.
    pub fn start() -> Result<Self, String> {
        let jar = jar().ok_or("Google's Firestore emulator is not installed")?;
        let address = TcpListener::bind(("127.0.0.1", 0))
            .and_then(|listener| listener.local_addr())
            .map_err(|error| format!("no free port: {error}"))?;
        let process = Command::new("java")
            .arg("-cp")
            .arg(jar)
            .arg(MAIN)
            .arg("--host=127.0.0.1")
            .arg(format!("--port={}", address.port()))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("java cannot be started: {error}"))?;
        let emulator = Self { process, address };
        let patience = Instant::now() + Duration::from_secs(60);
        while TcpStream::connect(address).is_err() {
            if Instant::now() > patience {
                return Err("the Firestore emulator does not come up within a minute".into());
            }
            std::thread::sleep(Duration::from_millis(200));
        }
        Ok(emulator)
    }

    /// `127.0.0.1:port`
    pub fn host(&self) -> String {
        self.address.to_string()
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        // It holds nothing that anybody wants.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// The emulator's program, below the root of Google's SDK.
fn jar() -> Option<PathBuf> {
    let asked = || {
        let output = Command::new("gcloud")
            .args(["info", "--format=value(installation.sdk_root)"])
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .output()
            .ok()?;
        Some(PathBuf::from(
            String::from_utf8(output.stdout).ok()?.trim().to_owned(),
        ))
    };
    let usual = ["/usr/lib/google-cloud-sdk", "/usr/share/google-cloud-sdk"];
    usual
        .iter()
        .map(|root| PathBuf::from(root).join(JAR))
        .find(|jar| jar.is_file())
        .or_else(|| {
            asked()
                .map(|root| root.join(JAR))
                .filter(|jar| jar.is_file())
        })
}
