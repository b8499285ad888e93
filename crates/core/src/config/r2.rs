//! Where recordings go.

use super::{Faults, Variables};
use crate::env_vars as env;
use crate::secret::Secret;

/// An R2 bucket by its S3 interface.
#[derive(Debug, Clone)]
pub struct R2Settings {
    /// `https://<account>.r2.cloudflarestorage.com`
    pub endpoint: String,
    /// The token's access key id.
    pub access_key: Secret,
    /// Its secret.
    pub secret_key: Secret,
    /// The bucket.
    pub bucket: String,
    /// What URLs begin with, without a slash at the end.
    pub public_url: String,
}

impl R2Settings {
    /// Reads the `CLOUDFLARE_…` variables.
    pub fn read(variables: &Variables<'_>, faults: &mut Faults) -> Self {
        let account = variables.get(env::CLOUDFLARE_ACCOUNT_ID);
        let endpoint = variables.get(env::CLOUDFLARE_R2_ENDPOINT).or_else(|| {
            let account = account.as_ref()?;
            Some(format!("https://{account}.r2.cloudflarestorage.com"))
        });
        if endpoint.is_none() {
            faults.add(
                env::CLOUDFLARE_R2_ENDPOINT,
                "and CLOUDFLARE_ACCOUNT_ID are not set",
                "set one of them",
            );
        }
        let public_url = variables.get(env::CLOUDFLARE_R2_PUBLIC_URL).or_else(|| {
            let account = account.as_ref()?;
            Some(format!("https://pub-{account}.r2.dev"))
        });
        if public_url.is_none() && endpoint.is_some() {
            faults.add(
                env::CLOUDFLARE_R2_PUBLIC_URL,
                "and CLOUDFLARE_ACCOUNT_ID are not set",
                "set the address under which the bucket's objects are public",
            );
        }
        for (name, url) in [
            (env::CLOUDFLARE_R2_ENDPOINT, &endpoint),
            (env::CLOUDFLARE_R2_PUBLIC_URL, &public_url),
        ] {
            let Some(url) = url else { continue };
            let rest = url.strip_prefix("https://");
            match rest.or_else(|| url.strip_prefix("http://")) {
                None => faults.add(name, "is no URL", "begin it with https://"),
                // It is named in what is shown, in reports and in notices.
                Some(rest) if rest.split(['/', '?']).next().unwrap_or(rest).contains('@') => faults.add(
                    name,
                    "has a user or a password in it",
                    "leave them out: keys stand in CLOUDFLARE_R2_ACCESS_KEY and CLOUDFLARE_R2_SECRET_KEY",
                ),
                Some(_) => {}
            }
        }
        let trimmed =
            |url: Option<String>| url.unwrap_or_default().trim_end_matches('/').to_owned();
        Self {
            endpoint: trimmed(endpoint),
            access_key: Secret::new(variables.require(env::CLOUDFLARE_R2_ACCESS_KEY, faults)),
            secret_key: Secret::new(variables.require(env::CLOUDFLARE_R2_SECRET_KEY, faults)),
            bucket: bucket_name(variables, faults),
            public_url: trimmed(public_url),
        }
    }
}

fn bucket_name(variables: &Variables<'_>, faults: &mut Faults) -> String {
    let name = variables.require(env::CLOUDFLARE_R2_BUCKET, faults);
    if !name.is_empty() && !is_bucket_name(&name) {
        faults.add(
            env::CLOUDFLARE_R2_BUCKET,
            &format!("is {name:?}, which R2 takes for no bucket's name"),
            NAME_RULE,
        );
    }
    name
}

const NAME_RULE: &str = "write 3 to 63 lowercase letters, digits and hyphens, no hyphen first or last, and nothing else: \
     no path, no slash";

/// Whether R2 lets a bucket be called so. It answers other names as if something else were wrong: a
/// slash at the end breaks the signature.
pub fn is_bucket_name(name: &str) -> bool {
    let bytes = name.as_bytes();
    let fits = |byte: &u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
    (3..=63).contains(&bytes.len())
        && bytes.iter().all(fits)
        && !name.starts_with('-')
        && !name.ends_with('-')
}
