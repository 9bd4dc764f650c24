//! A key that is parsed once, when its key set is loaded.
//!
//! jsonwebtoken's own verifiers parse the key again for each signature, which takes a tenth of the time with RSA, and
//! they cannot be kept: a boxed [`JwtVerifier`] is not `Send`. This one is.

use aws_lc_rs::signature::{self, ParsedPublicKey, RsaParameters, RsaPublicKeyComponents};
use jsonwebtoken::crypto::JwtVerifier;
use jsonwebtoken::signature::{Error, Verifier};
use jsonwebtoken::{DecodingKey, DecodingKeyKind};

use super::key::significant;
use crate::algorithms::Algorithm;

/// A parsed key for one algorithm.
#[derive(Clone)]
pub(super) struct ParsedKey {
    algorithm: Algorithm,
    key: ParsedPublicKey,
}

impl ParsedKey {
    /// Returns `None` if the key is invalid, or of another type than the algorithm needs.
    pub(super) fn new(key: &DecodingKey, algorithm: Algorithm) -> Option<Self> {
        if key.family() != algorithm.family() {
            return None;
        }
        let parsed = match (key.kind(), algorithm) {
            (DecodingKeyKind::RsaModulusExponent { n, e }, _) => {
                let (n, e) = (significant(n), significant(e));
                RsaPublicKeyComponents { n, e }.to_parsed_public_key(rsa(algorithm)?)
            }
            (DecodingKeyKind::SecretOrDer(point), Algorithm::ES256) => {
                ParsedPublicKey::new(&signature::ECDSA_P256_SHA256_FIXED, point)
            }
            (DecodingKeyKind::SecretOrDer(point), Algorithm::ES384) => {
                ParsedPublicKey::new(&signature::ECDSA_P384_SHA384_FIXED, point)
            }
            (DecodingKeyKind::SecretOrDer(point), Algorithm::EdDSA) => {
                ParsedPublicKey::new(&signature::ED25519, point)
            }
            _ => return None,
        };
        let key = parsed.ok()?;
        Some(Self { algorithm, key })
    }
}

impl Verifier<Vec<u8>> for ParsedKey {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), Error> {
        let verified = self.key.verify_sig(message, signature);
        verified.map_err(Error::from_source)
    }
}

impl JwtVerifier for ParsedKey {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}

fn rsa(algorithm: Algorithm) -> Option<&'static RsaParameters> {
    match algorithm {
        Algorithm::RS256 => Some(&signature::RSA_PKCS1_2048_8192_SHA256),
        Algorithm::RS384 => Some(&signature::RSA_PKCS1_2048_8192_SHA384),
        Algorithm::RS512 => Some(&signature::RSA_PKCS1_2048_8192_SHA512),
        Algorithm::PS256 => Some(&signature::RSA_PSS_2048_8192_SHA256),
        Algorithm::PS384 => Some(&signature::RSA_PSS_2048_8192_SHA384),
        Algorithm::PS512 => Some(&signature::RSA_PSS_2048_8192_SHA512),
        _ => None,
    }
}

#[cfg(test)]
#[path = "parsed_tests.rs"]
mod tests;
