//! `alg`, `typ`, `crit`, `kid`, and members that contain or reference a key.

use serde_json::{Value, json};

use super::{accepting, excerpt, good, refusal, usual};
use crate::TokenError;
use crate::testing::TestKey;
use crate::verification::{Excerpt, UntypedTokens};

/// Returns a valid header with this member changed.
fn header(name: &str, value: Value) -> Value {
    let mut header = json!({"alg": "RS256", "typ": "JWT", "kid": "fixed"});
    header[name] = value;
    header
}

fn signed(header: &Value) -> String {
    TestKey::fixed().token_with_header(header, &good())
}

async fn refuses(rows: &[(&str, Value, TokenError)]) {
    for (sentence, header, expected) in rows {
        let refused = refusal(&usual(), sentence, &signed(header)).await;
        assert_eq!(&refused, expected, "{sentence}");
    }
}

#[tokio::test]
async fn an_algorithm_that_is_not_allowed_is_refused() {
    let not_allowed = |name: &str| TokenError::AlgorithmNotAllowed(excerpt(name));
    let unreadable = TokenError::AlgorithmNotAllowed(Excerpt::new(None));
    let names = [
        "none", "None", "NONE", "nOnE", "", "HS256", "HS384", "HS512", "PS256", "RS384", "ES256",
        "ES512", "ES256K", "Ed25519", "EdDSA", "rs256", "RS256 ", "RSA-OAEP", "dir",
    ];
    for name in names {
        let token = signed(&header("alg", json!(name)));
        assert_eq!(
            refusal(&usual(), name, &token).await,
            not_allowed(name),
            "{name}"
        );
        let unsigned = format!("{}.", token.rsplit_once('.').unwrap().0);
        assert_eq!(
            refusal(&usual(), name, &unsigned).await,
            not_allowed(name),
            "{name}, unsigned"
        );
    }
    refuses(&[
        (
            "no alg",
            json!({"typ": "JWT", "kid": "fixed"}),
            unreadable.clone(),
        ),
        (
            "alg is a list",
            header("alg", json!(["RS256"])),
            unreadable.clone(),
        ),
        (
            "alg is a number",
            header("alg", json!(256)),
            unreadable.clone(),
        ),
        ("alg is null", header("alg", Value::Null), unreadable),
    ])
    .await;
}

#[tokio::test]
async fn a_type_that_is_not_allowed_is_refused() {
    let not_allowed = |name: &str| TokenError::TypeNotAllowed(excerpt(name));
    let unreadable = TokenError::TypeNotAllowed(Excerpt::new(None));
    refuses(&[
        (
            "a logout token",
            header("typ", json!("logout+jwt")),
            not_allowed("logout+jwt"),
        ),
        (
            "an RFC 9068 token where none is expected",
            header("typ", json!("at+jwt")),
            not_allowed("at+jwt"),
        ),
        (
            "a DPoP proof",
            header("typ", json!("dpop+jwt")),
            not_allowed("dpop+jwt"),
        ),
        (
            "another media type",
            header("typ", json!("text/jwt")),
            not_allowed("text/jwt"),
        ),
        (
            "application/ twice",
            header("typ", json!("application/application/jwt")),
            not_allowed("application/application/jwt"),
        ),
        (
            "as many letters as application/ has, and JWT",
            header("typ", json!("logout/form+JWT")),
            not_allowed("logout/form+JWT"),
        ),
        (
            "application/ alone",
            header("typ", json!("application/")),
            not_allowed("application/"),
        ),
        ("an empty typ", header("typ", json!("")), not_allowed("")),
        (
            "a typ cut inside a character",
            header("typ", json!("applicatioñ/jwt")),
            not_allowed("applicatioñ/jwt"),
        ),
        ("a number", header("typ", json!(1)), unreadable.clone()),
        ("null", header("typ", Value::Null), unreadable.clone()),
        ("a list", header("typ", json!(["JWT"])), unreadable),
    ])
    .await;
}

#[tokio::test]
async fn a_critical_extension_is_refused_whatever_it_is() {
    for value in [
        json!(["b64"]),
        json!([]),
        json!("b64"),
        json!(null),
        json!(["exp"]),
    ] {
        refuses(&[("crit", header("crit", value), TokenError::CriticalHeader)]).await;
    }
}

#[tokio::test]
async fn a_key_that_the_token_brings_is_refused() {
    let mallory = TestKey::fresh("fixed", crate::verification::Algorithm::ES256);
    for (name, value) in [
        ("jwk", mallory.jwk()),
        ("jku", json!("https://evil.example/jwks.json")),
        ("x5u", json!("https://evil.example/chain.pem")),
        ("x5c", json!(["MIIB"])),
        ("jwk", Value::Null),
    ] {
        refuses(&[(name, header(name, value), TokenError::EmbeddedKey(name))]).await;
    }
}

#[tokio::test]
async fn a_token_has_to_name_a_known_key() {
    refuses(&[
        (
            "no kid",
            json!({"alg": "RS256", "typ": "JWT"}),
            TokenError::MissingKeyId,
        ),
        (
            "an empty kid",
            header("kid", json!("")),
            TokenError::MissingKeyId,
        ),
        (
            "a kid that is a number",
            header("kid", json!(0)),
            TokenError::MissingKeyId,
        ),
        (
            "a kid that is null",
            header("kid", Value::Null),
            TokenError::MissingKeyId,
        ),
        (
            "a kid that is a list",
            header("kid", json!(["fixed"])),
            TokenError::MissingKeyId,
        ),
        (
            "an unknown kid",
            header("kid", json!("other")),
            TokenError::KeyNotFound(excerpt("other")),
        ),
        (
            "a kid in another case",
            header("kid", json!("FIXED")),
            TokenError::KeyNotFound(excerpt("FIXED")),
        ),
        (
            "a kid with a path",
            header("kid", json!("../fixed")),
            TokenError::KeyNotFound(excerpt("../fixed")),
        ),
    ])
    .await;
}

#[tokio::test]
async fn types_are_compared_without_case_and_media_type_prefix() {
    let untyped_are = |untyped| {
        accepting(|rules| {
            rules.types = vec!["JWT".into(), "at+jwt".into()];
            rules.untyped = untyped;
        })
    };
    let strict = untyped_are(UntypedTokens::Refused);
    for name in [
        "JWT",
        "jwt",
        "application/jwt",
        "APPLICATION/JWT",
        "at+jwt",
        "AT+JWT",
        "application/at+jwt",
    ] {
        assert!(
            strict
                .verify(&signed(&header("typ", json!(name))))
                .await
                .is_ok(),
            "{name}"
        );
    }
    let untyped = signed(&json!({"alg": "RS256", "kid": "fixed"}));
    let refused = refusal(&strict, "no typ where one is required", &untyped).await;
    assert_eq!(refused, TokenError::TypeNotAllowed(Excerpt::new(None)));
    assert!(
        untyped_are(UntypedTokens::Accepted)
            .verify(&untyped)
            .await
            .is_ok(),
        "no typ"
    );
}

#[tokio::test]
async fn header_members_that_mean_nothing_here_are_ignored() {
    for (name, value) in [
        ("x5t", json!("thumbprint")),
        ("cty", json!("JWT")),
        ("b64", json!(true)),
        ("none", json!(1)),
    ] {
        assert!(
            usual().verify(&signed(&header(name, value))).await.is_ok(),
            "{name}"
        );
    }
}
