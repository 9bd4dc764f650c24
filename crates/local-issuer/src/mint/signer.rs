//! Who signs a minted token, and with what.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde::Deserialize;
use serde_json::Value;

use super::MintError;
use crate::keys::{Algorithm, Forger, KeyError, SigningKey, exponent_one_signature};
use crate::provider::ProviderState;

/// Who signs a minted token.
#[derive(Clone, Default)]
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
    /// Nobody: `alg` is `none` and the signature is empty.
    Unsigned,
    /// HS256, with the current key's public half as the secret: the classic confusion of algorithms.
    PublicKeyAsSecret(PublicKeyForm),
    /// HS256 with this secret.
    Secret(Vec<u8>),
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
    means: Means,
}

enum Means {
    Key(Arc<SigningKey>, Algorithm),
    Secret(Vec<u8>),
    ExponentOne(usize),
    Nothing,
}

impl Signer {
    pub(super) fn resolve(
        &self,
        provider: &ProviderState,
        algorithm: Option<Algorithm>,
    ) -> Result<Hand, MintError> {
        let current = provider.keys.current();
        let current_kid = Some(current.kid().to_owned());
        let key = |key: Arc<SigningKey>| {
            let algorithm = algorithm.unwrap_or_else(|| key.algorithm());
            Hand {
                kid: Some(key.kid().to_owned()),
                means: Means::Key(key, algorithm),
            }
        };
        let fresh = |kid: String, algorithm: Algorithm| {
            SigningKey::generate(kid, algorithm).map(Arc::new).map(key)
        };
        match self {
            Self::Current => Ok(key(current)),
            Self::Next => {
                let next = provider.keys.snapshot().next;
                next.map(key)
                    .ok_or_else(|| MintError::NoSuchKey("next".to_owned()))
            }
            Self::Published(kid) => provider
                .keys
                .find(kid)
                .map(key)
                .ok_or_else(|| MintError::NoSuchKey(kid.clone())),
            Self::Withdrawn(kid) => {
                let found = provider.keys.find_withdrawn(kid);
                found
                    .map(key)
                    .ok_or_else(|| MintError::NoSuchKey(kid.clone()))
            }
            Self::Hostile(id) => {
                let hostile = provider
                    .keys
                    .find_hostile(id)
                    .ok_or_else(|| MintError::NoSuchKey(id.clone()))?;
                let kid = hostile.kid().map(str::to_owned);
                let means = match hostile.forger {
                    Some(Forger::Key(signing)) => key(signing).means,
                    Some(Forger::Secret(secret)) => Means::Secret(secret),
                    Some(Forger::ExponentOne(bytes)) => Means::ExponentOne(bytes),
                    None => return Err(MintError::CannotSign(id.clone())),
                };
                Ok(Hand { kid, means })
            }
            Self::Unpublished(algorithm) => Ok(fresh(provider.kind().new_kid()?, *algorithm)?),
            Self::Impostor(algorithm) => Ok(fresh(current.kid().to_owned(), *algorithm)?),
            Self::Unsigned => Ok(Hand {
                kid: current_kid,
                means: Means::Nothing,
            }),
            Self::Secret(secret) => Ok(Hand {
                kid: current_kid,
                means: Means::Secret(secret.clone()),
            }),
            Self::PublicKeyAsSecret(form) => Ok(Hand {
                kid: current_kid,
                means: Means::Secret(form.write(&current)?),
            }),
        }
    }
}

impl Hand {
    pub(super) fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// The algorithm it signs with, if a key does.
    pub(super) fn algorithm(&self) -> Option<Algorithm> {
        match &self.means {
            Means::Key(_, algorithm) => Some(*algorithm),
            _ => None,
        }
    }

    /// The public half, if there is one.
    pub(super) fn jwk(&self) -> Result<Option<Value>, KeyError> {
        match &self.means {
            Means::Key(key, _) => Ok(Some(Value::Object(key.jwk()?))),
            _ => Ok(None),
        }
    }

    pub(super) fn alg(&self) -> &'static str {
        match &self.means {
            Means::Key(_, algorithm) => algorithm.name(),
            Means::Secret(_) => "HS256",
            Means::ExponentOne(_) => "RS256",
            Means::Nothing => "none",
        }
    }

    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        match &self.means {
            Means::Key(key, algorithm) => key.sign(*algorithm, message),
            Means::Secret(secret) => {
                let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
                Ok(hmac::sign(&key, message).as_ref().to_vec())
            }
            Means::ExponentOne(bytes) => Ok(exponent_one_signature(*bytes, message)),
            Means::Nothing => Ok(Vec::new()),
        }
    }
}

impl PublicKeyForm {
    fn write(self, key: &SigningKey) -> Result<Vec<u8>, KeyError> {
        match self {
            Self::Der => key.public_der(),
            Self::PemWithoutNewline => {
                let mut pem = Self::Pem.write(key)?;
                pem.pop();
                Ok(pem)
            }
            Self::Jwk => Ok(Value::Object(key.jwk()?).to_string().into_bytes()),
            Self::ModulusBytes => {
                let modulus = Self::Modulus.write(key)?;
                Ok(URL_SAFE_NO_PAD.decode(modulus).unwrap_or_default())
            }
            Self::Pem => {
                let mut pem = "-----BEGIN PUBLIC KEY-----\n".to_owned();
                let text = STANDARD.encode(key.public_der()?);
                for line in text.as_bytes().chunks(64) {
                    pem.push_str(&String::from_utf8_lossy(line));
                    pem.push('\n');
                }
                pem.push_str("-----END PUBLIC KEY-----\n");
                Ok(pem.into_bytes())
            }
            Self::Modulus => {
                let jwk = key.jwk()?;
                Ok(jwk
                    .get("n")
                    .and_then(Value::as_str)
                    .unwrap_or_default()
                    .as_bytes()
                    .to_vec())
            }
        }
    }
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
