//! One key pair: generate, keep, sign, publish.

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair,
    EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair, RsaKeyPair,
};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{DecodingKey, EncodingKey};
use serde_json::{Map, Value};
use simple_asn1::ASN1Block;

use super::algorithm::Algorithm;
use super::error::KeyError;

/// A key pair with its id and the algorithm it is published for.
pub(crate) struct SigningKey {
    kid: String,
    algorithm: Algorithm,
    pkcs8: Vec<u8>,
    key: EncodingKey,
    jwk: Map<String, Value>,
}

impl SigningKey {
    /// Returns a new key; RSA keys have 2048 bits, as the providers' have.
    pub(crate) fn generate(kid: String, algorithm: Algorithm) -> Result<Self, KeyError> {
        let pkcs8 = match algorithm {
            Algorithm::Es256 => ecdsa(&ECDSA_P256_SHA256_FIXED_SIGNING),
            Algorithm::Es384 => ecdsa(&ECDSA_P384_SHA384_FIXED_SIGNING),
            Algorithm::EdDsa => ed25519(),
            _ => rsa(),
        };
        Self::from_pkcs8(kid, algorithm, pkcs8.map_err(|_| KeyError::Generate)?)
    }

    /// Returns the key of which [`Self::pkcs8`] is the private half.
    pub(super) fn from_pkcs8(
        kid: String,
        algorithm: Algorithm,
        pkcs8: Vec<u8>,
    ) -> Result<Self, KeyError> {
        let encoding = || KeyError::Encoding { kid: kid.clone() };
        let key = match algorithm {
            Algorithm::Es256 | Algorithm::Es384 => EncodingKey::from_ec_der(&pkcs8),
            Algorithm::EdDsa => EncodingKey::from_ed_der(&pkcs8),
            _ => EncodingKey::from_rsa_der(&rsa_private_key(&pkcs8).ok_or_else(encoding)?),
        };
        let public = Jwk::from_encoding_key(&key, of_library(algorithm)?)
            .ok()
            .and_then(|jwk| serde_json::to_value(jwk.algorithm).ok());
        let Some(Value::Object(mut parameters)) = public else {
            return Err(encoding());
        };
        let mut jwk = Map::new();
        jwk.extend(parameters.shift_remove_entry("kty"));
        jwk.insert("use".to_owned(), "sig".into());
        jwk.extend(parameters);
        jwk.insert("kid".to_owned(), kid.as_str().into());
        jwk.insert("alg".to_owned(), algorithm.name().into());
        Ok(Self {
            kid,
            algorithm,
            pkcs8,
            key,
            jwk,
        })
    }

    /// The private key in PKCS#8, to be kept.
    pub(super) fn pkcs8(&self) -> &[u8] {
        &self.pkcs8
    }

    pub(crate) fn kid(&self) -> &str {
        &self.kid
    }

    pub(crate) fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The public key as a JWK, members in Auth0's order.
    pub(crate) fn jwk(&self) -> &Map<String, Value> {
        &self.jwk
    }

    /// Signs with `algorithm`, which may be another one of the same family than the key is published for.
    pub(crate) fn sign(&self, algorithm: Algorithm, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        let unsuitable = || KeyError::Unsuitable { algorithm };
        let signature = jsonwebtoken::crypto::sign(message, &self.key, of_library(algorithm)?);
        let signature = signature.map_err(|_| unsuitable())?;
        URL_SAFE_NO_PAD.decode(signature).map_err(|_| unsuitable())
    }

    /// Whether `signature`, in base64url, is this key's own for `message`, with the algorithm that it is published for.
    pub(crate) fn verifies(&self, message: &[u8], signature: &str) -> bool {
        let jwk = serde_json::from_value(Value::Object(self.jwk.clone())).ok();
        let key = jwk.and_then(|jwk: Jwk| DecodingKey::from_jwk(&jwk).ok());
        let algorithm = of_library(self.algorithm).ok();
        key.zip(algorithm).is_some_and(|(key, algorithm)| {
            jsonwebtoken::crypto::verify(signature, message, &key, algorithm).unwrap_or(false)
        })
    }

    /// Returns the private members of an RSA key's JWK; other keys have none here.
    pub(super) fn private_members(&self) -> Map<String, Value> {
        let key = rsa_private_key(&self.pkcs8).unwrap_or_default();
        let Some(ASN1Block::Sequence(_, numbers)) = first_block(&key) else {
            return Map::new();
        };
        // The version and the public numbers come first.
        let private = numbers.iter().skip(3).filter_map(|number| match number {
            ASN1Block::Integer(_, number) => Some(URL_SAFE_NO_PAD.encode(number.to_bytes_be().1)),
            _ => None,
        });
        let names = ["d", "p", "q", "dp", "dq", "qi"].map(str::to_owned);
        names.into_iter().zip(private.map(Value::from)).collect()
    }

    /// Returns the public key of an RSA key as a DER `SubjectPublicKeyInfo`.
    pub(crate) fn rsa_public_der(&self) -> Result<Vec<u8>, KeyError> {
        RsaKeyPair::from_pkcs8(&self.pkcs8)
            .ok()
            .and_then(|pair| AsDer::<PublicKeyX509Der<'_>>::as_der(pair.public_key()).ok())
            .map(|der| der.as_ref().to_vec())
            .ok_or_else(|| KeyError::Encoding {
                kid: self.kid.clone(),
            })
    }
}

fn of_library(algorithm: Algorithm) -> Result<jsonwebtoken::Algorithm, KeyError> {
    let unsuitable = |_| KeyError::Unsuitable { algorithm };
    algorithm.name().parse().map_err(unsuitable)
}

fn ecdsa(curve: &'static EcdsaSigningAlgorithm) -> Result<Vec<u8>, Unspecified> {
    let document = EcdsaKeyPair::generate(curve)?.to_pkcs8v1()?;
    Ok(document.as_ref().to_vec())
}

fn ed25519() -> Result<Vec<u8>, Unspecified> {
    let document = Ed25519KeyPair::generate()?.to_pkcs8v1()?;
    Ok(document.as_ref().to_vec())
}

fn rsa() -> Result<Vec<u8>, Unspecified> {
    let pair = RsaKeyPair::generate(KeySize::Rsa2048)?;
    let der: Pkcs8V1Der<'_> = pair.as_der()?;
    Ok(der.as_ref().to_vec())
}

/// Returns the `RSAPrivateKey` ([RFC 8017, A.1.2](https://www.rfc-editor.org/rfc/rfc8017#appendix-A.1.2)) in a PKCS#8 document.
fn rsa_private_key(pkcs8: &[u8]) -> Option<Vec<u8>> {
    let Some(ASN1Block::Sequence(_, members)) = first_block(pkcs8) else {
        return None;
    };
    members.into_iter().find_map(|member| match member {
        ASN1Block::OctetString(_, key) => Some(key),
        _ => None,
    })
}

fn first_block(der: &[u8]) -> Option<ASN1Block> {
    simple_asn1::from_der(der).ok()?.into_iter().next()
}
