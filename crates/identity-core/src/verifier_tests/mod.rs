//! Tests of the verifier, refusals first. Each row has a description, a token and the expected result.

mod audience;
mod claims;
mod form;
mod header;
mod key_issuers;
mod keys;
mod rfc9068;
mod secrecy;
mod signature;
mod times;

use std::fmt::Display;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::{Verifier, VerifyError};
use crate::TokenError;
use crate::claims::ClaimsError;
use crate::keys::KeySource;
use crate::testing::{StaticKeys, TestClock, TestKey};
use crate::verification::{
    Algorithm, Algorithms, AudienceRule, Excerpt, Malformed, VerificationRules,
};

const NOW: f64 = 1_700_000_000.0;
const ISSUER: &str = "https://issuer.example/";
const AUDIENCE: &str = "https://api.example";

fn rules() -> VerificationRules {
    let audience = AudienceRule::Required(vec![AUDIENCE.to_owned()]);
    VerificationRules::new(vec![ISSUER.to_owned()], audience)
}

fn verifier(rules: VerificationRules, keys: StaticKeys) -> Verifier {
    Verifier::new(rules, Arc::new(keys), Arc::new(TestClock::at(NOW)))
}

/// Returns a verifier that accepts RS256 tokens of [`TestKey::fixed`].
fn usual() -> Verifier {
    verifier(rules(), StaticKeys::of(&[&TestKey::fixed()]))
}

/// Like [`usual`], with changed rules.
fn accepting(change: impl FnOnce(&mut VerificationRules)) -> Verifier {
    let mut rules = rules();
    change(&mut rules);
    verifier(rules, StaticKeys::of(&[&TestKey::fixed()]))
}

/// Returns a verifier for tokens with these algorithms, signed with these keys.
fn of_algorithms(algorithms: &[Algorithm], keys: StaticKeys) -> Verifier {
    let mut rules = rules();
    rules.algorithms = Algorithms::new(algorithms.iter().copied()).unwrap();
    verifier(rules, keys)
}

/// Splits a token into its signing input and its decoded signature.
fn parts(token: &str) -> (&str, Vec<u8>) {
    let (input, signature) = token.rsplit_once('.').unwrap();
    (input, URL_SAFE_NO_PAD.decode(signature).unwrap())
}

fn signed_with(input: &str, signature: &[u8]) -> String {
    format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// Returns valid claims.
fn good() -> Value {
    json!({"iss": ISSUER, "aud": AUDIENCE, "sub": "U1", "iat": NOW, "exp": NOW + 600.0})
}

/// Returns valid claims with this claim changed.
fn with(name: &str, value: Value) -> Value {
    let mut claims = good();
    claims[name] = value;
    claims
}

/// Returns valid claims without this claim.
fn without(name: &str) -> Value {
    let mut claims = good();
    claims.as_object_mut().unwrap().remove(name);
    claims
}

fn excerpt(text: &str) -> Excerpt {
    Excerpt::new(Some(text))
}

async fn refusal(verifier: &Verifier, sentence: &str, token: &str) -> TokenError {
    match verifier.verify(token).await {
        Err(VerifyError::Token(error)) => error,
        Err(error) => panic!("{sentence}: {error}"),
        Ok(token) => panic!("{sentence}: accepted as {token:?}"),
    }
}

/// Returns valid claims with this claim changed to each of these values. A row's name says which.
fn each(claim: &str, values: Value) -> Vec<(String, Value)> {
    let rows = values.as_array().unwrap().iter();
    rows.map(|value| (format!("{claim} = {value}"), with(claim, value.clone())))
        .collect()
}

/// Signs each row's claims with the issuer's key, and expects this error.
async fn refuses_claims<S: Display>(
    verifier: &Verifier,
    expected: TokenError,
    rows: impl IntoIterator<Item = (S, Value)>,
) {
    for (sentence, claims) in rows {
        let sentence = sentence.to_string();
        let token = TestKey::fixed().token(&claims);
        let refused = refusal(verifier, &sentence, &token).await;
        assert_eq!(refused, expected, "{sentence}");
    }
}

/// Signs each row's claims with the issuer's key, and expects that they are accepted.
async fn accepts_claims<S: Display>(
    verifier: &Verifier,
    rows: impl IntoIterator<Item = (S, Value)>,
) {
    for (sentence, claims) in rows {
        let token = TestKey::fixed().token(&claims);
        let accepted = verifier.verify(&token).await.ok();
        let found = accepted.map(|token| Value::from(token.claims().clone()));
        assert_eq!(found, Some(claims), "{sentence}");
    }
}

#[test]
fn every_refusal_has_its_code() {
    let rows = [
        (
            TokenError::TooLarge {
                length: 2,
                limit: 1,
            },
            "token_too_large",
        ),
        (TokenError::Malformed(Malformed::Header), "malformed_token"),
        (
            TokenError::AlgorithmNotAllowed(excerpt("none")),
            "algorithm_not_allowed",
        ),
        (
            TokenError::TypeNotAllowed(excerpt("x")),
            "token_type_not_allowed",
        ),
        (TokenError::CriticalHeader, "critical_header"),
        (TokenError::EmbeddedKey("jwk"), "embedded_key"),
        (TokenError::MissingKeyId, "missing_key_id"),
        (TokenError::KeyNotFound(excerpt("x")), "key_not_found"),
        (TokenError::InvalidSignature, "invalid_signature"),
        (TokenError::InvalidIssuer(excerpt("x")), "invalid_claims"),
        (TokenError::InvalidAudience(excerpt("x")), "invalid_claims"),
        (TokenError::InvalidClient(excerpt("x")), "invalid_claims"),
        (TokenError::InvalidClaimType("aud"), "invalid_claim_type"),
        (
            ClaimsError::unexpected_type("email", "a string").into(),
            "invalid_claim_type",
        ),
        (TokenError::MissingClaim("exp"), "missing_claim"),
        (TokenError::Expired, "token_expired"),
        (TokenError::NotYetValid("nbf"), "token_not_yet_valid"),
        (TokenError::IdToken, "id_token"),
        (TokenError::RefreshToken, "refresh_token"),
        (TokenError::SenderConstrained, "sender_constrained_token"),
    ];
    for (error, code) in rows {
        assert_eq!(error.code(), code, "{error}");
        assert!(TokenError::CODES.contains(&code), "{code} is not listed");
        assert_eq!(VerifyError::from(error).code(), code);
    }
}

#[tokio::test]
async fn a_token_of_a_stranger_never_asks_the_issuer_for_keys() {
    /// A key source without keys that fails the test if it is asked for one.
    #[derive(Debug)]
    struct NeverAsked;

    impl KeySource for NeverAsked {
        fn current(&self) -> Option<Arc<crate::keys::KeySet>> {
            None
        }

        fn with_key<'a>(&'a self, key_id: &'a str) -> crate::keys::KeysFuture<'a> {
            panic!("asked for {key_id}")
        }

        fn status(&self) -> crate::keys::KeyStatus {
            crate::keys::KeyStatus::Starting { reason: None }
        }
    }

    let verifier = Verifier::new(rules(), Arc::new(NeverAsked), Arc::new(TestClock::at(NOW)));
    let key = TestKey::fixed();
    let header = |name: &str, value: Value| {
        let mut header = json!({"alg": "RS256", "kid": "never seen"});
        header[name] = value;
        header
    };
    let plain = || header("typ", json!("JWT"));
    let evil = with("iss", json!("https://evil.example/"));
    let rows = [
        ("another issuer", plain(), evil),
        ("no issuer", plain(), without("iss")),
        ("another algorithm", header("alg", json!("HS256")), good()),
        ("another type", header("typ", json!("logout+jwt")), good()),
        ("an extension", header("crit", json!(["b64"])), good()),
        ("a key of its own", header("jwk", key.jwk()), good()),
        ("no key id", header("kid", json!("")), good()),
    ];
    for (sentence, header, claims) in rows {
        let token = key.token_with_header(&header, &claims);
        refusal(&verifier, sentence, &token).await;
    }
}
