//! Errors and `Debug` contain no tokens, secrets or personal data.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::json;

use super::{NOW, good, refusal, rules, usual, with};
use crate::testing::{StaticKeys, TestClock, TestKey};
use crate::verification::VerificationRules;
use crate::{Authenticator, ClaimsError, Principal, Provider, TenantRights, VerifiedToken};

/// Values that must not appear.
const PERSONAL: [&str; 4] = [
    "U1-personal",
    "alice@example.com",
    "Alice Example",
    "client-personal",
];

fn personal() -> serde_json::Value {
    let mut claims = with("sub", json!("U1-personal"));
    claims["email"] = json!("alice@example.com");
    claims["name"] = json!("Alice Example");
    claims["azp"] = json!("client-personal");
    claims
}

#[derive(Debug)]
struct Ours;

impl Provider for Ours {
    fn keys(&self) -> crate::keys::KeyAddress {
        crate::keys::KeyAddress::Fixed("https://issuer.example/jwks".parse().unwrap())
    }

    fn verification(&self) -> VerificationRules {
        rules()
    }

    fn principal(&self, token: &VerifiedToken) -> Result<Principal, ClaimsError> {
        if token.claim("refuse").is_some() {
            return Err(ClaimsError::unexpected_type("tenants", "an object"));
        }
        let mut caller = Principal::without_rights(token);
        caller.client = token.text("azp").map(str::to_owned);
        caller
            .tenants
            .insert("T1".to_owned(), TenantRights::default());
        Ok(caller)
    }
}

fn authenticator() -> Authenticator {
    let keys = Arc::new(StaticKeys::of(&[&TestKey::fixed()]));
    Authenticator::builder(Ours)
        .keys(keys)
        .clock(Arc::new(TestClock::at(NOW)))
        .build()
        .unwrap()
}

#[tokio::test]
async fn what_is_known_of_a_caller_is_not_shown_by_debug() {
    let token = TestKey::fixed().token(&personal());
    let caller = authenticator().authenticate(&token).await.unwrap();
    let shown = [
        format!("{:?} {:#?}", caller, caller),
        format!("{:?} {:#?}", caller.token(), caller.token()),
        format!("{:?} {:#?}", caller.principal(), caller.principal()),
        format!("{:?} {:?}", usual(), authenticator()),
        format!(
            "{:?} {:?}",
            TestKey::fixed(),
            StaticKeys::of(&[&TestKey::fixed()])
        ),
    ];
    for shown in shown {
        for text in PERSONAL.into_iter().chain(token.split('.')) {
            assert!(!shown.contains(text), "{text} is in {shown}");
        }
    }
    assert_eq!(caller.principal().subject, "U1-personal");
    assert_eq!(caller.token().text("email"), Some("alice@example.com"));
    assert!(matches!(
        authenticator().key_status(),
        crate::keys::KeyStatus::Ready { keys: 1, .. }
    ));
}

#[tokio::test]
async fn a_refusal_does_not_repeat_the_token() {
    let key = TestKey::fixed();
    let changed = |name: &str, value: serde_json::Value| {
        let mut claims = personal();
        claims[name] = value;
        key.token(&claims)
    };
    let whole = key.token(&personal());
    let rows = [
        ("expired", changed("exp", json!(0))),
        (
            "another audience",
            changed("aud", json!("alice@example.com")),
        ),
        (
            "an audience among others",
            changed("aud", json!(["https://other.example", "alice@example.com"])),
        ),
        (
            "a subject of the wrong type",
            changed("sub", json!(["alice@example.com"])),
        ),
        (
            "an id of the wrong type",
            changed("jti", json!({"Alice Example": 1})),
        ),
        ("forged", format!("{}AAAA", whole)),
        ("cut off", whole[..whole.len() - 40].to_owned()),
        ("too large", whole.repeat(40)),
        ("malformed", format!("{whole}.{whole}")),
    ];
    for (sentence, token) in rows {
        let error = refusal(&usual(), sentence, &token).await;
        let shown = format!("{error} {error:?}");
        for text in PERSONAL.into_iter().chain(whole.split('.')) {
            assert!(!shown.contains(text), "{sentence}: {text} is in {shown}");
        }
    }
}

#[tokio::test]
async fn a_providers_refusal_is_a_refusal_of_the_token() {
    let mut claims = good();
    claims["refuse"] = json!(true);
    let refused = authenticator()
        .authenticate(&TestKey::fixed().token(&claims))
        .await
        .unwrap_err();
    assert_eq!(refused.code(), "invalid_claim_type");
    assert_eq!(
        refused.to_string(),
        "claims do not fit: tenants is not an object"
    );
}

#[tokio::test]
async fn claims_that_do_not_fit_a_type_are_not_repeated() {
    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only reading it is of interest")]
    struct Numbers {
        email: u64,
    }
    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only reading it is of interest")]
    struct Choice {
        email: Plan,
    }
    #[derive(Debug, Deserialize)]
    enum Plan {
        Free,
        Paid,
    }
    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only reading it is of interest")]
    struct Missing {
        plan: String,
    }
    let token = TestKey::fixed().token(&personal());
    let token = usual().verify(&token).await.unwrap();
    let rows = [
        (
            token.claims_as::<Numbers>().unwrap_err(),
            "claims do not fit: a claim has another type than is asked for",
        ),
        (
            token.claims_as::<Choice>().unwrap_err(),
            "claims do not fit: a claim has another type than is asked for",
        ),
        (
            token.claims_as::<Missing>().unwrap_err(),
            "claims do not fit: missing field `plan`",
        ),
    ];
    for (error, expected) in rows {
        assert_eq!(error.to_string(), expected);
        assert!(!format!("{error:?}").contains("alice"), "{error:?}");
    }

    #[derive(Deserialize)]
    struct Fits {
        email: String,
    }
    assert_eq!(
        token.claims_as::<Fits>().unwrap().email,
        "alice@example.com"
    );
}
