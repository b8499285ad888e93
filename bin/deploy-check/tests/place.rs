//! A folder with an inventory, and the program.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use serde_json::Value;

/// How the program ended.
pub struct Said {
    pub status: i32,
    pub out: String,
    pub err: String,
}

impl Said {
    fn of(output: Output) -> Self {
        Self {
            status: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).expect("text"),
            err: String::from_utf8(output.stderr).expect("text"),
        }
    }

    pub fn shown(&self) -> String {
        format!(
            "exit status {}\n--- standard output\n{}--- standard error\n{}",
            self.status, self.out, self.err
        )
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}", self.shown()))
    }

    /// The names of the checks that fail, with what was found.
    pub fn failing(&self) -> Vec<String> {
        let document = self.json();
        let sections = document["sections"].as_array().expect("sections").clone();
        let checks = sections
            .iter()
            .flat_map(|section| section["checks"].as_array().expect("checks"));
        checks
            .filter(|check| check["passed"] == false)
            .map(|check| {
                let finding = &check["findings"][0];
                assert!(
                    finding["next"].as_str().is_some_and(|next| next.len() > 10),
                    "no remedy: {check}"
                );
                let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
                format!("{}: {}", text(&check["name"]), text(&finding["message"]))
            })
            .collect()
    }
}

/// See the module.
pub struct Place {
    pub folder: tempfile::TempDir,
    pub variables: BTreeMap<String, String>,
    ca: Issuer<'static, KeyPair>,
}

impl Place {
    pub fn new() -> Self {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new(Vec::new()).expect("parameters");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let root = params.self_signed(&key).expect("a root");
        let folder = tempfile::tempdir().expect("a folder");
        let roots = folder.path().join("roots.pem");
        std::fs::write(&roots, root.pem()).expect("a file");
        let variables = BTreeMap::from([
            ("SSL_CERT_FILE".to_owned(), roots.display().to_string()),
            ("COLUMNS".to_owned(), "100".to_owned()),
        ]);
        Self {
            folder,
            variables,
            ca: Issuer::new(params, key),
        }
    }

    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.insert(name.into(), value.into());
        self
    }

    pub fn write(&self, name: &str, text: &str) {
        let path = self.folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }

    /// An inventory whose services are at these addresses.
    pub fn inventory(&self, api: &str, web: &str, bot: &str, plain: &str, more: &str) {
        let text = include_str!("../../../crates/deployment/src/inventory/sales-ai-v3.toml")
            .replace(
                "url = \"https://api.{domain}\"",
                &format!("url = \"{api}\"\nplain_url = \"{plain}\""),
            )
            .replace(
                "url = \"https://app.{domain}\"",
                &format!("url = \"{web}\"\nplain_url = \"{plain}\""),
            )
            .replace(
                "url = \"https://slack.{domain}\"",
                &format!("url = \"{bot}\"\nplain_url = \"{plain}\""),
            );
        self.write("deploy.toml", &format!("{text}{more}"));
    }

    pub fn run(&self, arguments: &[&str]) -> Said {
        Said::of(self.command(arguments).output().expect("the program"))
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_deploy-check"));
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .envs(&self.variables);
        command
    }

    /// A certificate of this place's authority: for a name, from and until so many days from now.
    pub fn certificate(&self, name: &str, from: i64, until: i64) -> ServerConfig {
        self.config(name, from, until, &[b"h2", b"http/1.1"])
    }

    pub fn config(&self, name: &str, from: i64, until: i64, protocols: &[&[u8]]) -> ServerConfig {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new(vec![name.to_owned()]).expect("parameters");
        params.not_before = date_time_ymd(1970, 1, 1) + seconds(from);
        params.not_after = date_time_ymd(1970, 1, 1) + seconds(until);
        let certificate = params.signed_by(&key, &self.ca).expect("a certificate");
        server_config(certificate.der().clone(), &key, protocols)
    }

    /// A certificate that nobody vouches for.
    pub fn self_signed(&self) -> ServerConfig {
        let key = KeyPair::generate().expect("a key");
        let params = CertificateParams::new(vec!["localhost".to_owned()]).expect("parameters");
        let certificate = params.self_signed(&key).expect("a certificate");
        server_config(certificate.der().clone(), &key, &[b"h2"])
    }
}

fn server_config(
    certificate: CertificateDer<'static>,
    key: &KeyPair,
    protocols: &[&[u8]],
) -> ServerConfig {
    let provider = rustls::crypto::ring::default_provider();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let mut config = ServerConfig::builder_with_provider(provider.into())
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .expect("a configuration");
    config.alpn_protocols = protocols.iter().map(|one| one.to_vec()).collect();
    config
}

/// Seconds of the present day, so many days from now.
fn seconds(from_now: i64) -> Duration {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("a clock");
    let seconds = i64::try_from(now.as_secs()).expect("a time") + from_now * 86_400;
    Duration::from_secs(u64::try_from(seconds).expect("a time"))
}

/// Whether a file of this place holds a text.
pub fn holds(folder: &Path, text: &str) -> bool {
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if std::fs::read(&path)
                .is_ok_and(|bytes| String::from_utf8_lossy(&bytes).contains(text))
            {
                return true;
            }
        }
    }
    false
}
