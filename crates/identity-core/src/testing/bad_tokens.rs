//! Tokens that no service may accept.

use std::fmt;
use std::sync::LazyLock;

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::TestKey;
use crate::algorithms::Algorithm;
use crate::claims::Claims;
use crate::token_error::TokenError;
use crate::verification_rules::{
    AudienceRule, KeyIdRule, SubjectRule, UntypedTokens, VerificationRules,
};

/// A token that no service may accept: a good one with one fault. Displayed as its fault.
#[derive(Debug, Clone)]
pub struct BadToken {
    /// What is wrong with it, in a few words.
    pub fault: String,
    /// The code of the refusal: that of the error, and in the response of a service behind identity-actix.
    pub code: &'static str,
    /// The token.
    pub token: String,
}

impl fmt::Display for BadToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.fault)
    }
}

/// A description of the fault, the expected code, and the claim or header member with its value.
type Fault = (&'static str, &'static str, &'static str, Option<Value>);

/// Returns the token with these claims, which is good at `now`, once with each fault.
pub(super) fn bad_tokens(
    key: &TestKey,
    rules: &VerificationRules,
    good: &Claims,
    now: f64,
) -> Vec<BadToken> {
    let mut tokens = Vec::new();
    let mut add = |fault: &str, code: &'static str, token: String| {
        let fault = fault.to_owned();
        tokens.push(BadToken { fault, code, token });
    };
    let with = |name: &str, value: Option<Value>| {
        let mut claims = good.clone();
        match value {
            Some(value) => claims.insert(name.to_owned(), value),
            None => claims.remove(name),
        };
        Value::Object(claims)
    };
    for (fault, code, name, value) in faults_in_claims(rules, now) {
        add(fault, code, key.token_by(rules, &with(name, value)));
    }
    for kind in &rules.refused {
        let value = kind.value.as_deref().unwrap_or("x");
        let fault = format!("a token of another kind, by {} = {value}", kind.claim);
        let token = key.token_by(rules, &with(&kind.claim, Some(json!(value))));
        add(&fault, TokenError::from(kind.kind).code(), token);
    }
    for mark in &rules.marks {
        let fault = format!("no access token, because it lacks {}", mark.claim);
        let token = key.token_by(rules, &with(&mark.claim, None));
        add(&fault, "token_type_not_allowed", token);
    }
    let claims = Value::Object(good.clone());
    for (fault, code, name, value) in faults_in_headers(rules) {
        let mut header = key.header(&rules.types);
        match value {
            Some(value) => header.insert(name.to_owned(), value),
            None => header.remove(name),
        };
        let token = key.token_with_header(&Value::Object(header), &claims);
        add(fault, code, token);
    }
    for (fault, code, token) in forgeries(key, rules, &claims) {
        add(fault, code, token);
    }
    tokens
}

#[rustfmt::skip] // one row per line
fn faults_in_claims(rules: &VerificationRules, now: f64) -> Vec<Fault> {
    let at = |after: f64| Some(json!(now + after));
    let text = |text: &str| Some(json!(text));
    let evil = || Some(json!("https://evil.example/"));
    let mut faults = vec![
        ("expired", "token_expired", "exp", at(-60.0)),
        ("no end", "missing_claim", "exp", None),
        ("an end that is a text", "invalid_claim_type", "exp", text("4102444800")),
        ("not yet valid", "token_not_yet_valid", "nbf", at(60.0)),
        ("issued in the future", "token_not_yet_valid", "iat", at(60.0)),
        ("another issuer", "invalid_claims", "iss", evil()),
        ("no issuer", "invalid_claims", "iss", None),
        ("an issuer that is a list", "invalid_claim_type", "iss", Some(json!([]))),
        ("for another audience", "invalid_claims", "aud", evil()),
        ("an audience that is a number", "invalid_claim_type", "aud", Some(json!(5))),
        ("an empty subject", "missing_claim", "sub", text("")),
        ("an ID token with at_hash", "id_token", "at_hash", text("x")),
        ("an ID token with c_hash", "id_token", "c_hash", text("x")),
        ("an ID token of Cognito", "id_token", "token_use", text("id")),
        ("an ID token of Keycloak", "id_token", "typ", text("ID")),
        ("an ID token of Descope", "id_token", "token_type", text("id_token")),
        ("a refresh token", "refresh_token", "token_type", text("refresh_token")),
        ("a refresh token of Keycloak", "refresh_token", "typ", text("Refresh")),
        ("a logout token", "token_type_not_allowed", "events", Some(json!({}))),
        ("bound to a key", "sender_constrained_token", "cnf", Some(json!({"jkt": "x"}))),
        ("too large", "token_too_large", "padding", Some(json!("x".repeat(16 * 1024)))),
    ];
    match &rules.audience {
        AudienceRule::Required(_) => {
            faults.push(("without an audience", "invalid_claims", "aud", None));
            faults.push(("for no audience", "invalid_claims", "aud", Some(json!([]))));
        }
        AudienceRule::RequiredUnless(..) => faults.push(("for no audience", "invalid_claims", "aud", Some(json!([])))),
        AudienceRule::Absent => {}
    }
    if !rules.clients.is_empty() {
        faults.push(("of another client", "invalid_claims", "client_id", evil()));
    }
    if rules.subject == SubjectRule::Required {
        faults.push(("no subject", "missing_claim", "sub", None));
    }
    faults
}

#[rustfmt::skip] // one row per line
fn faults_in_headers(rules: &VerificationRules) -> Vec<Fault> {
    let text = |text: &str| Some(json!(text));
    let mut faults = vec![
        ("an algorithm that is none", "algorithm_not_allowed", "alg", text("none")),
        ("an ID token's type", "token_type_not_allowed", "typ", text("id+jwt")),
        ("a logout token's type", "token_type_not_allowed", "typ", text("logout+jwt")),
        ("a critical extension", "critical_header", "crit", Some(json!(["b64"]))),
        ("the address of a key", "embedded_key", "jku", text("https://evil.example/jwks.json")),
        ("an unknown key", "key_not_found", "kid", text("unknown")),
    ];
    if rules.untyped == UntypedTokens::Refused {
        faults.push(("no type", "token_type_not_allowed", "typ", None));
    }
    if rules.key_ids == KeyIdRule::Required {
        faults.push(("no key id", "missing_key_id", "kid", None));
    }
    faults
}

/// Returns tokens that an attacker makes without the issuer's key.
fn forgeries(
    key: &TestKey,
    rules: &VerificationRules,
    claims: &Value,
) -> Vec<(&'static str, &'static str, String)> {
    static FORGER: LazyLock<TestKey> = LazyLock::new(|| TestKey::fresh("f", Algorithm::RS256));
    let header = |changes: Value| {
        let mut header = key.header(&rules.types);
        header.extend(changes.as_object().cloned().unwrap_or_default());
        Value::Object(header)
    };
    let good = key.token_by(rules, claims);
    let (input, signature) = good.rsplit_once('.').expect("three segments");
    let (head, _) = input.split_once('.').expect("three segments");
    let own_header = header(json!({})).to_string();
    let own_key = header(json!({"alg": "RS256", "jwk": FORGER.jwk()}));
    let same_id = FORGER.named(key.id(), Algorithm::RS256);
    let forged = match key.jwk().get("kty") == Some(&json!("RSA")) {
        true => same_id.token_with_header(&header(json!({})), claims),
        false => TestKey::fresh(key.id(), key.algorithm()).token_by(rules, claims),
    };
    let none = unsigned(&header(json!({"alg": "none"})), claims);
    let hmac_input = unsigned(&header(json!({"alg": "HS256"})), claims);
    let secret = hmac::Key::new(hmac::HMAC_SHA256, &key.public_der());
    let hmac = hmac::sign(&secret, hmac_input.as_bytes());
    let changed = with_more(claims, r#""admin":true"#);
    let twice = with_more(claims, r#""sub":"admin""#);
    let header_twice = with_more(&header(json!({})), r#""kid":"other""#);
    vec![
        ("unsigned", "algorithm_not_allowed", format!("{none}.")),
        (
            "signed with the public key as a secret",
            "algorithm_not_allowed",
            format!("{hmac_input}.{}", URL_SAFE_NO_PAD.encode(hmac)),
        ),
        (
            "signed with a key that it brings",
            "embedded_key",
            FORGER.token_with_header(&own_key, claims),
        ),
        ("signed with another key", "invalid_signature", forged),
        (
            "without its signature",
            "invalid_signature",
            format!("{input}."),
        ),
        (
            "with other claims",
            "invalid_signature",
            format!("{head}.{}.{signature}", URL_SAFE_NO_PAD.encode(changed)),
        ),
        (
            "a claim twice",
            "malformed_token",
            key.sign_parts(&own_header, &twice),
        ),
        (
            "a header member twice",
            "malformed_token",
            key.sign_parts(&header_twice, &claims.to_string()),
        ),
        ("two segments", "malformed_token", input.to_owned()),
        ("no token", "malformed_token", "x".to_owned()),
    ]
}

/// Returns the first two segments of a token.
fn unsigned(header: &Value, claims: &Value) -> String {
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}", encode(header), encode(claims))
}

/// Returns the text of an object with another member at its end, whether or not it has one of that name.
fn with_more(object: &Value, member: &str) -> String {
    let text = object.to_string();
    format!("{},{member}}}", text.strip_suffix('}').expect("an object"))
}
