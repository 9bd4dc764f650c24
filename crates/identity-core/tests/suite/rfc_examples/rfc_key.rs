//! A key as printed in an RFC: its public part as an issuer would publish it, and signatures by its private part.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair as RsaKeyPair;
use aws_lc_rs::signature::{self, EcdsaKeyPair, Ed25519KeyPair};
use identity_core::keys::{KeyRejection, KeySet, VerificationKey};
use identity_core::verification::Algorithm;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{DecodingKey, crypto};
use serde_json::{Value, json};

use crate::rfc_examples::{decode, encode};

pub struct RfcKey(Value);

macro_rules! rfc_key {
    ($name:literal) => {
        $crate::rfc_examples::rfc_key::RfcKey::read(include_str!(concat!("keys/", $name, ".json")))
    };
}
pub(crate) use rfc_key;

impl RfcKey {
    pub fn read(text: &str) -> Self {
        Self(serde_json::from_str(text).unwrap())
    }

    /// Returns the key as printed in the RFC, including its private part.
    pub fn as_printed(&self) -> Value {
        self.0.clone()
    }

    /// Returns the public part with this id.
    pub fn published_as(&self, id: &str) -> Value {
        let mut jwk = self.public();
        jwk["kid"] = json!(id);
        jwk
    }

    /// Returns the public part.
    pub fn public(&self) -> Value {
        let mut jwk = self.0.clone();
        for private in ["d", "p", "q", "dp", "dq", "qi"] {
            jwk.as_object_mut().unwrap().remove(private);
        }
        jwk
    }

    /// Returns whether this key made the token's signature, whatever the token says. The crate must parse the key for
    /// this algorithm; then the function decides that the crate itself calls.
    pub fn made(&self, algorithm: Algorithm, token: &str) -> bool {
        let published = self.published_as("k");
        let key = VerificationKey::from_jwk(&published).unwrap();
        assert!(key.is_for(algorithm), "{key:?}");
        let jwk: Jwk = serde_json::from_value(published).unwrap();
        let (input, signature) = token.rsplit_once('.').unwrap();
        let key = DecodingKey::from_jwk(&jwk).unwrap();
        crypto::verify(signature, input.as_bytes(), &key, algorithm).unwrap()
    }

    /// Returns a token with this header and these claims.
    pub fn token(&self, algorithm: Algorithm, header: &Value, claims: &Value) -> String {
        let header = encode(header.to_string());
        self.sign(
            algorithm,
            &format!("{header}.{}", encode(claims.to_string())),
        )
    }

    /// Returns the signing input followed by this key's signature.
    pub fn sign(&self, algorithm: Algorithm, input: &str) -> String {
        let random = SystemRandom::new();
        let bytes = input.as_bytes();
        let signature = match algorithm {
            Algorithm::ES256 => {
                let point = [&[4][..], &self.bytes("x"), &self.bytes("y")].concat();
                let pair = EcdsaKeyPair::from_private_key_and_public_key(
                    &signature::ECDSA_P256_SHA256_FIXED_SIGNING,
                    &self.bytes("d"),
                    &point,
                );
                pair.unwrap()
                    .sign(&random, bytes)
                    .unwrap()
                    .as_ref()
                    .to_vec()
            }
            Algorithm::EdDSA => {
                let pair =
                    Ed25519KeyPair::from_seed_and_public_key(&self.bytes("d"), &self.bytes("x"));
                pair.unwrap().sign(bytes).as_ref().to_vec()
            }
            _ => {
                let padding: &dyn signature::RsaEncoding = match algorithm {
                    Algorithm::RS256 => &signature::RSA_PKCS1_SHA256,
                    Algorithm::PS384 => &signature::RSA_PSS_SHA384,
                    other => panic!("no RFC signs with {other:?}"),
                };
                let pair = RsaKeyPair::from_der(&self.pkcs1()).unwrap();
                let mut signed = vec![0; pair.public_modulus_len()];
                pair.sign(padding, &random, bytes, &mut signed).unwrap();
                signed
            }
        };
        format!("{input}.{}", encode(signature))
    }

    fn bytes(&self, member: &str) -> Vec<u8> {
        decode(self.0[member].as_str().unwrap())
    }

    /// `RSAPrivateKey` of RFC 8017, section A.1.2.
    fn pkcs1(&self) -> Vec<u8> {
        let mut numbers = der(2, &[0]);
        for member in ["n", "e", "d", "p", "q", "dp", "dq", "qi"] {
            // A leading zero keeps the number positive.
            numbers.extend(der(2, &[&[0][..], &self.bytes(member)].concat()));
        }
        der(0x30, &numbers)
    }
}

/// Encodes a DER value with this tag. Removes superfluous leading zeros of an INTEGER.
fn der(tag: u8, value: &[u8]) -> Vec<u8> {
    let value = match value {
        [0, rest @ ..] if tag == 2 && rest.first().is_some_and(|byte| *byte < 0x80) => rest,
        _ => value,
    };
    let length = u16::try_from(value.len()).unwrap().to_be_bytes();
    let length = match length {
        [0, short @ ..0x80] => vec![short],
        [0, long] => vec![0x81, long],
        [high, low] => vec![0x82, high, low],
    };
    [&[tag][..], &length, value].concat()
}

/// Returns the usable keys of a key set with these keys only, and why the others cannot be used.
pub fn read_set(keys: &[Value]) -> (Vec<String>, Vec<KeyRejection>) {
    // A key that is always usable, so that the key set is not rejected.
    let anchor = rfc_key!("rfc8037-a1").published_as("anchor");
    let all: Vec<_> = keys.iter().chain([&anchor]).collect();
    let document = json!({ "keys": all }).to_string();
    let set = KeySet::from_json(document.as_bytes(), 10).unwrap();
    let ids = keys.iter().filter_map(|key| key["kid"].as_str());
    let usable = ids.filter(|id| set.has(id)).map(str::to_owned).collect();
    let rejected = set.skipped().iter().map(|key| key.reason.clone()).collect();
    (usable, rejected)
}
