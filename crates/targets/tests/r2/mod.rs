//! The S3 adapter, by the same suite on every server that the environment names: local-s3,
//! SeaweedFS, Cloudflare's own simulator of R2 (`scripts/object-servers.sh`).

mod paths;
mod suite;

use std::sync::atomic::{AtomicUsize, Ordering};

use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};
use sunset_core::config::R2Settings;
use sunset_core::permit::{Consent, WritePermit};
use sunset_core::ports::objects::ObjectStore as _;
use sunset_core::secret::Secret;
use sunset_targets::r2::{R2Bucket, R2Writer};

/// A server, and where it differs from R2 itself.
#[derive(Debug, Clone, Copy)]
struct Server {
    name: &'static str,
    /// `<this>_ENDPOINT`, `_ACCESS_KEY`, `_SECRET_KEY`, and `_BUCKETS` where it makes none itself.
    variables: &'static str,
    /// It keeps no key that holds one of these.
    loses: &'static [&'static str],
    /// Nor one of more bytes.
    longest: usize,
    /// It tells of unfinished uploads.
    lists_uploads: bool,
    /// It tells of their parts.
    lists_parts: bool,
    /// The ETags of parts are their MD5s.
    parts_have_md5: bool,
    /// It makes no object of parts below 5 MiB.
    wants_large_parts: bool,
}

impl Server {
    fn loses(&self, key: &str) -> bool {
        key.len() > self.longest || self.loses.iter().any(|part| key.contains(part))
    }
}

const SERVERS: [Server; 3] = [
    Server {
        name: "local-s3",
        variables: "SUNSET_TEST_S3",
        // Keys are paths of files, and what is known of an object is in one named after its key.
        loses: &["//", "/./"],
        longest: 140,
        lists_uploads: false,
        lists_parts: true,
        parts_have_md5: true,
        wants_large_parts: false,
    },
    Server {
        name: "SeaweedFS",
        variables: "SUNSET_TEST_SEAWEEDFS",
        // The former becomes one slash, the latter is an "Invalid Request".
        loses: &["//", "/./"],
        longest: 1_024,
        lists_uploads: true,
        lists_parts: true,
        parts_have_md5: true,
        wants_large_parts: true,
    },
    Server {
        name: "Cloudflare's simulator of R2",
        variables: "SUNSET_TEST_R2_SIMULATOR",
        // Its URLs lose them, and then the signature is of another one.
        loses: &["/./"],
        longest: 1_024,
        lists_uploads: false,
        lists_parts: false,
        parts_have_md5: false,
        wants_large_parts: true,
    },
];

/// A bucket of its own for every test; it stays, since the server is thrown away.
struct Scratch {
    server: Server,
    settings: R2Settings,
}

impl Scratch {
    /// One on every server that is there.
    async fn everywhere() -> Vec<Self> {
        let mut found = Vec::new();
        for server in SERVERS {
            match Self::on(server).await {
                Some(scratch) => found.push(scratch),
                None => println!(
                    "skipped: {}_ENDPOINT names no {}",
                    server.variables, server.name
                ),
            }
        }
        found
    }

    async fn on(server: Server) -> Option<Self> {
        let variable = |name: &str| std::env::var(format!("{}_{name}", server.variables)).ok();
        let (endpoint, access, secret) = (
            variable("ENDPOINT")?,
            variable("ACCESS_KEY")?,
            variable("SECRET_KEY")?,
        );
        let bucket = match variable("BUCKETS") {
            Some(buckets) => declared(&buckets),
            None => made(&endpoint, &access, &secret).await,
        };
        Some(Self {
            server,
            settings: R2Settings {
                endpoint,
                access_key: Secret::new(access),
                secret_key: Secret::new(secret),
                bucket,
                public_url: "https://pub.example".to_owned(),
            },
        })
    }

    fn writer(&self) -> R2Writer {
        let bucket = R2Bucket::new(&self.settings);
        let permit = WritePermit::bind(&Consent::given_by_arguments(), bucket.identity());
        bucket.writer(&permit).expect("a permit for this bucket")
    }
}

/// The next of the buckets that the server was started with.
fn declared(buckets: &str) -> String {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let next = NEXT.fetch_add(1, Ordering::SeqCst);
    let bucket = buckets.split(',').nth(next);
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

macro_rules! on_every_server {
    ($($test:ident),+ $(,)?) => {
        $(
            #[tokio::test]
            async fn $test() {
                for scratch in Scratch::everywhere().await {
                    println!("on {}", scratch.server.name);
                    suite::$test(scratch).await;
                }
            }
        )+
    };
}

on_every_server!(
    a_streamed_object_arrives_byte_for_byte_with_what_stands_beside_it,
    a_body_that_ends_early_or_late_is_no_object,
    parts_make_an_object_and_an_upload_can_be_gone_on_with,
    an_upload_that_was_given_up_takes_no_parts,
    refusals_say_what_to_do,
    parts_that_are_too_small_make_no_object,
    a_permit_for_another_bucket_makes_no_writer,
    keys_of_any_unicode_are_kept_as_they_are,
    bytes_that_are_not_their_md5_are_refused,
);
