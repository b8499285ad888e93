//! Keys of service accounts.

use std::process::Command;

/// A key made for this test alone, where `openssl` is there to make one.
pub fn private_key() -> Option<String> {
    let made = Command::new("openssl")
        .args([
            "genpkey",
            "-algorithm",
            "RSA",
            "-pkeyopt",
            "rsa_keygen_bits:2048",
        ])
        .output()
        .ok()?;
    String::from_utf8(made.stdout)
        .ok()
        .filter(|key| !key.is_empty())
}
