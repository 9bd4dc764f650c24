//! The audience rule: `aud` required, absent, in each form.

use serde_json::{Value, json};

use super::{AUDIENCE, accepting, accepts_claims, good, refuses_claims, usual, with, without};
use crate::TokenError;
use crate::claims::Claims;
use crate::verification::AudienceRule;

#[tokio::test]
async fn an_audience_that_does_not_name_us_is_refused() {
    let wrong_type = TokenError::InvalidClaimType("aud");
    refuses_claims(
        &usual(),
        &[
            ("aud missing", without("aud"), TokenError::InvalidAudience),
            (
                "aud an object",
                with("aud", json!({AUDIENCE: true})),
                wrong_type.clone(),
            ),
            ("aud a number", with("aud", json!(1)), wrong_type.clone()),
            ("aud null", with("aud", Value::Null), wrong_type.clone()),
            (
                "aud an array with a non-string after ours",
                with("aud", json!([AUDIENCE, 5])),
                wrong_type.clone(),
            ),
            (
                "aud an array in an array",
                with("aud", json!([[AUDIENCE]])),
                wrong_type,
            ),
            (
                "aud an empty array",
                with("aud", json!([])),
                TokenError::InvalidAudience,
            ),
            (
                "aud empty",
                with("aud", json!("")),
                TokenError::InvalidAudience,
            ),
            (
                "aud of another API",
                with("aud", json!("https://other.example")),
                TokenError::InvalidAudience,
            ),
            (
                "aud that begins with ours",
                with("aud", json!(format!("{AUDIENCE}/v2"))),
                TokenError::InvalidAudience,
            ),
            (
                "aud that ours begins with",
                with("aud", json!("https://api")),
                TokenError::InvalidAudience,
            ),
            (
                "aud a list of words",
                with("aud", json!(format!("{AUDIENCE} x"))),
                TokenError::InvalidAudience,
            ),
        ],
    )
    .await;
    accepts_claims(
        &usual(),
        &[
            ("aud ours", good()),
            (
                "aud ours among others",
                with("aud", json!(["https://issuer.example/userinfo", AUDIENCE])),
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn an_exempt_token_may_lack_an_audience_but_not_have_a_wrong_one() {
    let session = |claims: &Claims| claims.get("drn").is_some_and(|kind| kind == "DS");
    let verifier = accepting(|rules| {
        rules.audience = AudienceRule::RequiredUnless(vec![AUDIENCE.to_owned()], session)
    });
    let exempt = |audience: Option<Value>| {
        let mut claims = without("aud");
        claims["drn"] = json!("DS");
        if let Some(audience) = audience {
            claims["aud"] = audience;
        }
        claims
    };
    refuses_claims(
        &verifier,
        &[
            (
                "aud missing, not exempt",
                without("aud"),
                TokenError::InvalidAudience,
            ),
            (
                "exempt, another aud",
                exempt(Some(json!("other"))),
                TokenError::InvalidAudience,
            ),
            (
                "exempt, an empty array",
                exempt(Some(json!([]))),
                TokenError::InvalidAudience,
            ),
            (
                "exempt, an empty text",
                exempt(Some(json!(""))),
                TokenError::InvalidAudience,
            ),
            (
                "exempt, null",
                exempt(Some(Value::Null)),
                TokenError::InvalidClaimType("aud"),
            ),
        ],
    )
    .await;
    accepts_claims(
        &verifier,
        &[
            ("exempt, missing", exempt(None)),
            ("exempt, ours", exempt(Some(json!([AUDIENCE])))),
            ("not exempt, ours", good()),
        ],
    )
    .await;
}

#[tokio::test]
async fn no_audience_is_accepted_where_none_is_configured() {
    let verifier = accepting(|rules| rules.audience = AudienceRule::Required(Vec::new()));
    refuses_claims(
        &verifier,
        &[
            ("nothing is ours", good(), TokenError::InvalidAudience),
            (
                "nor is nothing",
                with("aud", json!([])),
                TokenError::InvalidAudience,
            ),
        ],
    )
    .await;
}
