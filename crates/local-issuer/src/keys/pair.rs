//! One key pair: generate, keep, sign, publish.

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{EcdsaKeyPair, Ed25519KeyPair, KeyPair, RsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use super::algorithm::{Algorithm, Family};
use super::{KeyError, der};

/// A key pair with its id and the algorithm it is published for.
pub(crate) struct SigningKey {
    kid: String,
    algorithm: Algorithm,
    pair: Pair,
}

enum Pair {
    Rsa(RsaKeyPair),
    Ecdsa(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

impl SigningKey {
    /// A new key; RSA keys have 2048 bits, as the providers' have.
    pub(crate) fn generate(kid: String, algorithm: Algorithm) -> Result<Self, KeyError> {
        let family = algorithm.family();
        let pair = match (family, family.ecdsa()) {
            (_, Some(curve)) => EcdsaKeyPair::generate(curve).map(Pair::Ecdsa),
            (Family::Ed25519, _) => Ed25519KeyPair::generate().map(Pair::Ed25519),
            _ => RsaKeyPair::generate(KeySize::Rsa2048).map(Pair::Rsa),
        };
        let pair = pair.map_err(|_| KeyError::Generate)?;
        Ok(Self {
            kid,
            algorithm,
            pair,
        })
    }

    /// The key that [`Self::to_pkcs8`] wrote.
    pub(super) fn from_pkcs8(
        kid: String,
        algorithm: Algorithm,
        pkcs8: &[u8],
    ) -> Result<Self, KeyError> {
        let family = algorithm.family();
        let pair = match (family, family.ecdsa()) {
            (_, Some(curve)) => EcdsaKeyPair::from_pkcs8(curve, pkcs8).map(Pair::Ecdsa),
            (Family::Ed25519, _) => {
                Ed25519KeyPair::from_pkcs8_maybe_unchecked(pkcs8).map(Pair::Ed25519)
            }
            _ => RsaKeyPair::from_pkcs8(pkcs8).map(Pair::Rsa),
        };
        match pair {
            Ok(pair) => Ok(Self {
                kid,
                algorithm,
                pair,
            }),
            Err(_) => Err(KeyError::Encoding { kid }),
        }
    }

    /// The private key in PKCS#8, to be kept.
    pub(super) fn to_pkcs8(&self) -> Result<Vec<u8>, KeyError> {
        let document = match &self.pair {
            Pair::Rsa(pair) => {
                AsDer::<Pkcs8V1Der<'_>>::as_der(pair).map(|der| der.as_ref().to_vec())
            }
            Pair::Ecdsa(pair) => pair.to_pkcs8v1().map(|der| der.as_ref().to_vec()),
            Pair::Ed25519(pair) => pair.to_pkcs8v1().map(|der| der.as_ref().to_vec()),
        };
        document.map_err(|_| self.encoding_error())
    }

    pub(crate) fn kid(&self) -> &str {
        &self.kid
    }

    pub(crate) fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Signs with `algorithm`, which may be another one of the same family than the key is published for.
    pub(crate) fn sign(&self, algorithm: Algorithm, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        let random = SystemRandom::new();
        match (&self.pair, algorithm.rsa_encoding()) {
            (Pair::Rsa(pair), Some(encoding)) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(encoding, &random, message, &mut signature)
                    .map_err(|_| KeyError::Sign)?;
                Ok(signature)
            }
            (Pair::Ecdsa(pair), None) if algorithm.family() == self.algorithm.family() => pair
                .sign(&random, message)
                .map(|signature| signature.as_ref().to_vec())
                .map_err(|_| KeyError::Sign),
            (Pair::Ed25519(pair), None) if algorithm.family() == Family::Ed25519 => {
                Ok(pair.sign(message).as_ref().to_vec())
            }
            _ => Err(KeyError::Unsuitable { algorithm }),
        }
    }

    /// The public key as a JWK, members in Auth0's order.
    pub(crate) fn jwk(&self) -> Result<Map<String, Value>, KeyError> {
        let (kty, parameters) = self.jwk_parameters().ok_or_else(|| self.encoding_error())?;
        let mut jwk = Map::new();
        jwk.insert("kty".to_owned(), kty.into());
        jwk.insert("use".to_owned(), "sig".into());
        for (name, value) in parameters {
            jwk.insert(name.to_owned(), value.into());
        }
        jwk.insert("kid".to_owned(), self.kid.as_str().into());
        jwk.insert("alg".to_owned(), self.algorithm.name().into());
        Ok(jwk)
    }

    /// The private members of an RSA key's JWK; other keys have none here.
    pub(super) fn private_members(&self) -> Result<Map<String, Value>, KeyError> {
        let pkcs8 = self.to_pkcs8()?;
        let numbers = der::rsa_private_numbers(&pkcs8).unwrap_or_default();
        let encoded = |number: &&[u8]| Value::from(URL_SAFE_NO_PAD.encode(number));
        // The version and the public numbers come first.
        let private = numbers.iter().skip(3).map(encoded);
        let names = ["d", "p", "q", "dp", "dq", "qi"].map(str::to_owned);
        Ok(names.into_iter().zip(private).collect())
    }

    /// The public key as a DER `SubjectPublicKeyInfo`.
    pub(crate) fn public_der(&self) -> Result<Vec<u8>, KeyError> {
        let der = match &self.pair {
            Pair::Rsa(pair) => AsDer::<PublicKeyX509Der<'_>>::as_der(pair.public_key()),
            Pair::Ecdsa(pair) => AsDer::<PublicKeyX509Der<'_>>::as_der(pair.public_key()),
            Pair::Ed25519(pair) => AsDer::<PublicKeyX509Der<'_>>::as_der(pair.public_key()),
        };
        der.map(|der| der.as_ref().to_vec())
            .map_err(|_| self.encoding_error())
    }

    fn jwk_parameters(&self) -> Option<(&'static str, Vec<(&'static str, String)>)> {
        let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        match &self.pair {
            Pair::Rsa(pair) => {
                let (modulus, exponent) = der::rsa_numbers(pair.public_key().as_ref())?;
                Some(("RSA", vec![("n", encode(modulus)), ("e", encode(exponent))]))
            }
            Pair::Ecdsa(pair) => {
                let curve = if self.algorithm.family() == Family::P384 {
                    "P-384"
                } else {
                    "P-256"
                };
                // An uncompressed point: 0x04, then x and y, equally long.
                let (_, point) = pair.public_key().as_ref().split_first()?;
                let (x, y) = point.split_at_checked(point.len() / 2)?;
                Some((
                    "EC",
                    vec![
                        ("crv", curve.to_owned()),
                        ("x", encode(x)),
                        ("y", encode(y)),
                    ],
                ))
            }
            Pair::Ed25519(pair) => Some((
                "OKP",
                vec![
                    ("crv", "Ed25519".to_owned()),
                    ("x", encode(pair.public_key().as_ref())),
                ],
            )),
        }
    }

    fn encoding_error(&self) -> KeyError {
        KeyError::Encoding {
            kid: self.kid.clone(),
        }
    }
}
