//! Signing keys for tests.

use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, LazyLock};

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
use aws_lc_rs::signature::{
    self, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RsaEncoding, RsaPublicKeyComponents,
};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::algorithms::Algorithm;
use crate::claims::Claims;
use crate::verification_rules::VerificationRules;

/// The `typ` of most issuers.
const USUAL_TYPE: &str = "JWT";

/// A signing key with its `kid` and algorithm. Cheap to clone.
#[derive(Clone)]
pub struct TestKey {
    id: String,
    algorithm: Algorithm,
    pair: Arc<Pair>,
}

enum Pair {
    Rsa(RsaKeyPair),
    Ec(EcdsaKeyPair),
    Ed(Ed25519KeyPair),
}

impl TestKey {
    /// Returns an RS256 key of 2048 bits with the `kid` `fixed`, the same in the whole process, because generating one
    /// is slow.
    pub fn fixed() -> Self {
        static FIXED: LazyLock<TestKey> =
            LazyLock::new(|| TestKey::fresh("fixed", Algorithm::RS256));
        FIXED.clone()
    }

    /// Generates a key for this algorithm; RSA keys have 2048 bits.
    pub fn fresh(id: &str, algorithm: Algorithm) -> Self {
        let made = "key generation works";
        let pair = match algorithm {
            Algorithm::ES256 => Pair::Ec(
                EcdsaKeyPair::generate(&signature::ECDSA_P256_SHA256_FIXED_SIGNING).expect(made),
            ),
            Algorithm::ES384 => Pair::Ec(
                EcdsaKeyPair::generate(&signature::ECDSA_P384_SHA384_FIXED_SIGNING).expect(made),
            ),
            Algorithm::EdDSA => Pair::Ed(Ed25519KeyPair::generate().expect(made)),
            _ => Pair::Rsa(RsaKeyPair::generate(KeySize::Rsa2048).expect(made)),
        };
        Self {
            id: id.to_owned(),
            algorithm,
            pair: Arc::new(pair),
        }
    }

    /// Returns the same key with another id, or for another algorithm of its type.
    pub fn named(&self, id: &str, algorithm: Algorithm) -> Self {
        Self {
            id: id.to_owned(),
            algorithm,
            pair: Arc::clone(&self.pair),
        }
    }

    /// Returns the key id (`kid`).
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Returns the public key as a JSON Web Key, as an issuer publishes it.
    pub fn jwk(&self) -> Value {
        let mut jwk = match &*self.pair {
            Pair::Rsa(pair) => {
                let public = RsaPublicKeyComponents::<Vec<u8>>::from(pair.public_key());
                json!({"kty": "RSA", "n": encode(public.n), "e": encode(public.e)})
            }
            Pair::Ec(pair) => {
                let (x, y) = coordinates(pair.public_key().as_ref());
                let curve = if self.algorithm == Algorithm::ES384 {
                    "P-384"
                } else {
                    "P-256"
                };
                json!({"kty": "EC", "crv": curve, "x": encode(x), "y": encode(y)})
            }
            Pair::Ed(pair) => {
                json!({"kty": "OKP", "crv": "Ed25519", "x": encode(pair.public_key())})
            }
        };
        if let Some(members) = jwk.as_object_mut() {
            members.insert("kid".to_owned(), json!(self.id));
            members.insert("use".to_owned(), json!("sig"));
            members.insert("alg".to_owned(), json!(format!("{:?}", self.algorithm)));
        }
        jwk
    }

    /// Returns the RSA public key as `SubjectPublicKeyInfo` in DER, which an attacker would use as an HMAC secret. For
    /// other types, returns the raw public key.
    pub fn public_der(&self) -> Vec<u8> {
        match &*self.pair {
            Pair::Rsa(pair) => pair
                .public_key()
                .as_der()
                .expect("an RSA key has a DER form")
                .as_ref()
                .to_vec(),
            Pair::Ec(pair) => pair.public_key().as_ref().to_vec(),
            Pair::Ed(pair) => pair.public_key().as_ref().to_vec(),
        }
    }

    pub(super) fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Returns the usual header of an issuer, with the first type of `types` if a token may not have the usual one.
    pub(super) fn header(&self, types: &[Cow<'static, str>]) -> Claims {
        let mut types = types.iter().map(AsRef::as_ref);
        let first = types.clone().next().unwrap_or(USUAL_TYPE);
        let is_usual = types.any(|one: &str| one.eq_ignore_ascii_case(USUAL_TYPE));
        let typ = if is_usual { USUAL_TYPE } else { first };
        [
            ("alg", format!("{:?}", self.algorithm)),
            ("typ", typ.to_owned()),
            ("kid", self.id.clone()),
        ]
        .map(|(name, value)| (name.to_owned(), Value::from(value)))
        .into_iter()
        .collect()
    }

    /// Returns a token with these claims and a type that `rules` accept.
    pub(super) fn token_by(&self, rules: &VerificationRules, claims: &Value) -> String {
        self.token_with_header(&Value::Object(self.header(&rules.types)), claims)
    }

    /// Returns a token with these claims and the usual header of an issuer.
    pub fn token(&self, claims: &Value) -> String {
        self.token_with_header(&Value::Object(self.header(&[])), claims)
    }

    /// Returns a token with these claims and this header, signed with this key whatever the header says.
    pub fn token_with_header(&self, header: &Value, claims: &Value) -> String {
        self.sign_parts(&header.to_string(), &claims.to_string())
    }

    /// Returns a signed token with any texts as header and claims.
    pub fn sign_parts(&self, header: &str, claims: &str) -> String {
        let input = format!("{}.{}", encode(header), encode(claims));
        let signature = encode(self.sign(input.as_bytes()));
        format!("{input}.{signature}")
    }

    fn sign(&self, input: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match &*self.pair {
            Pair::Rsa(pair) => {
                let mut signed = vec![0; pair.public_modulus_len()];
                pair.sign(self.padding(), &random, input, &mut signed)
                    .expect("signing works");
                signed
            }
            Pair::Ec(pair) => pair
                .sign(&random, input)
                .expect("signing works")
                .as_ref()
                .to_vec(),
            Pair::Ed(pair) => pair.sign(input).as_ref().to_vec(),
        }
    }

    fn padding(&self) -> &'static dyn RsaEncoding {
        match self.algorithm {
            Algorithm::RS384 => &signature::RSA_PKCS1_SHA384,
            Algorithm::RS512 => &signature::RSA_PKCS1_SHA512,
            Algorithm::PS256 => &signature::RSA_PSS_SHA256,
            Algorithm::PS384 => &signature::RSA_PSS_SHA384,
            Algorithm::PS512 => &signature::RSA_PSS_SHA512,
            _ => &signature::RSA_PKCS1_SHA256,
        }
    }
}

fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Splits an uncompressed point, without its leading byte 4, into x and y.
fn coordinates(point: &[u8]) -> (&[u8], &[u8]) {
    let halves = point.get(1..).unwrap_or_default();
    halves.split_at(halves.len() / 2)
}

impl fmt::Debug for TestKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("TestKey")
            .field("id", &self.id)
            .field("algorithm", &self.algorithm)
            .finish_non_exhaustive()
    }
}
