//! The S3 servers that the environment names, for suites that run on every one of them.
//! `scripts/object-servers.sh` starts them and prints how they are reached.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test whose server fails it fails, and one without a server says so"
)]

use std::sync::atomic::{AtomicUsize, Ordering};

use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};
use sunset_core::config::R2Settings;
use sunset_core::secret::Secret;

/// A server, and where it differs from R2 itself.
#[derive(Debug, Clone, Copy)]
pub struct S3Server {
    /// What it is called.
    pub name: &'static str,
    /// `<this>_ENDPOINT`, `_ACCESS_KEY`, `_SECRET_KEY`; `_BUCKETS` where it makes none itself, and
    /// `_PUBLIC` where what they hold can be fetched without a key, below `/<bucket>/`.
    pub variables: &'static str,
    /// It keeps no key that holds one of these.
    pub loses: &'static [&'static str],
    /// Nor one of more bytes.
    pub longest: usize,
    /// It tells of unfinished uploads.
    pub lists_uploads: bool,
    /// It tells of their parts.
    pub lists_parts: bool,
    /// The ETags of parts are their MD5s.
    pub parts_have_md5: bool,
    /// It makes no object of parts below 5 MiB.
    pub wants_large_parts: bool,
}

/// The workspace's own.
pub const LOCAL_S3: S3Server = S3Server {
    name: "local-s3",
    variables: "SUNSET_TEST_S3",
    // Keys are paths of files, and what is known of an object is in one named after its key.
    loses: &["//", "/./"],
    longest: 140,
    lists_uploads: false,
    lists_parts: true,
    parts_have_md5: true,
    wants_large_parts: false,
};

/// SeaweedFS.
pub const SEAWEEDFS: S3Server = S3Server {
    name: "SeaweedFS",
    variables: "SUNSET_TEST_SEAWEEDFS",
    // The former becomes one slash, the latter is an "Invalid Request".
    loses: &["//", "/./"],
    longest: 1_024,
    lists_uploads: true,
    lists_parts: true,
    parts_have_md5: true,
    wants_large_parts: true,
};

/// Cloudflare's own simulator of R2.
pub const R2_SIMULATOR: S3Server = S3Server {
    name: "Cloudflare's simulator of R2",
    variables: "SUNSET_TEST_R2_SIMULATOR",
    // Its URLs lose them, and then the signature is of another one.
    loses: &["/./"],
    longest: 1_024,
    lists_uploads: false,
    lists_parts: false,
    parts_have_md5: false,
    wants_large_parts: true,
};

/// All of them.
pub const S3_SERVERS: [S3Server; 3] = [LOCAL_S3, SEAWEEDFS, R2_SIMULATOR];

/// From which end buckets are dealt out that a server was started with: the test programs of
/// different packages run one after the other, with one server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Buckets {
    /// To the suite of the adapter.
    First,
    /// To that of the programs.
    Last,
}

impl S3Server {
    /// Whether it keeps no object under this key.
    pub fn loses(&self, key: &str) -> bool {
        key.len() > self.longest || self.loses.iter().any(|part| key.contains(part))
    }

    fn variable(&self, name: &str) -> Option<String> {
        std::env::var(format!("{}_{name}", self.variables)).ok()
    }

    /// Whether the settings of [`Self::bucket`] hold an address that can be fetched from.
    pub fn is_public(&self) -> bool {
        self.variable("PUBLIC").is_some()
    }

    /// A bucket that no other test has; `None`, with a word why, where the server is absent. It
    /// stays, since the server is thrown away.
    pub async fn bucket(&self, dealt: Buckets) -> Option<R2Settings> {
        let endpoint = self.variable("ENDPOINT");
        let keys = (self.variable("ACCESS_KEY"), self.variable("SECRET_KEY"));
        let (Some(endpoint), (Some(access), Some(secret))) = (endpoint, keys) else {
            println!(
                "skipped: {}_ENDPOINT names no {}",
                self.variables, self.name
            );
            return None;
        };
        let bucket = match self.variable("BUCKETS") {
            Some(buckets) => declared(&buckets, dealt),
            None => made(&endpoint, &access, &secret).await,
        };
        let public = self.variable("PUBLIC");
        let public = public.unwrap_or_else(|| "https://pub.example".to_owned());
        Some(R2Settings {
            public_url: format!("{public}/{bucket}"),
            endpoint,
            access_key: Secret::new(access),
            secret_key: Secret::new(secret),
            bucket,
        })
    }
}

/// The next of the buckets that the server was started with.
fn declared(buckets: &str, dealt: Buckets) -> String {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let next = NEXT.fetch_add(1, Ordering::SeqCst);
    let bucket = match dealt {
        Buckets::First => buckets.split(',').nth(next),
        Buckets::Last => buckets.rsplit(',').nth(next),
    };
    bucket.expect("enough buckets are declared").to_owned()
}

async fn made(endpoint: &str, access: &str, secret: &str) -> String {
    let bucket = format!("test-{}", uuid::Uuid::new_v4().simple());
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("auto"))
        .endpoint_url(endpoint)
        .force_path_style(true)
        .credentials_provider(Credentials::new(access, secret, None, None, "test"))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    let made = aws_sdk_s3::Client::from_conf(config).create_bucket();
    made.bucket(&bucket).send().await.expect("a bucket");
    bucket
}
