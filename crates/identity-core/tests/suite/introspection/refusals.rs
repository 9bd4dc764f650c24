//! Tokens that are not introspected, and responses about tokens that are refused.

use identity_core::testing::TestKey;
use identity_core::verification::AudienceRule;
use serde_json::{Value, json};
use wiremock::MockServer;

use crate::introspection::{
    AUDIENCE, ISSUER, NOW, TOKEN, active, at, authenticator, builder, oidc, ok, refusal, serve,
};

fn claims(exp: f64) -> Value {
    json!({"iss": ISSUER, "aud": AUDIENCE, "sub": "U1", "exp": exp})
}

#[tokio::test]
async fn a_jwt_is_never_introspected_and_neither_is_what_is_no_bearer_token() {
    let server = MockServer::start().await;
    serve(&server, ok(&active(json!({}))), 0).await;
    let authenticator = authenticator(at(&server.uri()));
    let key = TestKey::fixed();
    let other = TestKey::fresh("other", identity_core::verification::Algorithm::RS256);
    let good = key.token(&claims(NOW + 600.0));
    let encrypted = "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..aXY.dGV4dA.dGFn";
    for (token, code) in [
        (key.token(&claims(NOW - 600.0)), "token_expired"),
        (other.token(&claims(NOW + 600.0)), "key_not_found"),
        (
            good[..good.len() - 4].to_owned() + "AAAA",
            "invalid_signature",
        ),
        (
            good.rsplit_once('.').unwrap().0.to_owned(),
            "malformed_token",
        ),
        (
            good.split_once('.').unwrap().0.to_owned(),
            "malformed_token",
        ),
        ("a.b.c".to_owned(), "malformed_token"),
        ("a.b.c.d".to_owned(), "malformed_token"),
        ("..".to_owned(), "malformed_token"),
        (encrypted.to_owned(), "malformed_token"),
        (String::new(), "malformed_token"),
        ("===".to_owned(), "malformed_token"),
        ("2YotnFZF=Ejr1zCsicMWpAA".to_owned(), "malformed_token"),
        ("2YotnFZF Ejr1zCsicMWpAA".to_owned(), "malformed_token"),
        ("2YotnFZF\r\nEjr1zCsicMWpAA".to_owned(), "malformed_token"),
        ("2YotnFZF&token=jr1zCsicMWpAA".to_owned(), "malformed_token"),
        ("2YotnFZFéjr1zCsicMWpAA".to_owned(), "malformed_token"),
        ("x".repeat(16 * 1024 + 1), "token_too_large"),
    ] {
        let error = refusal(&authenticator, &token).await;
        assert_eq!(error.code(), code, "{token}");
    }
    assert!(authenticator.authenticate(&good).await.is_ok());
}

#[tokio::test]
async fn a_token_of_which_the_issuer_says_too_little_is_refused() {
    let refused = |claim: &str| json!({(claim): "x"});
    let with = |name: &str, value: Value| json!({(name): value});
    for (changes, code) in [
        (with("active", json!(false)), "inactive_token"),
        (
            with("iss", json!("https://other.example.com")),
            "invalid_claims",
        ),
        (with("iss", json!(5)), "invalid_claim_type"),
        (
            with("aud", json!("https://other.example.com")),
            "invalid_claims",
        ),
        (
            with("aud", json!(["https://other.example.com"])),
            "invalid_claims",
        ),
        (with("aud", json!([])), "invalid_claims"),
        (with("aud", json!(5)), "invalid_claim_type"),
        (with("aud", Value::Null), "invalid_claims"),
        (with("exp", json!(NOW - 600.0)), "token_expired"),
        (with("exp", json!("never")), "invalid_claim_type"),
        (with("nbf", json!(NOW + 600.0)), "token_not_yet_valid"),
        (with("iat", json!(NOW + 600.0)), "token_not_yet_valid"),
        (with("sub", Value::Null), "missing_claim"),
        (with("sub", json!("")), "missing_claim"),
        (with("sub", json!(7)), "invalid_claim_type"),
        (with("jti", json!(7)), "invalid_claim_type"),
        (with("cnf", json!({"jkt": "x"})), "sender_constrained_token"),
        (
            with("token_type", json!("DPoP")),
            "sender_constrained_token",
        ),
        (with("token_type", json!("refresh_token")), "refresh_token"),
        (with("token_type", json!("id_token")), "id_token"),
        (with("token_type", json!("N_A")), "token_type_not_allowed"),
        (with("token_type", json!(["Bearer"])), "invalid_claim_type"),
        (with("token_use", json!("refresh_token")), "refresh_token"),
        (with("typ", json!("Refresh")), "refresh_token"),
        (refused("at_hash"), "id_token"),
        (refused("events"), "token_type_not_allowed"),
    ] {
        let server = MockServer::start().await;
        serve(&server, ok(&active(changes.clone())), 2).await;
        let authenticator = authenticator(at(&server.uri()));
        // A refusal is not used again.
        for _ in 0..2 {
            let error = refusal(&authenticator, TOKEN).await;
            assert_eq!(error.code(), code, "{changes}");
        }
    }
}

#[tokio::test]
async fn without_an_audience_the_client_must_be_an_accepted_one() {
    for (changes, accepted) in [
        (json!({"aud": null}), true),
        (json!({"aud": null, "client_id": "C2"}), false),
        (json!({"aud": null, "client_id": null}), false),
        (json!({}), false),
    ] {
        let server = MockServer::start().await;
        serve(&server, ok(&active(changes.clone())), 1).await;
        let mut oidc = oidc();
        oidc.audience = AudienceRule::Absent;
        oidc.clients = vec!["C1".to_owned()];
        let authenticator = builder(oidc, at(&server.uri())).build().unwrap();
        let outcome = authenticator.authenticate(TOKEN).await;
        assert_eq!(outcome.is_ok(), accepted, "{changes}: {outcome:?}");
    }
}
