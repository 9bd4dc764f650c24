//! Keys that should be in no key set, or should do no harm there.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::algorithm::Algorithm;
use super::error::KeyError;
use super::forger::Forger;
use super::signing_key::SigningKey;
use super::style::KeyStyle;
use crate::random;

/// 65537, as nearly every RSA key has it.
const USUAL_EXPONENT: &str = "AQAB";
const LONG_KEY_ID: usize = 10_000;

/// A key that is wrong in one way. Unless it says otherwise it is an RSA key for RS256 that can sign, under an id of its own.
///
/// In JSON it is written as [serde](https://serde.rs/enum-representations.html) does it: `"small_rsa"`, `{"many": 1000}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum HostileKey {
    /// A shared secret that is public (`kty` `oct`); it signs with HS256.
    SharedSecret,
    /// An RSA key of 1024 bits; nothing can sign with it.
    SmallRsa,
    /// An RSA key whose exponent is 1, so that no private key is needed to sign; it signs so.
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

/// One named hostile key, for a suite that goes over all of them.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct HostileCase {
    /// The key.
    pub key: HostileKey,
    /// What is wrong with it.
    pub wrong: &'static str,
    /// What a verifier has to do with the tokens that it signs.
    pub verdict: Verdict,
}

/// What a verifier has to do with a hostile key in a key set. Whatever it is, the provider's own keys go on verifying.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// Refuse every token that the key signs.
    Refuse,
    /// Nothing signs with the key: it must only do no harm to the others.
    Ignore,
    /// The issuer published it as a key for signatures: its tokens may be accepted or refused.
    MayAccept,
}

/// What is published for a hostile key, and what signs with it.
pub(super) struct Made {
    pub(super) jwks: Vec<Value>,
    pub(super) forger: Option<Forger>,
}

impl HostileCase {
    /// Returns every named hostile key, with a thousand for [`HostileKey::Many`].
    pub fn all() -> Vec<Self> {
        use HostileKey as Key;
        use Verdict::{Ignore, MayAccept, Refuse};

        let case = |key, verdict, wrong| Self {
            key,
            wrong,
            verdict,
        };
        vec![
            case(Key::SharedSecret, Refuse, "a public secret"),
            case(Key::SmallRsa, Ignore, "1024 bits"),
            case(Key::RsaExponentOne, Refuse, "the exponent is 1"),
            case(Key::RsaEvenExponent, Ignore, "the exponent is even"),
            case(Key::PointOffCurve, Ignore, "a point that is not on P-256"),
            case(Key::WrongKeyType, Refuse, "kty is EC for an RSA key"),
            case(Key::WrongCurve, Refuse, "crv is P-384 for a point on P-256"),
            case(Key::OtherAlgorithm, Refuse, "alg is PS256, RS256 signs"),
            case(Key::ForEncryption, Refuse, "use is enc"),
            case(Key::OtherOperations, Refuse, "key_ops without verify"),
            case(Key::OperationsNoList, Refuse, "key_ops is no list"),
            case(Key::DuplicateBefore, MayAccept, "the current id, before it"),
            case(Key::DuplicateAfter, MayAccept, "the current id, after it"),
            case(Key::NoKeyId, Refuse, "no kid"),
            case(Key::EmptyKeyId, Refuse, "an empty kid"),
            case(Key::LongKeyId, MayAccept, "a kid of 10,000 letters"),
            case(Key::PaddedBase64, Refuse, "n is padded"),
            case(Key::PrivateParts, Refuse, "the private half is public"),
            case(Key::Many(1000), Ignore, "a thousand keys"),
        ]
    }

    /// Its name, as JSON has it: `small_rsa`.
    pub fn name(&self) -> String {
        match serde_json::to_value(&self.key) {
            Ok(Value::Object(members)) => members.keys().next().cloned().unwrap_or_default(),
            Ok(Value::String(name)) => name,
            _ => String::new(),
        }
    }
}

impl HostileKey {
    /// How many keys it is.
    pub(super) fn count(&self) -> usize {
        match self {
            Self::Many(count) => *count,
            _ => 1,
        }
    }

    /// Whether it comes before the provider's own keys in the key set.
    pub(super) fn is_first(&self) -> bool {
        *self == Self::DuplicateBefore
    }

    pub(super) fn make(&self, style: KeyStyle, current_kid: &str) -> Result<Made, KeyError> {
        let made = |jwk: Value, forger| Made {
            jwks: vec![jwk],
            forger,
        };
        Ok(match self {
            Self::Jwk(jwk) => made(jwk.clone(), None),
            Self::Many(count) => Made {
                jwks: (0..*count)
                    .map(|_| unusable(style, 256, USUAL_EXPONENT))
                    .collect::<Result<_, _>>()?,
                forger: None,
            },
            Self::SmallRsa => made(unusable(style, 128, USUAL_EXPONENT)?, None),
            Self::RsaEvenExponent => made(unusable(style, 256, "AQAA")?, None),
            Self::RsaExponentOne => {
                made(unusable(style, 256, "AQ")?, Some(Forger::ExponentOne(256)))
            }
            Self::PointOffCurve => {
                // A random point is on the curve with a chance of 1 in 2^256.
                let (x, y, kid) = (number(32)?, number(32)?, (style.new_kid)()?);
                made(
                    json!({ "kty": "EC", "use": "sig", "crv": "P-256", "x": x, "y": y, "kid": kid, "alg": "ES256" }),
                    None,
                )
            }
            Self::SharedSecret => {
                let (secret, kid) = (random::bytes(32)?, (style.new_kid)()?);
                let k = URL_SAFE_NO_PAD.encode(&secret);
                let jwk = json!({ "kty": "oct", "use": "sig", "k": k, "kid": kid, "alg": "HS256" });
                made(jwk, Some(Forger::Secret(secret)))
            }
            _ => self.usable(style, current_kid)?,
        })
    }

    /// Makes a good key, then what is wrong about it.
    fn usable(&self, style: KeyStyle, current_kid: &str) -> Result<Made, KeyError> {
        let kid = match self {
            Self::DuplicateBefore | Self::DuplicateAfter => current_kid.to_owned(),
            Self::EmptyKeyId => String::new(),
            Self::LongKeyId => "k".repeat(LONG_KEY_ID),
            _ => (style.new_kid)()?,
        };
        let algorithm = match self {
            Self::WrongCurve => Algorithm::Es256,
            _ => Algorithm::Rs256,
        };
        let key = Arc::new(SigningKey::generate(kid, algorithm)?);
        let mut jwk = style.ordered(key.jwk().clone());
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
            Self::PrivateParts => jwk.extend(key.private_members()),
            _ => {}
        }
        Ok(Made {
            jwks: vec![Value::Object(jwk)],
            forger: Some(Forger::Key(key, algorithm)),
        })
    }
}

/// Returns an RSA key with a random modulus: it looks like one, and its private half is not known.
fn unusable(style: KeyStyle, bytes: usize, exponent: &str) -> Result<Value, KeyError> {
    let (n, kid) = (number(bytes)?, (style.new_kid)()?);
    Ok(json!({ "kty": "RSA", "use": "sig", "n": n, "e": exponent, "kid": kid, "alg": "RS256" }))
}

/// Returns a random odd number that takes exactly this many bytes.
fn number(bytes: usize) -> Result<String, KeyError> {
    let mut number = random::bytes(bytes)?;
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
