//! Keys in the form in which they verify, kept from one signature to the next.
//!
//! jsonwebtoken parses a key anew for each signature: with RSA a tenth of the time. Its [`CryptoProvider`] is where a
//! program says how signatures are verified; this one differs from the library's own in nothing but that.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::LazyLock;

use aws_lc_rs::signature::{self, ParsedPublicKey, RsaParameters, RsaPublicKeyComponents};
use jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER;
use jsonwebtoken::crypto::{CryptoProvider, JwtVerifier};
use jsonwebtoken::errors::Error;
use jsonwebtoken::signature::{Error as SignatureError, Verifier};
use jsonwebtoken::{DecodingKey, DecodingKeyKind};

use crate::algorithms::Algorithm;

/// How many keys each thread keeps: those of a full key set, and some more.
const MAX_KEPT: usize = 128;

static PROVIDER: LazyLock<CryptoProvider> = LazyLock::new(|| CryptoProvider {
    verifier_factory: verifier,
    ..DEFAULT_PROVIDER.clone()
});

static INSTALLED: LazyLock<bool> = LazyLock::new(|| PROVIDER.install_default().is_ok());

thread_local! {
    static KEPT: RefCell<VecDeque<KeptKey>> = const { RefCell::new(VecDeque::new()) };
}

/// Makes jsonwebtoken keep the keys that it parsed, in this process and for all who use it there: at most 128 a thread,
/// the oldest go first.
///
/// Verifies exactly what it verified before, in less time. To be called once, before the first token: by a program, not
/// by a library, because it is the whole process's choice. `false`: another provider is in use already, and stays.
pub fn keep_parsed_keys() -> bool {
    *INSTALLED
}

/// The key as `algorithm` verifies with it. `None` where the key is not one of that algorithm's, or is broken.
pub(super) fn parse(key: &DecodingKey, algorithm: Algorithm) -> Option<ParsedPublicKey> {
    if key.family() != algorithm.family() {
        return None;
    }
    let parsed = match (key.kind(), algorithm) {
        (DecodingKeyKind::RsaModulusExponent { n, e }, _) => {
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
    parsed.ok()
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

struct KeptKey {
    algorithm: Algorithm,
    key: DecodingKey,
    parsed: Rc<ParsedPublicKey>,
}

impl KeptKey {
    /// Whether it is this very key, for this algorithm.
    fn is(&self, key: &DecodingKey, algorithm: Algorithm) -> bool {
        self.algorithm == algorithm
            && self.key.family() == key.family()
            && match (self.key.kind(), key.kind()) {
                (
                    DecodingKeyKind::RsaModulusExponent { n, e },
                    DecodingKeyKind::RsaModulusExponent { n: n2, e: e2 },
                ) => n == n2 && e == e2,
                (DecodingKeyKind::SecretOrDer(ours), DecodingKeyKind::SecretOrDer(theirs)) => {
                    ours == theirs
                }
                _ => false,
            }
    }
}

/// A key that verifies for one algorithm.
struct ParsedVerifier {
    algorithm: Algorithm,
    key: Rc<ParsedPublicKey>,
}

impl Verifier<Vec<u8>> for ParsedVerifier {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), SignatureError> {
        let verified = self.key.verify_sig(message, signature);
        verified.map_err(SignatureError::from_source)
    }
}

impl JwtVerifier for ParsedVerifier {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}

/// What cannot be kept is the library's own to verify, or to refuse.
fn verifier(algorithm: &Algorithm, key: &DecodingKey) -> Result<Box<dyn JwtVerifier>, Error> {
    match kept(*algorithm, key) {
        Some(parsed) => Ok(Box::new(ParsedVerifier {
            algorithm: *algorithm,
            key: parsed,
        })),
        None => (DEFAULT_PROVIDER.verifier_factory)(algorithm, key),
    }
}

fn kept(algorithm: Algorithm, key: &DecodingKey) -> Option<Rc<ParsedPublicKey>> {
    KEPT.with_borrow_mut(|kept| {
        if let Some(found) = kept.iter().find(|one| one.is(key, algorithm)) {
            return Some(Rc::clone(&found.parsed));
        }
        let parsed = Rc::new(parse(key, algorithm)?);
        if kept.len() >= MAX_KEPT {
            kept.pop_front();
        }
        kept.push_back(KeptKey {
            algorithm,
            key: key.clone(),
            parsed: Rc::clone(&parsed),
        });
        Some(parsed)
    })
}

#[cfg(test)]
#[path = "parsed_tests.rs"]
mod tests;
