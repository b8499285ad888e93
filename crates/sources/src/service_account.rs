//! Tokens of a Google service account.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use rustls_pki_types::PrivateKeyDer;
use rustls_pki_types::pem::PemObject as _;
use serde::Deserialize;
use sunset_core::config::ServiceAccount;
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::secret::Secret;
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::http;

/// Google's token service.
pub const TOKEN_URL: &str = "https://oauth2.googleapis.com/token";

/// Answers of more bytes are none.
const LONGEST_ANSWER: usize = 1 << 20;

/// Read-only access to Cloud Storage.
pub const STORAGE_READ_ONLY: &str = "https://www.googleapis.com/auth/devstorage.read_only";

/// Access to Firestore; there is no narrower scope.
pub const DATASTORE: &str = "https://www.googleapis.com/auth/datastore";

/// How long before its end a token is replaced; of a short life half is used.
const MARGIN: Duration = Duration::from_secs(300);

/// Statements are dated back so far: a clock that is a little ahead does no harm then.
const BACK: u64 = 30;

/// Fetches access tokens and keeps them while they are good.
pub struct TokenSource {
    email: String,
    key: RsaKeyPair,
    scope: String,
    token_url: String,
    client: reqwest::Client,
    held: Mutex<Option<(Secret, Instant)>>,
    /// Seconds that this machine's clock is behind the token service's, once that was found out.
    behind: AtomicI64,
}

enum Answer {
    /// A token, and how long it is good.
    Granted(Secret, Duration),
    /// The clocks differ by so many seconds, and what to say where correcting that does not help.
    Untimely(i64, Error),
}

#[derive(Deserialize)]
struct Granted {
    access_token: String,
    expires_in: u64,
}

#[derive(Deserialize, Default)]
struct Refused {
    #[serde(default)]
    error: String,
    #[serde(default)]
    error_description: String,
}

impl TokenSource {
    /// Reads the key; `token_url` is [`TOKEN_URL`] but in tests.
    ///
    /// # Errors
    /// `Configuration` when the key is none.
    pub fn new(
        account: &ServiceAccount,
        scope: &str,
        token_url: &str,
        client: reqwest::Client,
    ) -> Result<Self> {
        let unreadable = |cause: String| {
            Error::new(
                ErrorKind::Configuration,
                "the service account's private key cannot be read",
            )
            .item("FIREBASE_PRIVATE_KEY")
            .cause(cause)
            .remedy(
                "copy private_key of the service account's JSON file whole, from -----BEGIN to \
                     -----END; line breaks may be written as \\n",
            )
        };
        let der = PrivateKeyDer::from_pem_slice(account.private_key.expose().as_bytes())
            .map_err(|cause| unreadable(cause.to_string()))?;
        let key = match &der {
            PrivateKeyDer::Pkcs8(key) => RsaKeyPair::from_pkcs8(key.secret_pkcs8_der()),
            PrivateKeyDer::Pkcs1(key) => RsaKeyPair::from_der(key.secret_pkcs1_der()),
            _ => return Err(unreadable("it is no RSA key".to_owned())),
        };
        Ok(Self {
            email: account.client_email.clone(),
            key: key.map_err(|cause| unreadable(cause.to_string()))?,
            scope: scope.to_owned(),
            token_url: token_url.to_owned(),
            client,
            held: Mutex::new(None),
            behind: AtomicI64::new(0),
        })
    }

    /// A token that is good for some minutes more.
    ///
    /// # Errors
    /// `Denied` when the service refuses the account, `Unreachable`.
    pub async fn token(&self) -> Result<Secret> {
        let mut held = self.held.lock().await;
        if let Some((token, until)) = held.as_ref()
            && Instant::now() < *until
        {
            return Ok(token.clone());
        }
        let (token, lifetime) = self.fetch().await?;
        let good = lifetime.saturating_sub(MARGIN).max(lifetime / 2);
        *held = Some((token.clone(), Instant::now() + good));
        Ok(token)
    }

    /// Forgets a token that the service did not take, unless it was replaced meanwhile.
    pub async fn forget(&self, refused: &Secret) {
        let mut held = self.held.lock().await;
        if held
            .as_ref()
            .is_some_and(|(token, _)| token.expose() == refused.expose())
        {
            *held = None;
        }
    }

    async fn fetch(&self) -> Result<(Secret, Duration)> {
        let error = match self.try_fetch().await? {
            Answer::Granted(token, lifetime) => return Ok((token, lifetime)),
            Answer::Untimely(behind, error) => {
                tracing::warn!(
                    seconds = behind,
                    "this machine's clock differs from Google's"
                );
                self.behind.store(behind, Ordering::Relaxed);
                error
            }
        };
        // Once more, by the clock of the service that refused.
        match self.try_fetch().await? {
            Answer::Granted(token, lifetime) => Ok((token, lifetime)),
            Answer::Untimely(..) => Err(error),
        }
    }

    async fn try_fetch(&self) -> Result<Answer> {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.as_secs());
        let corrected = now.saturating_add_signed(self.behind.load(Ordering::Relaxed));
        let assertion = self.assertion(corrected)?;
        let form = [
            ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
            ("assertion", &assertion),
        ];
        let request = self.client.post(&self.token_url).form(&form);
        let what = "Google's token service does not answer";
        let mut answer = request
            .send()
            .await
            .map_err(|cause| http::broken(cause, what))?;
        let status = answer.status();
        let delay = http::retry_after(answer.headers());
        let its_time = http::date(answer.headers());
        let mut body = Vec::new();
        while let Some(piece) = answer
            .chunk()
            .await
            .map_err(|cause| http::broken(cause, what))?
        {
            body.extend_from_slice(&piece);
            if body.len() > LONGEST_ANSWER {
                return Err(Error::new(
                    ErrorKind::Malformed,
                    "the answer of Google's token service has no end",
                )
                .remedy("check this machine's proxy (HTTPS_PROXY, a page to log in at)"));
            }
        }
        if status.is_success() {
            let granted: Granted = serde_json::from_slice(&body).map_err(|cause| {
                Error::new(ErrorKind::Malformed, "Google's token service gave no token")
                    .cause(cause)
            })?;
            let lifetime = Duration::from_secs(granted.expires_in);
            return Ok(Answer::Granted(Secret::new(granted.access_token), lifetime));
        }
        let refused: Refused = serde_json::from_slice(&body).unwrap_or_default();
        let kind = match status.as_u16() {
            400 | 401 | 403 => ErrorKind::Denied,
            _ => http::kind_of_status(status),
        };
        let said = format!("{} {}", refused.error, refused.error_description);
        let error = Error::new(
            kind,
            format!("Google refused the service account: {}", said.trim()),
        )
        .item(self.email.clone())
        .remedy(remedy(&said));
        let error = match delay {
            Some(delay) => error.retry_after(delay),
            None => error,
        };
        match its_time {
            Some(its_time) if is_untimely(&said) => Ok(Answer::Untimely(
                its_time.cast_signed() - now.cast_signed(),
                error,
            )),
            _ => Err(error),
        }
    }

    /// The signed statement that a token is asked for with, good for an hour; `now` in seconds
    /// since 1970.
    fn assertion(&self, now: u64) -> Result<String> {
        let now = now.saturating_sub(BACK);
        let header = r#"{"alg":"RS256","typ":"JWT"}"#;
        let claims = serde_json::json!({
            "iss": self.email,
            "scope": self.scope,
            "aud": self.token_url,
            "iat": now,
            "exp": now + 3_600,
        });
        let signed = format!(
            "{}.{}",
            URL_SAFE_NO_PAD.encode(header),
            URL_SAFE_NO_PAD.encode(claims.to_string())
        );
        let mut signature = vec![0; self.key.public().modulus_len()];
        self.key
            .sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                signed.as_bytes(),
                &mut signature,
            )
            .map_err(|_| {
                Error::new(
                    ErrorKind::Internal,
                    "cannot sign with the service account's key",
                )
            })?;
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(&signature)))
    }
}

impl std::fmt::Debug for TokenSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TokenSource({}, {})", self.email, self.scope)
    }
}

/// Whether a statement was refused for its times.
fn is_untimely(said: &str) -> bool {
    said.contains("short-lived") || said.contains("timeframe")
}

fn remedy(said: &str) -> &'static str {
    if said.contains("account not found") {
        "FIREBASE_CLIENT_EMAIL names no service account: copy client_email of its JSON file"
    } else if said.contains("Signature") {
        "the key is not this account's, or was deleted: make a new one in the Google Cloud console \
         and set FIREBASE_CLIENT_EMAIL and FIREBASE_PRIVATE_KEY from the same JSON file"
    } else if is_untimely(said) {
        "this machine's clock is wrong: set it"
    } else {
        "set FIREBASE_CLIENT_EMAIL and FIREBASE_PRIVATE_KEY from the service account's JSON file, \
         and check in the Google Cloud console that account and key are enabled"
    }
}
