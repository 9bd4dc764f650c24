//! Who signs a minted token, and with what.

use std::fmt;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use pem::{EncodeConfig, LineEnding, Pem};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::minted::MintError;
use crate::keys::{Algorithm, Forger, KeyError, SigningKey};
use crate::provider::Provider;

/// Who signs a minted token.
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Signer {
    /// The provider's current key.
    #[default]
    Current,
    /// The key that is published ahead.
    Next,
    /// A key of the provider's own, by its id; it may be withheld from the key set.
    Published(String),
    /// A key that left the key set, by its id.
    Withdrawn(String),
    /// A hostile key, by [its name here](crate::HostileKeyInfo::id).
    Hostile(String),
    /// A fresh key with a fresh id that no key set lists.
    Unpublished(Algorithm),
    /// A fresh key that no key set lists, under the id of the current one.
    Impostor(Algorithm),
    /// No key: `alg` is `none` and the signature is empty.
    #[serde(rename = "none")]
    Unsigned,
    /// HS256, with the current key's public half as the secret: the classic confusion of algorithms.
    PublicKeyAsSecret(PublicKeyForm),
    /// HS256 with this secret.
    Secret(#[serde(deserialize_with = "bytes")] Vec<u8>),
}

/// How a public key is written when it is misused as a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PublicKeyForm {
    /// PEM, `SubjectPublicKeyInfo`.
    Pem,
    /// The same without the newline at its end.
    PemWithoutNewline,
    /// DER, `SubjectPublicKeyInfo`.
    Der,
    /// The modulus as the JWK's `n` writes it.
    Modulus,
    /// The bytes of the modulus.
    ModulusBytes,
    /// The JWK, as the key set has it.
    Jwk,
}

/// A signer that has its key.
pub(super) struct Hand {
    kid: Option<String>,
    forger: Forger,
}

impl Signer {
    /// Finds or makes the key. `algorithm` replaces the one that a key is published for.
    pub(super) fn resolve(
        &self,
        provider: &Provider,
        algorithm: Option<Algorithm>,
    ) -> Result<Hand, MintError> {
        let keys = &provider.keys;
        let current = keys.current();
        let in_use = |key: Arc<SigningKey>| Hand {
            kid: Some(key.kid().to_owned()),
            forger: with_algorithm(key, algorithm),
        };
        let found = |key: Option<Arc<SigningKey>>, name: &str| {
            let missing = || MintError::NoSuchKey(name.to_owned());
            key.map(in_use).ok_or_else(missing)
        };
        let under_current_id = |forger| Hand {
            kid: Some(current.kid().to_owned()),
            forger,
        };
        Ok(match self {
            Self::Current => in_use(current),
            Self::Next => found(keys.snapshot().next, "next")?,
            Self::Published(kid) => found(keys.find(kid), kid)?,
            Self::Withdrawn(kid) => found(keys.find_withdrawn(kid), kid)?,
            Self::Hostile(id) => {
                let hostile = keys.find_hostile(id);
                let hostile = hostile.ok_or_else(|| MintError::NoSuchKey(id.clone()))?;
                let kid = hostile.kid().map(str::to_owned);
                let forger = match hostile.forger {
                    Some(Forger::Key(key, _)) => with_algorithm(key, algorithm),
                    Some(forger) => forger,
                    None => return Err(MintError::CannotSign(id.clone())),
                };
                Hand { kid, forger }
            }
            Self::Unpublished(fresh) => in_use(keys.style().new_key(*fresh)?),
            Self::Impostor(fresh) => {
                let key = SigningKey::generate(current.kid().to_owned(), *fresh)?;
                in_use(Arc::new(key))
            }
            Self::Unsigned => under_current_id(Forger::Nothing),
            Self::Secret(secret) => under_current_id(Forger::Secret(secret.clone())),
            Self::PublicKeyAsSecret(form) => {
                under_current_id(Forger::Secret(form.write(&current)?))
            }
        })
    }
}

impl Hand {
    pub(super) fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    pub(super) fn alg(&self) -> &'static str {
        self.forger.alg()
    }

    /// The algorithm it signs with, if a key does.
    pub(super) fn algorithm(&self) -> Option<Algorithm> {
        match &self.forger {
            Forger::Key(_, algorithm) => Some(*algorithm),
            _ => None,
        }
    }

    /// The public half, if there is one.
    pub(super) fn jwk(&self) -> Option<Value> {
        match &self.forger {
            Forger::Key(key, _) => Some(Value::Object(key.jwk().clone())),
            _ => None,
        }
    }

    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        self.forger.sign(message)
    }
}

fn with_algorithm(key: Arc<SigningKey>, algorithm: Option<Algorithm>) -> Forger {
    let algorithm = algorithm.unwrap_or_else(|| key.algorithm());
    Forger::Key(key, algorithm)
}

impl PublicKeyForm {
    fn write(self, key: &SigningKey) -> Result<Vec<u8>, KeyError> {
        let modulus = key.jwk().get("n");
        let modulus = modulus.and_then(Value::as_str).unwrap_or_default();
        Ok(match self {
            Self::Der => key.rsa_public_der()?,
            Self::Pem => {
                let pem = Pem::new("PUBLIC KEY", key.rsa_public_der()?);
                let config = EncodeConfig::new().set_line_ending(LineEnding::LF);
                pem::encode_config(&pem, config).into_bytes()
            }
            Self::PemWithoutNewline => {
                let mut pem = Self::Pem.write(key)?;
                pem.pop();
                pem
            }
            Self::Modulus => modulus.as_bytes().to_vec(),
            Self::ModulusBytes => URL_SAFE_NO_PAD.decode(modulus).unwrap_or_default(),
            Self::Jwk => Value::Object(key.jwk().clone()).to_string().into_bytes(),
        })
    }
}

fn bytes<'de, D: Deserializer<'de>>(text: D) -> Result<Vec<u8>, D::Error> {
    String::deserialize(text).map(String::into_bytes)
}

impl fmt::Debug for Signer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Current => "Current",
            Self::Next => "Next",
            Self::Published(_) => "Published(..)",
            Self::Withdrawn(_) => "Withdrawn(..)",
            Self::Hostile(_) => "Hostile(..)",
            Self::Unpublished(_) => "Unpublished(..)",
            Self::Impostor(_) => "Impostor(..)",
            Self::Unsigned => "Unsigned",
            Self::PublicKeyAsSecret(_) => "PublicKeyAsSecret(..)",
            Self::Secret(_) => "Secret(..)",
        })
    }
}
