//! The S3 adapter, by the same suite on every server that the environment names: local-s3,
//! SeaweedFS, Cloudflare's own simulator of R2 (`scripts/object-servers.sh`).

mod headers;
mod paths;
mod suite;

use std::sync::{Arc, Mutex};

use sunset_core::config::R2Settings;
use sunset_core::permit::{Consent, WritePermit};
use sunset_core::ports::objects::ObjectStore as _;
use sunset_core::secret::Secret;
use sunset_targets::r2::{R2Bucket, R2Writer};
use sunset_testkit::http_proxy::{Asked, Fault, HttpProxy};
use sunset_testkit::object_servers::{Buckets, S3_SERVERS, S3Server};

/// A bucket of its own for every test.
struct Scratch {
    server: S3Server,
    settings: R2Settings,
}

impl Scratch {
    /// One on every server that is there.
    async fn everywhere() -> Vec<Self> {
        let mut found = Vec::new();
        for server in S3_SERVERS {
            let settings = server.bucket(Buckets::First).await;
            found.extend(settings.map(|settings| Self { server, settings }));
        }
        found
    }

    fn writer(&self) -> R2Writer {
        writer(&self.settings)
    }
}

fn writer(settings: &R2Settings) -> R2Writer {
    let bucket = R2Bucket::new(settings);
    let permit = WritePermit::bind(&Consent::given_by_arguments(), bucket.identity());
    bucket.writer(&permit).expect("a permit for this bucket")
}

/// A bucket `kept` that has no server behind it: every request is answered with 200 and nothing,
/// and kept.
fn listening() -> (R2Writer, Arc<Mutex<Vec<Asked>>>) {
    let heard = Arc::<Mutex<Vec<Asked>>>::default();
    let told = Arc::clone(&heard);
    let proxy = HttpProxy::to("127.0.0.1:9", move |asked| {
        told.lock().expect("nobody failed").push(asked.clone());
        Some(Fault::Answer {
            status: 200,
            body: String::new(),
        })
    });
    let store = writer(&R2Settings {
        endpoint: proxy.expect("a proxy").url(),
        access_key: Secret::new("key"),
        secret_key: Secret::new("secret"),
        bucket: "kept".to_owned(),
        public_url: "https://pub.example".to_owned(),
    });
    (store, heard)
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
