//! A public key that verifies signatures.

use std::fmt;

use aws_lc_rs::digest;
use jsonwebtoken::crypto::JwtVerifier;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk};
use jsonwebtoken::{AlgorithmFamily, DecodingKey, DecodingKeyKind};
use serde_json::Value;

use super::parsed::ParsedKey;
use crate::algorithms::{self, Algorithm};
use crate::json;

/// A public key of an issuer, validated when parsed: RSA of 2048 to 8192 bits, P-256, P-384 or Ed25519.
#[derive(Clone)]
pub struct VerificationKey {
    id: String,
    /// One verifier for each algorithm of the key.
    verifiers: Vec<ParsedKey>,
    material: KeyMaterial,
    /// The only issuer that the key is for, perhaps with `{tenantid}` in it; `None` for all of the set's.
    issuer: Option<String>,
}

/// What stands for the tenant in the `issuer` of a key, as in Entra's key set.
const TENANT: &str = "{tenantid}";

/// A digest that identifies the key itself, independent of its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct KeyMaterial([u8; digest::SHA256_OUTPUT_LEN]);

/// Why a key in a key set is not used. The other keys are still used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyRejection {
    /// It cannot be parsed as a JSON Web Key (RFC 7517, section 4).
    #[error("not a key: {0}")]
    Unreadable(String),
    /// It has no `kid`, so that no token can name it.
    #[error("it has no kid")]
    NoKeyId,
    /// It is a secret (`oct`), or has a private part: neither belongs in a public key set.
    #[error("it is not a public key")]
    NotPublic,
    /// Its `use`, `key_ops` or `alg` is for another purpose.
    #[error("it is not for signatures: {0}")]
    NotForSignatures(&'static str),
    /// Its type or curve is not supported.
    #[error("its type or curve is not supported")]
    Unsupported,
    /// Its `alg` is a signature algorithm that is not supported.
    #[error("its algorithm {0} is not supported")]
    UnsupportedAlgorithm(&'static str),
    /// It is an RSA key of fewer than 2048 or more than 8192 bits, or a point that is not on its curve.
    #[error("it is too weak or broken")]
    WeakOrBroken,
}

impl VerificationKey {
    /// Parses one member of `keys` in a JSON Web Key Set. Of the members that RFC 7517 does not define, only Entra's
    /// `issuer` counts: the key verifies tokens of that `iss` alone, in which `{tenantid}` stands for any tenant. Errors:
    /// the key cannot be used, or has no `kid`.
    pub fn from_jwk(value: &Value) -> Result<Self, KeyRejection> {
        let key = Self::with_or_without_id(value)?;
        match key.id.is_empty() {
            true => Err(KeyRejection::NoKeyId),
            false => Ok(key),
        }
    }

    /// Like [`from_jwk`](Self::from_jwk), but a key without `kid` is accepted; its id is empty.
    pub(super) fn with_or_without_id(value: &Value) -> Result<Self, KeyRejection> {
        reject_foreign_purposes(value)?;
        let jwk = serde_json::from_value::<Jwk>(value.clone())
            .map_err(|error| KeyRejection::Unreadable(json::reason(&error)))?;
        let id = jwk.common.key_id.clone().unwrap_or_default();
        let possible = algorithms_of(&jwk.algorithm)?;
        let algorithms = match value.get("alg").and_then(Value::as_str) {
            None => possible.to_vec(),
            Some(name) => {
                let named = algorithms::named(name).filter(|one| possible.contains(one));
                vec![named.ok_or(KeyRejection::NotForSignatures("alg"))?]
            }
        };
        let issuer = match value.get("issuer") {
            None => None,
            Some(Value::String(issuer)) => Some(issuer.clone()),
            Some(_) => return Err(KeyRejection::Unreadable("its issuer is no text".to_owned())),
        };
        let key = DecodingKey::from_jwk(&jwk)
            .map_err(|error| KeyRejection::Unreadable(error.to_string()))?;
        Ok(Self {
            id,
            verifiers: parsed(&key, &algorithms).ok_or(KeyRejection::WeakOrBroken)?,
            material: KeyMaterial::of(&key),
            issuer,
        })
    }

    /// Returns the key id (`kid`).
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Returns whether the key verifies signatures of this algorithm: its type fits, and its `alg`, if present, is this
    /// one.
    pub fn is_for(&self, algorithm: Algorithm) -> bool {
        self.verifier(algorithm).is_some()
    }

    /// Returns the verifier for this algorithm, or `None` if the key [is not for it](Self::is_for).
    pub fn verifier(&self, algorithm: Algorithm) -> Option<&dyn JwtVerifier> {
        let mut verifiers = self.verifiers.iter().map(|one| one as &dyn JwtVerifier);
        verifiers.find(|one| one.algorithm() == algorithm)
    }

    /// Returns whether the key may sign tokens with this `iss`, one of the accepted: its set gives it to no other issuer.
    pub(crate) fn is_of(&self, iss: &str) -> bool {
        let Some(issuer) = &self.issuer else {
            return true;
        };
        match issuer.split_once(TENANT) {
            None => issuer == iss,
            Some((before, after)) => {
                let tenant = iss.strip_prefix(before);
                let tenant = tenant.and_then(|rest| rest.strip_suffix(after));
                tenant.is_some_and(|tenant| !tenant.is_empty() && !tenant.contains('/'))
            }
        }
    }

    pub(crate) fn material(&self) -> KeyMaterial {
        self.material
    }
}

impl KeyMaterial {
    fn of(key: &DecodingKey) -> Self {
        let parts: [&[u8]; 2] = match key.kind() {
            DecodingKeyKind::RsaModulusExponent { n, e } => [significant(n), significant(e)],
            DecodingKeyKind::SecretOrDer(point) => [point, &[]],
        };
        let mut digest = digest::Context::new(&digest::SHA256);
        digest.update(format!("{:?}", key.family()).as_bytes());
        for part in parts {
            // Prefixed with the length, so that no two lists of parts have the same digest.
            digest.update(&part.len().to_be_bytes());
            digest.update(part);
        }
        let mut material = [0; digest::SHA256_OUTPUT_LEN];
        material.copy_from_slice(digest.finish().as_ref());
        Self(material)
    }
}

/// Leaves out the key itself, which is public but long.
impl fmt::Debug for VerificationKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let algorithms = self.verifiers.iter().map(JwtVerifier::algorithm);
        formatter
            .debug_struct("VerificationKey")
            .field("id", &self.id)
            .field("algorithms", &algorithms.collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

/// Parses the key for each of these algorithms. Returns `None` if it is too weak or invalid.
fn parsed(key: &DecodingKey, algorithms: &[Algorithm]) -> Option<Vec<ParsedKey>> {
    let is_sound = match key.kind() {
        DecodingKeyKind::RsaModulusExponent { n, e } => is_sound_rsa(n, e),
        DecodingKeyKind::SecretOrDer(_) => true,
    };
    let parse = |algorithm: &Algorithm| ParsedKey::new(key, *algorithm);
    is_sound.then(|| algorithms.iter().map(parse).collect())?
}

/// Checks the key now: the library would check it only with the first signature.
fn is_sound_rsa(modulus: &[u8], exponent: &[u8]) -> bool {
    let is_odd = |number: &[u8]| number.last().is_some_and(|digit| digit % 2 == 1);
    (2048..=8192).contains(&bits(modulus))
        && (2..=33).contains(&bits(exponent))
        && is_odd(modulus)
        && is_odd(exponent)
}

/// Returns a big-endian number without leading zeros, which some issuers write before a modulus (RFC 7518, section
/// 6.3.1.1) although the number is the same.
pub(super) fn significant(number: &[u8]) -> &[u8] {
    let first = number.iter().position(|digit| *digit != 0);
    first
        .and_then(|first| number.get(first..))
        .unwrap_or_default()
}

/// Returns the number of bits of a big-endian number.
fn bits(number: &[u8]) -> usize {
    let mut digits = number.iter().skip_while(|digit| **digit == 0);
    let first = digits.next().map_or(0, |digit| digit.ilog2() as usize + 1);
    first + 8 * digits.count()
}

/// Returns the algorithms that a key of this type can verify.
fn algorithms_of(parameters: &AlgorithmParameters) -> Result<&'static [Algorithm], KeyRejection> {
    match parameters {
        AlgorithmParameters::RSA(_) => Ok(&[
            Algorithm::RS256,
            Algorithm::RS384,
            Algorithm::RS512,
            Algorithm::PS256,
            Algorithm::PS384,
            Algorithm::PS512,
        ]),
        AlgorithmParameters::EllipticCurve(ec) if ec.curve == EllipticCurve::P256 => {
            Ok(&[Algorithm::ES256])
        }
        AlgorithmParameters::EllipticCurve(ec) if ec.curve == EllipticCurve::P384 => {
            Ok(&[Algorithm::ES384])
        }
        AlgorithmParameters::OctetKeyPair(okp) if okp.curve == EllipticCurve::Ed25519 => {
            Ok(&[Algorithm::EdDSA])
        }
        _ => Err(KeyRejection::Unsupported),
    }
}

/// Signature algorithms that are not supported (RFC 7518, section 3.4; RFC 8812, section 3.2; RFC 9864, section 2.2).
const UNSUPPORTED: [&str; 3] = ["ES512", "ES256K", "Ed448"];

/// Checks `use`, `key_ops` and `alg` (RFC 7517, sections 4.2 to 4.4), and that there are no members of secret keys.
fn reject_foreign_purposes(jwk: &Value) -> Result<(), KeyRejection> {
    let private = ["k", "d", "p", "q", "dp", "dq", "qi", "oth"];
    if private.iter().any(|member| jwk.get(member).is_some()) {
        return Err(KeyRejection::NotPublic);
    }
    let purpose = jwk.get("use");
    if purpose.is_some_and(|purpose| purpose.as_str() != Some("sig")) {
        return Err(KeyRejection::NotForSignatures("use"));
    }
    let verifies = |operations: &Value| {
        let list = operations.as_array();
        list.is_some_and(|list| list.iter().any(|one| one == "verify"))
    };
    if jwk.get("key_ops").is_some_and(|list| !verifies(list)) {
        return Err(KeyRejection::NotForSignatures("key_ops"));
    }
    let signs = |name: &Value| {
        let name = name.as_str().unwrap_or_default();
        algorithms::named(name).is_some_and(|one| one.family() != AlgorithmFamily::Hmac)
    };
    let name = jwk.get("alg").and_then(Value::as_str);
    let is_this = |unsupported: &&str| name == Some(*unsupported);
    if let Some(unsupported) = UNSUPPORTED.into_iter().find(is_this) {
        return Err(KeyRejection::UnsupportedAlgorithm(unsupported));
    }
    if jwk.get("alg").is_some_and(|name| !signs(name)) {
        return Err(KeyRejection::NotForSignatures("alg"));
    }
    Ok(())
}

#[cfg(test)]
#[path = "key_tests.rs"]
mod tests;
