//! A TLS handshake that accepts any certificate, to judge it afterwards at several moments.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
};
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_deployment::certificate::{Seen, Trust};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use url::{Host, Url};

/// Judges chains by the roots of this machine.
pub struct Verifier {
    provider: Arc<CryptoProvider>,
    chains: Arc<WebPkiServerVerifier>,
}

/// Takes any chain, and keeps it. That the server holds the certificate's key is proven as ever.
#[derive(Debug)]
struct Recorder {
    provider: Arc<CryptoProvider>,
    chain: Mutex<Vec<CertificateDer<'static>>>,
}

impl ServerCertVerifier for Recorder {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let mut chain = vec![end_entity.clone().into_owned()];
        chain.extend(intermediates.iter().map(|one| one.clone().into_owned()));
        *self.chain.lock().unwrap_or_else(PoisonError::into_inner) = chain;
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let known = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, certificate, signed, known)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let known = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signed, known)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}

/// Two hundred years, when no certificate of today is valid any more.
const FAR: u64 = 200 * 366 * 86_400;

impl Verifier {
    /// With the roots of this machine, or of the file that SSL_CERT_FILE names.
    ///
    /// # Errors
    /// `Configuration` when there are none.
    pub fn of_this_machine() -> Result<Self> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        let chains = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider.clone())
            .build()
            .map_err(|cause| {
                Error::new(
                    ErrorKind::Configuration,
                    "this machine has no root certificates to judge by: install the package \
                     ca-certificates, or set SSL_CERT_FILE",
                )
                .cause(cause)
            })?;
        Ok(Self { provider, chains })
    }

    /// Connects, and judges what was shown.
    ///
    /// # Errors
    /// Why no connection came about, in words.
    pub async fn examine(
        &self,
        url: &Url,
        timeout: Duration,
        now: Timestamp,
        min_days: i64,
    ) -> Result<Seen, String> {
        let name = server_name(url)?;
        let recorder = Arc::new(Recorder {
            provider: self.provider.clone(),
            chain: Mutex::default(),
        });
        let mut config = ClientConfig::builder_with_provider(self.provider.clone())
            .with_safe_default_protocol_versions()
            .map_err(|cause| cause.to_string())?
            .dangerous()
            .with_custom_certificate_verifier(recorder.clone())
            .with_no_client_auth();
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let shaking = shake(url, name.clone(), config);
        let http2 = tokio::time::timeout(timeout, shaking)
            .await
            .map_err(|_| format!("no answer within {} ms", timeout.as_millis()))??;
        let chain = recorder
            .chain
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let seconds = u64::try_from(now.as_second()).unwrap_or(0);
        let days = u64::try_from(min_days).unwrap_or(0);
        Ok(Seen {
            now: self.trust(&chain, &name, seconds).0,
            then: self.trust(&chain, &name, seconds + days * 86_400).0,
            not_after: self.trust(&chain, &name, seconds + FAR).1,
            http2,
        })
    }

    /// What a chain is worth at a moment, and until when its certificate is valid where that is
    /// why it is worth nothing.
    fn trust(
        &self,
        chain: &[CertificateDer<'static>],
        name: &ServerName<'_>,
        at: u64,
    ) -> (Trust, Option<Timestamp>) {
        let Some((leaf, others)) = chain.split_first() else {
            return (Trust::Other("the server showed none".into()), None);
        };
        let at = UnixTime::since_unix_epoch(Duration::from_secs(at));
        let verdict = self.chains.verify_server_cert(leaf, others, name, &[], at);
        let fault = match verdict {
            Ok(_) => return (Trust::Good, None),
            Err(rustls::Error::InvalidCertificate(fault)) => fault,
            Err(other) => return (Trust::Other(other.to_string()), None),
        };
        match fault {
            CertificateError::Expired => (Trust::Expired, None),
            CertificateError::ExpiredContext { not_after, .. } => {
                let end = i64::try_from(not_after.as_secs()).ok();
                let end = end.and_then(|end| Timestamp::from_second(end).ok());
                (Trust::Expired, end)
            }
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                (Trust::NotYet, None)
            }
            CertificateError::NotValidForName => (
                Trust::WrongName {
                    presented: Vec::new(),
                },
                None,
            ),
            CertificateError::NotValidForNameContext { presented, .. } => {
                (Trust::WrongName { presented }, None)
            }
            // A bad signature: an issuer of a known name, and not that issuer's key.
            CertificateError::UnknownIssuer | CertificateError::BadSignature => {
                (Trust::Untrusted, None)
            }
            other => (Trust::Other(in_words(&other.to_string())), None),
        }
    }
}

/// What `openssl req -x509` makes when nobody tells it otherwise has a word of its own.
fn in_words(fault: &str) -> String {
    if fault.contains("CaUsedAsEndEntity") {
        "it is an authority's own certificate, not a server's (made by hand?)".to_owned()
    } else {
        fault.to_owned()
    }
}

fn server_name(url: &Url) -> Result<ServerName<'static>, String> {
    let name = match url.host() {
        Some(Host::Domain(name)) => name.to_owned(),
        Some(Host::Ipv4(ip)) => ip.to_string(),
        Some(Host::Ipv6(ip)) => ip.to_string(),
        None => return Err("the address names no host".into()),
    };
    ServerName::try_from(name).map_err(|_| "the host's name is none".into())
}

/// Whether the server chose HTTP/2.
async fn shake(url: &Url, name: ServerName<'static>, config: ClientConfig) -> Result<bool, String> {
    let port = url.port_or_known_default().unwrap_or(443);
    let host = name.to_str().into_owned();
    let stream = TcpStream::connect((host.as_str(), port))
        .await
        .map_err(|cause| cause.to_string())?;
    let connector = TlsConnector::from(Arc::new(config));
    let stream = connector
        .connect(name, stream)
        .await
        .map_err(|cause| cause.to_string())?;
    let (_, session) = stream.get_ref();
    Ok(session.alpn_protocol() == Some(b"h2"))
}
