//! Whatever can sign: a key, a secret, or what needs neither.

use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac;

use super::algorithm::Algorithm;
use super::error::KeyError;
use super::signing_key::SigningKey;

/// DER of a `DigestInfo` for SHA-256, up to the digest itself ([RFC 8017, 9.2](https://www.rfc-editor.org/rfc/rfc8017#section-9.2)).
const SHA256_DIGEST_INFO: [u8; 19] = [
    0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05,
    0x00, 0x04, 0x20,
];

/// What makes a signature.
#[derive(Clone)]
pub(crate) enum Forger {
    Key(Arc<SigningKey>, Algorithm),
    /// HS256 with this secret.
    Secret(Vec<u8>),
    /// RS256 for a public exponent of 1, with this many bytes of modulus.
    ExponentOne(usize),
    /// `alg` is `none` and the signature is empty.
    Nothing,
}

impl Forger {
    /// The `alg` of the header.
    pub(crate) fn alg(&self) -> &'static str {
        match self {
            Self::Key(_, algorithm) => algorithm.name(),
            Self::Secret(_) => "HS256",
            Self::ExponentOne(_) => "RS256",
            Self::Nothing => "none",
        }
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        match self {
            Self::Key(key, algorithm) => key.sign(*algorithm, message),
            Self::Secret(secret) => {
                let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
                Ok(hmac::sign(&key, message).as_ref().to_vec())
            }
            Self::ExponentOne(bytes) => Ok(encoded_message(*bytes, message)),
            Self::Nothing => Ok(Vec::new()),
        }
    }
}

/// Returns the encoded message, which is its own signature where the exponent is 1.
fn encoded_message(modulus_bytes: usize, message: &[u8]) -> Vec<u8> {
    let digest = digest(&SHA256, message);
    let tail = SHA256_DIGEST_INFO.len() + digest.as_ref().len();
    let mut signature = vec![0x00, 0x01];
    signature.resize(modulus_bytes.saturating_sub(tail + 1), 0xff);
    signature.push(0x00);
    signature.extend(SHA256_DIGEST_INFO);
    signature.extend(digest.as_ref());
    signature
}
