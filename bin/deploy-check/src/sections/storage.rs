//! The bucket: an object written, read by its public address, and deleted.

use std::time::Duration;

use bytes::Bytes;
use futures::{StreamExt, stream};
use md5::{Digest, Md5};
use sunset_cli::Consented;
use sunset_core::check::{Check, Finding};
use sunset_core::config::{self, R2Settings};
use sunset_core::env_vars;
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::permit::{Consent, WritePermit};
use sunset_core::ports::objects::{Attributes, Body, ObjectStore, ObjectWriter};
use sunset_targets::r2::R2Bucket;
use uuid::Uuid;

use super::Found;
use crate::client::Request;
use crate::deployment::Deployment;

/// See the module.
pub async fn check(deployment: &Deployment) -> Found {
    let look_up = |name: &str| deployment.sources.value(name);
    let settings = match config::settings(&look_up, R2Settings::read) {
        Ok(settings) => settings,
        Err(error) => {
            let named = look_up(env_vars::CLOUDFLARE_R2_BUCKET).unwrap_or_default();
            let named = named.trim();
            // A name that no bucket can have is not one that is not set.
            if named.is_empty() || config::is_bucket_name(named) {
                return Found::skipped(error.what());
            }
            let failed = Check::new("bucket reachable", named).with(Some(finding(&error)));
            return vec![failed].into();
        }
    };
    let bucket = R2Bucket::new(&settings);
    let shown = bucket.identity().to_string();
    let mut checks = Vec::new();
    let listed = patiently(deployment, async {
        match bucket.list("").next().await {
            Some(page) => page.map(|_| ()),
            None => Ok(()),
        }
    })
    .await;
    checks.push(
        Check::new("bucket reachable", shown.as_str()).with(listed.err().as_ref().map(finding)),
    );
    if !checks.iter().all(Check::passed) {
        return checks.into();
    }
    let Consented::Write(consent) = &deployment.consent else {
        return Found {
            checks,
            skipped: Some("--dry-run writes no probe".into()),
        };
    };
    match probe(deployment, &bucket, &settings.public_url, consent).await {
        Ok(found) => checks.extend(found),
        Err(error) => {
            checks.push(Check::new("probe", shown.as_str()).with(Some(finding(&error))));
        }
    }
    checks.into()
}

async fn patiently<T>(
    deployment: &Deployment,
    request: impl Future<Output = Result<T>>,
) -> Result<T> {
    match tokio::time::timeout(deployment.timeout, request).await {
        Ok(result) => result,
        Err(_) => Err(Error::new(
            ErrorKind::Unreachable,
            format!("no answer within {} ms", deployment.timeout.as_millis()),
        )
        .remedy(
            "check CLOUDFLARE_R2_ENDPOINT and this machine's network, or give a longer --timeout",
        )),
    }
}

fn finding(error: &Error) -> Finding {
    let remedy = error
        .remedy_text()
        .unwrap_or("check the bucket's name and the token's permission Object Read & Write");
    Finding::failure(error.what(), 1, vec![]).remedy(remedy)
}

async fn probe(
    deployment: &Deployment,
    bucket: &R2Bucket,
    public_url: &str,
    consent: &Consent,
) -> Result<Vec<Check>> {
    let permit = WritePermit::bind(consent, bucket.identity());
    let writer = bucket.writer(&permit)?;
    let key = format!("deploy-check/probe-{}.txt", Uuid::new_v4());
    let text = format!("deploy-check {key}\n").into_bytes();
    let body = Body {
        length: u64::try_from(text.len()).unwrap_or(0),
        md5: Md5::digest(&text).into(),
        bytes: stream::iter([Ok(Bytes::from(text.clone()))]).boxed(),
    };
    let attributes = Attributes {
        content_type: "text/plain".into(),
        cache_control: "no-store".into(),
        ..Attributes::default()
    };
    let mut checks = Vec::new();
    let written = patiently(deployment, writer.put(&key, body, &attributes)).await;
    let was_written = written.is_ok();
    checks
        .push(Check::new("object written", key.as_str()).with(written.err().as_ref().map(finding)));
    if was_written {
        let address = format!("{public_url}/{key}");
        checks.push(public(deployment, &address, &text).await);
    }
    // Also after a failure: an answer may have been lost on the way.
    let deleted = patiently(deployment, async {
        writer.delete(&key).await?;
        match writer.head(&key).await? {
            None => Ok(()),
            Some(_) => Err(Error::new(
                ErrorKind::Conflict,
                "the object is there still after its deletion",
            )),
        }
    })
    .await;
    if was_written || deleted.is_err() {
        let finding = deleted.err().map(|error| {
            Finding::failure(error.what(), 1, vec![key.clone()])
                .remedy("delete it by hand, and give the token the permission Object Read & Write")
        });
        checks.push(Check::new("object deleted", key).with(finding));
    }
    Ok(checks)
}

/// Reads by the public address; a bucket that was made public a moment ago takes its time.
async fn public(deployment: &Deployment, address: &str, wanted: &[u8]) -> Check {
    let check = Check::new("object read by its public address", address);
    let mut last = None;
    for _ in 0..3 {
        let fault = match deployment.client.ask(Request::get(address)).await {
            Ok(answer) if answer.status == 200 && answer.body == wanted => return check,
            Ok(answer) if answer.status == 200 => "the public address gives other bytes".to_owned(),
            Ok(answer) => format!("the public address answers {}", answer.status),
            Err(none) => none.why,
        };
        last = Some(fault);
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    check.with(last.map(|fault| {
        Finding::failure(fault, 1, vec![]).remedy(
            "set CLOUDFLARE_R2_PUBLIC_URL to the bucket's public domain, and let it be public: \
             Cloudflare dashboard, R2, the bucket, Settings, Public access",
        )
    }))
}
