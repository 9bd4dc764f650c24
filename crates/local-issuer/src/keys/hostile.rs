//! Keys that should be in no key set, or should do no harm there.

use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand;
use base64::Engine;
use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{Algorithm, KeyError, SigningKey};
use crate::provider::ProviderKind;

/// 65537, as nearly every RSA key has it.
const USUAL_EXPONENT: &str = "AQAB";
const LONG_KEY_ID: usize = 10_000;
/// DER of a `DigestInfo` for SHA-256, up to the digest itself ([RFC 8017, 9.2](https://www.rfc-editor.org/rfc/rfc8017#section-9.2)).
const SHA256_DIGEST_INFO: [u8; 19] = [
    0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05,
    0x00, 0x04, 0x20,
];

/// A key that is wrong in one way. Unless it says otherwise it is an RSA key for RS256 that can sign, under an id of its own.
///
/// In JSON it is written as [serde](https://serde.rs/enum-representations.html) does it: `"small_rsa"`, `{"many": 1000}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum HostileKey {
    /// A shared secret that everybody can read (`kty` `oct`); it signs with HS256.
    SharedSecret,
    /// An RSA key of 1024 bits; nothing can sign with it.
    SmallRsa,
    /// An RSA key whose exponent is 1, for which anybody can make signatures; it signs so.
    RsaExponentOne,
    /// An RSA key whose exponent is even, which no RSA key has; nothing can sign with it.
    RsaEvenExponent,
    /// A P-256 key whose point is not on the curve; nothing can sign with it.
    PointOffCurve,
    /// `kty` is `EC`, the members are those of an RSA key.
    WrongKeyType,
    /// `crv` is `P-384`, the point is on P-256; it signs with ES256.
    WrongCurve,
    /// `alg` is `PS256`; it signs with RS256.
    OtherAlgorithm,
    /// `use` is `enc`.
    ForEncryption,
    /// `key_ops` has no `verify`.
    OtherOperations,
    /// `key_ops` is a string, so that a reader of the whole set at once may fail.
    OperationsNoList,
    /// Another key under the id of the current one, before it.
    DuplicateBefore,
    /// Another key under the id of the current one, after it.
    DuplicateAfter,
    /// No `kid`.
    NoKeyId,
    /// An empty `kid`.
    EmptyKeyId,
    /// A `kid` of 10,000 letters.
    LongKeyId,
    /// `n` and `e` are padded with `=`, which [RFC 7515](https://www.rfc-editor.org/rfc/rfc7515#section-2) forbids.
    PaddedBase64,
    /// The private members are published too.
    PrivateParts,
    /// This many RSA keys with ids of their own; nothing can sign with them.
    Many(usize),
    /// Whatever is given, as it is, even if it is no JSON object.
    Jwk(Value),
}

/// A hostile key that is in the key set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct HostileKeyInfo {
    /// What names it here, because its `kid` may not: to sign with it and to take it out again.
    pub id: String,
    /// Its `kid`, if it has one.
    pub kid: Option<String>,
    /// How many keys it is.
    pub keys: usize,
}

/// What is published, and what signs with it.
#[derive(Clone)]
pub(crate) struct Published {
    pub(crate) id: String,
    pub(crate) jwks: Vec<Value>,
    /// Whether it comes before the provider's own keys.
    pub(crate) before: bool,
    pub(crate) forger: Option<Forger>,
}

/// What signs for a hostile key.
#[derive(Clone)]
pub(crate) enum Forger {
    Key(Arc<SigningKey>),
    Secret(Vec<u8>),
    /// With this many bytes of modulus.
    ExponentOne(usize),
}

impl HostileKey {
    /// How many keys it is.
    pub(super) fn count(&self) -> usize {
        match self {
            Self::Many(count) => *count,
            _ => 1,
        }
    }

    pub(super) fn make(
        &self,
        id: String,
        provider: ProviderKind,
        current: &SigningKey,
    ) -> Result<Published, KeyError> {
        let (jwks, forger) = match self {
            Self::Jwk(jwk) => (vec![jwk.clone()], None),
            Self::Many(count) => (
                (0..*count)
                    .map(|_| unusable(provider, 256, USUAL_EXPONENT))
                    .collect::<Result<_, _>>()?,
                None,
            ),
            Self::SmallRsa => (vec![unusable(provider, 128, USUAL_EXPONENT)?], None),
            Self::RsaEvenExponent => (vec![unusable(provider, 256, "AQAA")?], None),
            Self::RsaExponentOne => {
                let jwk = unusable(provider, 256, "AQ")?;
                (vec![jwk], Some(Forger::ExponentOne(256)))
            }
            Self::PointOffCurve => {
                // A random point is on the curve with a chance of 1 in 2^256.
                let (x, y) = (number(32)?, number(32)?);
                let jwk = json!({ "kty": "EC", "use": "sig", "crv": "P-256", "x": x, "y": y, "kid": provider.new_kid()?, "alg": "ES256" });
                (vec![jwk], None)
            }
            Self::SharedSecret => {
                let mut secret = vec![0; 32];
                rand::fill(&mut secret).map_err(|_| KeyError::Generate)?;
                let k = URL_SAFE_NO_PAD.encode(&secret);
                let jwk = json!({ "kty": "oct", "use": "sig", "k": k, "kid": provider.new_kid()?, "alg": "HS256" });
                (vec![jwk], Some(Forger::Secret(secret)))
            }
            _ => {
                let (jwk, key) = self.usable(provider, current)?;
                (vec![Value::Object(jwk)], Some(Forger::Key(key)))
            }
        };
        Ok(Published {
            id,
            jwks,
            before: *self == Self::DuplicateBefore,
            forger,
        })
    }

    /// A good key, then what is wrong about it.
    fn usable(
        &self,
        provider: ProviderKind,
        current: &SigningKey,
    ) -> Result<(Map<String, Value>, Arc<SigningKey>), KeyError> {
        let kid = match self {
            Self::DuplicateBefore | Self::DuplicateAfter => current.kid().to_owned(),
            Self::EmptyKeyId => String::new(),
            Self::LongKeyId => "k".repeat(LONG_KEY_ID),
            _ => provider.new_kid()?,
        };
        let algorithm = match self {
            Self::WrongCurve => Algorithm::Es256,
            _ => Algorithm::Rs256,
        };
        let key = Arc::new(SigningKey::generate(kid, algorithm)?);
        let mut jwk = provider.order_jwk(key.jwk()?);
        let mut set = |name: &str, value: Value| jwk.insert(name.to_owned(), value);
        match self {
            Self::WrongKeyType => drop(set("kty", "EC".into())),
            Self::WrongCurve => drop(set("crv", "P-384".into())),
            Self::OtherAlgorithm => drop(set("alg", "PS256".into())),
            Self::ForEncryption => drop(set("use", "enc".into())),
            Self::OtherOperations => drop(set("key_ops", json!(["encrypt", "wrapKey"]))),
            Self::OperationsNoList => drop(set("key_ops", "verify".into())),
            Self::NoKeyId => drop(jwk.shift_remove("kid")),
            Self::PaddedBase64 => jwk.values_mut().for_each(pad),
            Self::PrivateParts => jwk.extend(key.private_members()?),
            _ => {}
        }
        Ok((jwk, key))
    }
}

impl Published {
    pub(crate) fn kid(&self) -> Option<&str> {
        let [jwk] = self.jwks.as_slice() else {
            return None;
        };
        jwk.get("kid").and_then(Value::as_str)
    }

    pub(super) fn info(&self) -> HostileKeyInfo {
        HostileKeyInfo {
            id: self.id.clone(),
            kid: self.kid().map(str::to_owned),
            keys: self.jwks.len(),
        }
    }
}

/// The signature of whoever knows that the exponent is 1: the encoded message itself.
pub(crate) fn exponent_one_signature(modulus_bytes: usize, message: &[u8]) -> Vec<u8> {
    let digest = digest(&SHA256, message);
    let tail = SHA256_DIGEST_INFO.len() + digest.as_ref().len();
    let mut signature = vec![0x00, 0x01];
    signature.resize(modulus_bytes.saturating_sub(tail + 1), 0xff);
    signature.push(0x00);
    signature.extend(SHA256_DIGEST_INFO);
    signature.extend(digest.as_ref());
    signature
}

/// An RSA key with a random modulus: it looks like one, and nobody has its private half.
fn unusable(provider: ProviderKind, bytes: usize, exponent: &str) -> Result<Value, KeyError> {
    let jwk = json!({
        "kty": "RSA", "use": "sig", "n": number(bytes)?, "e": exponent, "kid": provider.new_kid()?, "alg": "RS256",
    });
    Ok(jwk)
}

/// A random odd number that takes exactly this many bytes.
fn number(bytes: usize) -> Result<String, KeyError> {
    let mut number = vec![0; bytes];
    rand::fill(&mut number).map_err(|_| KeyError::Generate)?;
    if let Some(first) = number.first_mut() {
        *first |= 0x80;
    }
    if let Some(last) = number.last_mut() {
        *last |= 1;
    }
    Ok(URL_SAFE_NO_PAD.encode(number))
}

/// The same number with padding; what is no base64 of this length stays as it is.
fn pad(value: &mut Value) {
    let Some(text) = value.as_str().filter(|text| text.len() > 64) else {
        return;
    };
    if let Ok(bytes) = URL_SAFE_NO_PAD.decode(text) {
        *value = URL_SAFE.encode(bytes).into();
    }
}
