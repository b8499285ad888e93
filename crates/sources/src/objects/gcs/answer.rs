//! What Cloud Storage answers.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Response;
use serde::Deserialize;
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::instant::Instant;
use sunset_core::ports::objects::SourceObject;

use super::Described;
use crate::http;

/// One page of a listing.
#[derive(Debug)]
pub struct Page {
    pub objects: Vec<SourceObject>,
    /// What else begins alike, up to the next slash and with it.
    pub folders: Vec<String>,
    /// Where the next page begins; `None` behind the last.
    pub next: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PageJson {
    next_page_token: Option<String>,
    #[serde(default)]
    items: Vec<ObjectJson>,
    #[serde(default)]
    prefixes: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ObjectJson {
    name: String,
    /// Numbers are text in Google's JSON.
    size: Option<String>,
    md5_hash: Option<String>,
    crc32c: Option<String>,
    generation: Option<String>,
    content_type: Option<String>,
    content_encoding: Option<String>,
    time_created: Option<String>,
}

#[derive(Deserialize, Default)]
struct RefusalJson {
    #[serde(default)]
    error: RefusalBody,
}

#[derive(Deserialize, Default)]
struct RefusalBody {
    #[serde(default)]
    message: String,
    #[serde(default)]
    errors: Vec<Reason>,
}

#[derive(Deserialize, Default)]
struct Reason {
    #[serde(default)]
    reason: String,
}

/// Reads a page of a listing.
pub fn page(body: &[u8], bucket: &str) -> Result<Page> {
    let page: PageJson = serde_json::from_slice(body).map_err(|cause| malformed(bucket, cause))?;
    let objects = page.items.into_iter().map(|item| item.object(bucket));
    Ok(Page {
        objects: objects.collect::<Result<_>>()?,
        folders: page.prefixes,
        next: page.next_page_token.filter(|token| !token.is_empty()),
    })
}

/// Reads the description of one object.
pub fn object(body: &[u8], bucket: &str) -> Result<Described> {
    let object: ObjectJson =
        serde_json::from_slice(body).map_err(|cause| malformed(bucket, cause))?;
    let created = object
        .time_created
        .as_deref()
        .and_then(|text| Instant::parse_rfc3339(text, false));
    Ok(Described {
        object: object.object(bucket)?,
        created,
    })
}

fn malformed(bucket: &str, cause: serde_json::Error) -> Error {
    Error::new(
        ErrorKind::Malformed,
        "Cloud Storage gave an answer that cannot be read",
    )
    .item(format!("gs://{bucket}"))
    .cause(cause)
    .remedy("check STORAGE_EMULATOR_HOST, and that no proxy answers in the service's place")
}

impl ObjectJson {
    fn object(self, bucket: &str) -> Result<SourceObject> {
        let uri = format!("gs://{bucket}/{}", self.name);
        let bad = |what: &str| {
            Error::new(
                ErrorKind::Malformed,
                format!("Cloud Storage states {what} that is none"),
            )
            .item(uri.clone())
        };
        let size = self.size.as_deref().unwrap_or("0");
        let size = size.parse().map_err(|_| bad("a size"))?;
        let md5 = match &self.md5_hash {
            Some(text) => Some(bytes(text).ok_or_else(|| bad("an MD5"))?),
            None => None,
        };
        let crc32c = match &self.crc32c {
            Some(text) => Some(u32::from_be_bytes(
                bytes(text).ok_or_else(|| bad("a CRC32C"))?,
            )),
            None => None,
        };
        Ok(SourceObject {
            size,
            generation: self.generation.and_then(|text| text.parse().ok()),
            crc32c,
            md5,
            content_type: self.content_type,
            content_encoding: self.content_encoding.filter(|text| !text.is_empty()),
            name: self.name,
            uri,
        })
    }
}

fn bytes<const N: usize>(text: &str) -> Option<[u8; N]> {
    STANDARD.decode(text).ok()?.try_into().ok()
}

/// The error that an answer other than success stands for, in words that say what to do.
pub async fn refusal(response: Response, bucket: &str, object: Option<&str>) -> Error {
    let status = response.status();
    let delay = http::retry_after(response.headers());
    let body = response.bytes().await.unwrap_or_default();
    let refusal: RefusalJson = serde_json::from_slice(&body).unwrap_or_default();
    let said = if refusal.error.message.is_empty() {
        // Media requests answer in plain text.
        String::from_utf8_lossy(&body).chars().take(200).collect()
    } else {
        refusal.error.message
    };
    let reason = refusal
        .error
        .errors
        .into_iter()
        .next()
        .unwrap_or_default()
        .reason;
    let item = match object {
        Some(name) => format!("gs://{bucket}/{name}"),
        None => format!("gs://{bucket}"),
    };
    let mut kind = http::kind_of_status(status);
    let remedy = match (status.as_u16(), object) {
        _ if asks_who_pays(&said) => {
            kind = ErrorKind::Denied;
            "the bucket's readers pay: set V2_AUDIO_USER_PROJECT to a project that pays and in \
             which the service account has Service Usage Consumer"
        }
        (404, None) => {
            "check FIREBASE_STORAGE_BUCKET: the name stands in the Firebase console under Storage \
             (PROJECT.appspot.com or PROJECT.firebasestorage.app), without gs://; and that the \
             service account has Storage Object Viewer there"
        }
        (404, Some(_)) => "the object, or this version of it, is gone",
        (401, _) => {
            "set FIREBASE_CLIENT_EMAIL and FIREBASE_PRIVATE_KEY from the service account's JSON file"
        }
        (403, _) => {
            "give the service account (FIREBASE_CLIENT_EMAIL) the role Storage Object Viewer on \
             the bucket; a minute later it holds"
        }
        (429 | 500..=599, _) => "Cloud Storage is busy; run the same command again, it goes on",
        _ => "run again with --verbose, and see the cause",
    };
    let code = if reason.is_empty() {
        status.as_u16().to_string()
    } else {
        reason
    };
    let error = Error::new(
        kind,
        format!("Cloud Storage answered {code}: {}", said.trim()),
    )
    .item(item)
    .remedy(remedy);
    match delay {
        Some(delay) => error.retry_after(delay),
        None => error,
    }
}

/// Whether a refusal is about the project that is to pay: none was named, it does not exist, or
/// the account may not spend in its name.
fn asks_who_pays(said: &str) -> bool {
    let said = said.to_lowercase();
    let words = [
        "requester pays",
        "user project",
        "serviceusage.services.use",
    ];
    words.iter().any(|words| said.contains(words))
}
