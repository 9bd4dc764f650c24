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

/// Returns valid headers with this member changed to each of these values. A row's name says which.
fn each(member: &str, values: Value) -> Vec<(String, Value)> {
    let rows = values.as_array().unwrap().iter();
    rows.map(|value| (format!("{member} = {value}"), header(member, value.clone())))
        .collect()
}

async fn refuses(expected: TokenError, rows: Vec<(String, Value)>) {
    for (sentence, header) in rows {
        let refused = refusal(&usual(), &sentence, &signed(&header)).await;
        assert_eq!(refused, expected, "{sentence}");
    }
}

#[tokio::test]
async fn an_algorithm_that_is_not_allowed_is_refused() {
    let names = [
        "none", "None", "NONE", "nOnE", "", "HS256", "HS384", "HS512", "PS256", "RS384", "ES256",
        "ES512", "ES256K", "Ed25519", "EdDSA", "rs256", "RS256 ", "RSA-OAEP", "dir",
    ];
    for name in names {
        let expected = TokenError::AlgorithmNotAllowed(excerpt(name));
        let token = signed(&header("alg", json!(name)));
        assert_eq!(refusal(&usual(), name, &token).await, expected, "{name}");
        let unsigned = format!("{}.", token.rsplit_once('.').unwrap().0);
        let refused = refusal(&usual(), name, &unsigned).await;
        assert_eq!(refused, expected, "{name}, unsigned");
    }
    let mut unreadable = each("alg", json!([["RS256"], 256, null]));
    unreadable.push(("no alg".to_owned(), json!({"typ": "JWT", "kid": "fixed"})));
    refuses(
        TokenError::AlgorithmNotAllowed(Excerpt::new(None)),
        unreadable,
    )
    .await;
}

#[tokio::test]
async fn a_type_that_is_not_allowed_is_refused() {
    for name in [
        "logout+jwt",
        "at+jwt",
        "dpop+jwt",
        "text/jwt",
        "application/application/jwt",
        // As many letters as `application/` has.
        "logout/form+JWT",
        "application/",
        "",
        // Cut after as many bytes as `application/` has, it would end inside a character.
        "applicatioñ/jwt",
    ] {
        let refused = TokenError::TypeNotAllowed(excerpt(name));
        refuses(refused, each("typ", json!([name]))).await;
    }
    let unreadable = TokenError::TypeNotAllowed(Excerpt::new(None));
    refuses(unreadable, each("typ", json!([1, null, ["JWT"]]))).await;
}

#[tokio::test]
async fn a_critical_extension_is_refused_whatever_it_is() {
    let values = json!([["b64"], [], "b64", null, ["exp"]]);
    refuses(TokenError::CriticalHeader, each("crit", values)).await;
}

#[tokio::test]
async fn a_key_that_the_token_brings_is_refused() {
    let mallory = TestKey::fresh("fixed", crate::verification::Algorithm::ES256);
    for (name, values) in [
        ("jwk", json!([mallory.jwk(), null])),
        ("jku", json!(["https://evil.example/jwks.json"])),
        ("x5u", json!(["https://evil.example/chain.pem"])),
        ("x5c", json!([["MIIB"]])),
    ] {
        refuses(TokenError::EmbeddedKey(name), each(name, values)).await;
    }
}

#[tokio::test]
async fn a_token_has_to_name_a_known_key() {
    let mut nameless = each("kid", json!(["", 0, null, ["fixed"]]));
    nameless.push(("no kid".to_owned(), json!({"alg": "RS256", "typ": "JWT"})));
    refuses(TokenError::MissingKeyId, nameless).await;
    for unknown in ["other", "FIXED", "../fixed"] {
        let refused = TokenError::KeyNotFound(excerpt(unknown));
        refuses(refused, each("kid", json!([unknown]))).await;
    }
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
        let token = signed(&header("typ", json!(name)));
        assert!(strict.verify(&token).await.is_ok(), "{name}");
    }
    let untyped = signed(&json!({"alg": "RS256", "kid": "fixed"}));
    let refused = refusal(&strict, "no typ where one is required", &untyped).await;
    assert_eq!(refused, TokenError::TypeNotAllowed(Excerpt::new(None)));
    let lenient = untyped_are(UntypedTokens::Accepted);
    assert!(lenient.verify(&untyped).await.is_ok(), "no typ");
}

#[tokio::test]
async fn header_members_that_mean_nothing_here_are_ignored() {
    for (name, value) in [
        ("x5t", json!("thumbprint")),
        ("cty", json!("JWT")),
        ("b64", json!(true)),
        ("none", json!(1)),
    ] {
        let token = signed(&header(name, value));
        assert!(usual().verify(&token).await.is_ok(), "{name}");
    }
}
