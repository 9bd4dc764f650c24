//! Keys that their set gives to one issuer, or to the tenants of one.

use serde_json::{Value, json};

use super::{ISSUER, Verifier, excerpt, good, refusal, rules, verifier};
use crate::TokenError;
use crate::testing::{StaticKeys, TestKey};

const TENANT_1: &str = "https://login.example/t-1/v2.0";
const TENANT_2: &str = "https://login.example/t-2/v2.0";

/// Returns a verifier for tokens of both tenants and of [`ISSUER`], whose key has this `issuer`; `None` for no such member.
fn with_key_of(issuer: Option<Value>) -> Verifier {
    let mut key = TestKey::fixed().jwk();
    if let Some(issuer) = issuer {
        key["issuer"] = issuer;
    }
    let mut rules = rules();
    rules.issuers = [TENANT_1, TENANT_2, ISSUER].map(str::to_owned).to_vec();
    verifier(rules, StaticKeys::from_jwks(&json!({"keys": [key]})))
}

fn token_of(issuer: &str) -> String {
    let mut claims = good();
    claims["iss"] = json!(issuer);
    TestKey::fixed().token(&claims)
}

#[tokio::test]
async fn a_key_of_one_issuer_signs_for_no_other() {
    let template = "https://login.example/{tenantid}/v2.0";
    for (issuer, refused) in [
        (json!(TENANT_1), &[TENANT_2, ISSUER][..]),
        (json!(TENANT_2), &[TENANT_1, ISSUER]),
        (json!("https://login.example/t-1/"), &[TENANT_1, TENANT_2]),
        (json!(""), &[TENANT_1, TENANT_2, ISSUER]),
        (json!(template), &[ISSUER]),
        (json!("https://login.example/{tenantid}/"), &[TENANT_1]),
        (json!("{tenantid}"), &[TENANT_1, ISSUER]),
        (json!("https://{tenantid}/v2.0"), &[TENANT_1]),
        (
            json!("https://login.example/{tenantid}t-1/v2.0"),
            &[TENANT_1],
        ),
    ] {
        let verifier = with_key_of(Some(issuer.clone()));
        for iss in refused {
            let found = refusal(&verifier, iss, &token_of(iss)).await;
            let expected = TokenError::KeyNotFound(excerpt("fixed"));
            assert_eq!(found, expected, "{iss} by a key of {issuer}");
        }
    }
    for (issuer, accepted) in [
        (None, &[TENANT_1, TENANT_2, ISSUER][..]),
        (Some(json!(TENANT_1)), &[TENANT_1]),
        (Some(json!(template)), &[TENANT_1, TENANT_2]),
    ] {
        let verifier = with_key_of(issuer.clone());
        for iss in accepted {
            let verified = verifier.verify(&token_of(iss)).await;
            assert!(verified.is_ok(), "{iss} by a key of {issuer:?}");
        }
    }
}

#[tokio::test]
async fn a_cached_token_is_refused_once_its_key_is_of_another_issuer() {
    let unlimited = with_key_of(None);
    let verified = unlimited.verify(&token_of(TENANT_1)).await.unwrap();
    assert!(unlimited.still_accepts(&verified));
    assert!(with_key_of(Some(json!(TENANT_1))).still_accepts(&verified));
    assert!(!with_key_of(Some(json!(TENANT_2))).still_accepts(&verified));
}
