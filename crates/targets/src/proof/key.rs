//! The key that signs.

use std::path::Path;

use ring::rand::SystemRandom;
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use rustls_pki_types::PrivatePkcs8KeyDer;
use rustls_pki_types::pem::PemObject as _;
use sunset_core::error::{Error, ErrorKind, Result};

/// An Ed25519 key pair. Its private half is never shown and never written.
pub struct SigningKey {
    pair: Ed25519KeyPair,
}

impl SigningKey {
    /// From a file: PKCS#8 as PEM (`openssl genpkey -algorithm ed25519`) or as DER, or the 32 bytes
    /// of the seed, raw or in hexadecimal.
    ///
    /// # Errors
    /// `Configuration` when the file cannot be read or holds no such key.
    pub fn read(path: &Path) -> Result<Self> {
        let fault = |what: &str| {
            Error::new(ErrorKind::Configuration, what)
                .item(path.display().to_string())
                .remedy(
                    "name a file with an Ed25519 private key, made for example by: openssl genpkey \
                     -algorithm ed25519 -out key.pem",
                )
        };
        let bytes = std::fs::read(path)
            .map_err(|cause| fault("cannot read the signing key").cause(cause))?;
        let no_key = || fault("the file holds no Ed25519 private key");
        let text = std::str::from_utf8(&bytes)
            .map(str::trim)
            .unwrap_or_default();
        let pair = if text.starts_with("-----BEGIN") {
            let der = PrivatePkcs8KeyDer::from_pem_slice(&bytes).map_err(|_| no_key())?;
            Ed25519KeyPair::from_pkcs8_maybe_unchecked(der.secret_pkcs8_der())
        } else if let Some(seed) = from_hexadecimal(text) {
            Ed25519KeyPair::from_seed_unchecked(&seed)
        } else if bytes.len() == 32 {
            Ed25519KeyPair::from_seed_unchecked(&bytes)
        } else {
            Ed25519KeyPair::from_pkcs8_maybe_unchecked(&bytes)
        };
        let pair = pair.map_err(|_| no_key())?;
        Ok(Self { pair })
    }

    /// A new one, which is forgotten with this value.
    ///
    /// # Errors
    /// `Internal` when the system gives no random bytes.
    pub fn generate() -> Result<Self> {
        let none = |_| Error::new(ErrorKind::Internal, "the system gives no random bytes");
        let document = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).map_err(none)?;
        let pair = Ed25519KeyPair::from_pkcs8(document.as_ref())
            .map_err(|_| Error::new(ErrorKind::Internal, "a new key cannot be read"))?;
        Ok(Self { pair })
    }

    /// The public half.
    pub fn public(&self) -> [u8; 32] {
        self.pair
            .public_key()
            .as_ref()
            .try_into()
            .unwrap_or([0; 32])
    }

    pub(super) fn sign(&self, bytes: &[u8]) -> [u8; 64] {
        self.pair.sign(bytes).as_ref().try_into().unwrap_or([0; 64])
    }
}

/// Whether `signature` is that of `public_key` over `bytes`.
pub fn is_signed(public_key: &[u8; 32], bytes: &[u8], signature: &[u8; 64]) -> bool {
    ring::signature::UnparsedPublicKey::new(&ring::signature::ED25519, public_key)
        .verify(bytes, signature)
        .is_ok()
}

/// 64 hexadecimal digits as 32 bytes.
pub fn from_hexadecimal(text: &str) -> Option<[u8; 32]> {
    if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let mut bytes = [0; 32];
    for (index, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * index..2 * index + 2)?, 16).ok()?;
    }
    Some(bytes)
}
