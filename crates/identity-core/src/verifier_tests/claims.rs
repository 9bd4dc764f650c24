//! Issuer, subject and kind of token, including cases that jsonwebtoken alone would accept.

use serde_json::{Value, json};

use super::{
    ISSUER, accepting, accepts_claims, excerpt, good, refuses_claims, usual, with, without,
};
use crate::TokenError;
use crate::testing::TestKey;
use crate::verification::{Excerpt, RefusedKind, TokenKind};

#[tokio::test]
async fn an_issuer_that_is_not_exactly_an_accepted_one_is_refused() {
    let other = |text: &str| {
        (
            "another text",
            with("iss", json!(text)),
            TokenError::InvalidIssuer(excerpt(text)),
        )
    };
    let wrong_type = TokenError::InvalidClaimType("iss");
    refuses_claims(
        &usual(),
        &[
            (
                "iss missing",
                without("iss"),
                TokenError::InvalidIssuer(Excerpt::new(None)),
            ),
            ("iss a number", with("iss", json!(5)), wrong_type.clone()),
            (
                "iss an array containing the issuer",
                with("iss", json!([ISSUER])),
                wrong_type.clone(),
            ),
            ("iss null", with("iss", Value::Null), wrong_type),
            other(""),
            other("https://issuer.example"),
            other("https://ISSUER.example/"),
            other("https://issuer.example/ "),
            other("https://issuer.example/extra"),
            other("https://issuer.example.evil.example/"),
        ],
    )
    .await;
}

#[tokio::test]
async fn a_subject_is_a_text_that_is_not_empty() {
    refuses_claims(
        &usual(),
        &[
            (
                "sub missing",
                without("sub"),
                TokenError::MissingClaim("sub"),
            ),
            (
                "sub empty",
                with("sub", json!("")),
                TokenError::MissingClaim("sub"),
            ),
            (
                "sub a number",
                with("sub", json!(7)),
                TokenError::InvalidClaimType("sub"),
            ),
            (
                "sub null",
                with("sub", Value::Null),
                TokenError::InvalidClaimType("sub"),
            ),
            (
                "sub a list",
                with("sub", json!(["U1"])),
                TokenError::InvalidClaimType("sub"),
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn a_token_id_is_a_text_where_there_is_one() {
    let wrong_type = TokenError::InvalidClaimType("jti");
    refuses_claims(
        &usual(),
        &[
            ("jti a number", with("jti", json!(7)), wrong_type.clone()),
            ("jti a list", with("jti", json!(["a"])), wrong_type.clone()),
            ("jti null", with("jti", Value::Null), wrong_type),
        ],
    )
    .await;
    accepts_claims(
        &usual(),
        &[
            ("jti a text", with("jti", json!("73WakrfVbNJBaAmhQtEeDv"))),
            ("no jti", good()),
        ],
    )
    .await;
}

#[tokio::test]
async fn a_token_that_is_bound_to_its_holder_is_no_bearer_token() {
    for binding in [
        json!({"jkt": "thumbprint"}),
        json!({"x5t#S256": "thumbprint"}),
        json!({}),
        Value::Null,
    ] {
        refuses_claims(
            &usual(),
            &[("cnf", with("cnf", binding), TokenError::SenderConstrained)],
        )
        .await;
    }
}

#[tokio::test]
async fn a_token_of_another_kind_is_refused() {
    let verifier = accepting(|rules| {
        rules.refused = vec![
            RefusedKind {
                kind: TokenKind::Refresh,
                claim: "drn".into(),
                value: Some("DSR".into()),
            },
            RefusedKind {
                kind: TokenKind::Id,
                claim: "nonce".into(),
                value: None,
            },
        ];
    });
    let mut both = with("nonce", json!("n"));
    both["drn"] = json!("DSR");
    refuses_claims(
        &verifier,
        &[
            (
                "a claim with that value",
                with("drn", json!("DSR")),
                TokenError::RefreshToken,
            ),
            (
                "a claim that is there",
                with("nonce", json!("n")),
                TokenError::IdToken,
            ),
            (
                "a claim that is there and null",
                with("nonce", Value::Null),
                TokenError::IdToken,
            ),
            (
                "both: the first of the list",
                both,
                TokenError::RefreshToken,
            ),
        ],
    )
    .await;
    accepts_claims(
        &verifier,
        &[
            ("neither claim", good()),
            ("another value", with("drn", json!("DS"))),
            ("a value that begins so", with("drn", json!("DSR2"))),
        ],
    )
    .await;
}

#[tokio::test]
async fn the_claims_come_back_as_they_were_sent() {
    let mut claims = with("permissions", json!(["users.create", "users.delete"]));
    claims["tenants"] = json!({"T1": {"roles": ["Tenant Admin"]}});
    claims["email_verified"] = json!(true);
    let token = usual()
        .verify(&TestKey::fixed().token(&claims))
        .await
        .unwrap();
    assert_eq!(Value::from(token.claims().clone()), claims);
    assert_eq!(
        (token.issuer(), token.subject(), token.key_id()),
        (ISSUER, "U1", "fixed")
    );
    assert_eq!(
        (
            token.text("sub"),
            token.text("email_verified"),
            token.text("none")
        ),
        (Some("U1"), None, None)
    );
    assert_eq!(token.claim("email_verified"), Some(&json!(true)));
}
