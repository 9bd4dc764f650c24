//! The provider contract: checks that every provider has to pass.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::{StaticKeys, TestClock, TestKey};
use crate::authenticated::Authenticated;
use crate::authenticator::Authenticator;
use crate::keys::KeyAddress;
use crate::provider::Provider;
use crate::token_error::TokenError;
use crate::verifier::VerifyError;

/// The time at which [`provider_contract`] verifies tokens, in seconds since the epoch.
pub const CONTRACT_NOW: f64 = 1_700_000_000.0;

/// Checks that a provider meets the requirements for all providers. `good` are the claims of a token that it accepts at
/// [`CONTRACT_NOW`], with an `aud`; the tokens are signed with RS256 by [`TestKey::fixed`]. Panics unless:
///
/// - the good token gives a principal with its issuer, subject and expiry;
/// - discovery accepts only issuers that are accepted in tokens;
/// - each token with one fault is refused with the expected code, including the provider's own refused kinds;
/// - a claim of the wrong type that is not a registered claim gives no rights; if it is refused, the code is
///   `invalid_claims`.
///
/// ```
/// use identity_core::providers::Auth0;
/// use identity_core::testing::{CONTRACT_NOW, provider_contract};
/// use serde_json::json;
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let provider = Auth0::tenant("dev-example.us.auth0.com", "https://api.example.com").unwrap();
/// provider_contract(provider, &json!({
///     "iss": "https://dev-example.us.auth0.com/", "aud": "https://api.example.com", "sub": "auth0|1",
///     "iat": CONTRACT_NOW, "exp": CONTRACT_NOW + 600.0, "scope": "read:messages",
/// })).await;
/// # }
/// ```
pub async fn provider_contract(provider: impl Provider, good: &Value) {
    let provider = Arc::new(provider);
    let contract = Contract {
        key: TestKey::fixed(),
        authenticator: Authenticator::builder(Arc::clone(&provider))
            .keys(Arc::new(StaticKeys::of(&[&TestKey::fixed()])))
            .clock(Arc::new(TestClock::at(CONTRACT_NOW)))
            .build()
            .expect("one provider with its keys"),
    };
    let rules = provider.verification();
    if let KeyAddress::Discovered(discovery) = provider.keys() {
        for issuer in &discovery.issuers {
            let accepted = rules.issuers.contains(issuer);
            assert!(
                accepted,
                "discovery may name {issuer}, which is not accepted"
            );
        }
    }
    contract.good_token_is_accepted(good).await;
    for (fault, expected, name, value) in faults_in_claims() {
        let refused = contract
            .verify_claims(&with(good.clone(), name, value))
            .await;
        assert_eq!(code(refused), expected, "{fault}");
    }
    for kind in &rules.refused {
        let value = kind.value.as_deref().unwrap_or("x");
        let refused = contract
            .verify_claims(&with(good.clone(), &kind.claim, Some(json!(value))))
            .await;
        assert_eq!(
            code(refused),
            TokenError::from(kind.kind).code(),
            "{kind:?}"
        );
    }
    for (fault, expected, name, value) in faults_in_headers() {
        let header = with(contract.header(), name, value);
        let token = contract.key.token_with_header(&header, good);
        assert_eq!(code(contract.verify(&token).await), expected, "{fault}");
    }
    contract.other_forms_are_refused(good).await;
    contract.wrong_types_grant_nothing(good).await;
}

struct Contract {
    key: TestKey,
    authenticator: Authenticator,
}

type Outcome = Result<Arc<Authenticated>, VerifyError>;
type Fault = (&'static str, &'static str, &'static str, Option<Value>);

/// A description of the fault, the expected code, and the claim with its value.
#[rustfmt::skip] // one row per line
fn faults_in_claims() -> Vec<Fault> {
    let now = |after: f64| Some(json!(CONTRACT_NOW + after));
    vec![
        ("expired", "token_expired", "exp", now(-60.0)),
        ("no end", "missing_claim", "exp", None),
        ("an end that is a text", "invalid_claim_type", "exp", Some(json!("4102444800"))),
        ("not yet valid", "token_not_yet_valid", "nbf", now(60.0)),
        ("issued in the future", "token_not_yet_valid", "iat", now(60.0)),
        ("another issuer", "invalid_claims", "iss", Some(json!("https://evil.example/"))),
        ("no issuer", "invalid_claims", "iss", None),
        ("an issuer that is a list", "invalid_claim_type", "iss", Some(json!([]))),
        ("for another audience", "invalid_claims", "aud", Some(json!("https://evil.example/"))),
        ("for no audience", "invalid_claims", "aud", Some(json!([]))),
        ("an audience that is a number", "invalid_claim_type", "aud", Some(json!(5))),
        ("no subject", "missing_claim", "sub", None),
        ("an empty subject", "missing_claim", "sub", Some(json!(""))),
        ("an ID token with at_hash", "id_token", "at_hash", Some(json!("x"))),
        ("an ID token with c_hash", "id_token", "c_hash", Some(json!("x"))),
        ("an ID token of Cognito", "id_token", "token_use", Some(json!("id"))),
        ("an ID token of Keycloak", "id_token", "typ", Some(json!("ID"))),
        ("an ID token of Descope", "id_token", "token_type", Some(json!("id_token"))),
        ("bound to a key", "sender_constrained_token", "cnf", Some(json!({"jkt": "x"}))),
        ("too large", "token_too_large", "padding", Some(json!("x".repeat(16 * 1024)))),
    ]
}

/// A description of the fault, the expected code, and the header member with its value.
#[rustfmt::skip] // one row per line
fn faults_in_headers() -> Vec<Fault> {
    vec![
        ("unsigned", "algorithm_not_allowed", "alg", Some(json!("none"))),
        ("an HMAC", "algorithm_not_allowed", "alg", Some(json!("HS256"))),
        ("an ID token's type", "token_type_not_allowed", "typ", Some(json!("id+jwt"))),
        ("a logout token's type", "token_type_not_allowed", "typ", Some(json!("logout+jwt"))),
        ("a critical extension", "critical_header", "crit", Some(json!(["b64"]))),
        ("a key of its own", "embedded_key", "jwk", Some(json!({}))),
        ("no key id", "missing_key_id", "kid", None),
        ("an unknown key", "key_not_found", "kid", Some(json!("unknown"))),
    ]
}

fn with(mut members: Value, name: &str, value: Option<Value>) -> Value {
    let map = members.as_object_mut().expect("an object");
    match value {
        Some(value) => map.insert(name.to_owned(), value),
        None => map.remove(name),
    };
    members
}

fn code(outcome: Outcome) -> &'static str {
    outcome.map_or_else(|error| error.code(), |_| "verified")
}

impl Contract {
    fn header(&self) -> Value {
        json!({"alg": "RS256", "typ": "JWT", "kid": self.key.id()})
    }

    async fn verify(&self, token: &str) -> Outcome {
        self.authenticator.authenticate(token).await
    }

    async fn verify_claims(&self, claims: &Value) -> Outcome {
        self.verify(&self.key.token(claims)).await
    }

    async fn good_token_is_accepted(&self, claims: &Value) {
        let caller = self.verify_claims(claims).await.expect("a good token");
        let principal = caller.principal();
        assert_eq!(claims.get("iss"), Some(&json!(principal.issuer)));
        assert_eq!(claims.get("sub"), Some(&json!(principal.subject)));
        let expiry = claims.get("exp").and_then(Value::as_f64);
        assert_eq!(expiry, Some(principal.expires_at.seconds()));
        assert!(
            claims.get("aud").is_some(),
            "the good token has an audience"
        );
    }

    async fn other_forms_are_refused(&self, claims: &Value) {
        let other = TestKey::fresh(self.key.id(), crate::algorithms::Algorithm::RS256);
        let forged = self.verify(&other.token(claims)).await;
        assert_eq!(
            code(forged),
            "invalid_signature",
            "by another key of that id"
        );
        let good = self.key.token(claims);
        let (input, _) = good.rsplit_once('.').expect("three segments");
        let stripped = self.verify(&format!("{input}.")).await;
        assert_eq!(code(stripped), "invalid_signature", "without its signature");
        let (header, rest) = good.split_once('.').expect("three segments");
        let (_, signature) = rest.split_once('.').expect("three segments");
        let more = with(claims.clone(), "admin", Some(json!(true))).to_string();
        let changed = format!("{header}.{}.{signature}", URL_SAFE_NO_PAD.encode(more));
        let changed = self.verify(&changed).await;
        assert_eq!(code(changed), "invalid_signature", "with other claims");
        for text in ["", "x", "a.b", input] {
            assert_eq!(code(self.verify(text).await), "malformed_token", "{text}");
        }
    }

    async fn wrong_types_grant_nothing(&self, claims: &Value) {
        let registered = ["iss", "sub", "aud", "exp", "nbf", "iat", "jti"];
        let others = claims.as_object().expect("an object").keys();
        let others: Vec<_> = others
            .filter(|name| !registered.contains(&name.as_str()))
            .collect();
        for value in [json!(5), json!({"admin": true}), json!(["admin", 5])] {
            for &name in &others {
                let changed = with(claims.clone(), name, Some(value.clone()));
                match self.verify_claims(&changed).await {
                    Ok(caller) => {
                        let principal = caller.principal();
                        let rights = [&principal.scopes, &principal.roles, &principal.permissions];
                        let granted = rights.into_iter().flatten().any(|right| right == "admin");
                        assert!(!granted, "{name}: {value}");
                    }
                    Err(error) => assert_eq!(error.code(), "invalid_claims", "{name}: {value}"),
                }
            }
        }
    }
}
