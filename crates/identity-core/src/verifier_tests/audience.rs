//! The audience rule: `aud` required, absent, in each form.

use serde_json::{Value, json};

use super::{
    AUDIENCE, accepting, accepts_claims, each, good, refuses_claims, usual, with, without,
};
use crate::TokenError::{InvalidAudience, InvalidClaimType};
use crate::claims::Claims;
use crate::verification::AudienceRule;

#[tokio::test]
async fn an_audience_that_does_not_name_us_is_refused() {
    let verifier = usual();
    let (longer, words) = (format!("{AUDIENCE}/v2"), format!("{AUDIENCE} x"));
    let others = json!([
        [],
        "",
        "https://other.example",
        "https://api",
        longer,
        words
    ]);
    refuses_claims(&verifier, InvalidAudience, each("aud", others)).await;
    let missing = [("aud missing", without("aud"))];
    refuses_claims(&verifier, InvalidAudience, missing).await;
    let wrong_type = json!([{AUDIENCE: true}, 1, null, [AUDIENCE, 5], [[AUDIENCE]]]);
    refuses_claims(&verifier, InvalidClaimType("aud"), each("aud", wrong_type)).await;
    let ours = json!([AUDIENCE, ["https://issuer.example/userinfo", AUDIENCE]]);
    accepts_claims(&verifier, each("aud", ours)).await;
}

#[tokio::test]
async fn an_exempt_token_may_lack_an_audience_but_not_have_a_wrong_one() {
    let session = |claims: &Claims| claims.get("drn").is_some_and(|kind| kind == "DS");
    let verifier = accepting(|rules| {
        rules.audience = AudienceRule::RequiredUnless(vec![AUDIENCE.to_owned()], session)
    });
    let exempt = |audience: Value| {
        let mut claims = with("aud", audience);
        claims["drn"] = json!("DS");
        claims
    };
    let mut exempt_without = without("aud");
    exempt_without["drn"] = json!("DS");
    let wrong = [
        ("aud missing, not exempt", without("aud")),
        ("exempt, another aud", exempt(json!("other"))),
        ("exempt, an empty array", exempt(json!([]))),
        ("exempt, an empty text", exempt(json!(""))),
    ];
    refuses_claims(&verifier, InvalidAudience, wrong).await;
    let null = [("exempt, null", exempt(Value::Null))];
    refuses_claims(&verifier, InvalidClaimType("aud"), null).await;
    let right = [
        ("exempt, missing", exempt_without),
        ("exempt, ours", exempt(json!([AUDIENCE]))),
        ("not exempt, ours", good()),
    ];
    accepts_claims(&verifier, right).await;
}

#[tokio::test]
async fn no_audience_is_accepted_where_none_is_configured() {
    let verifier = accepting(|rules| rules.audience = AudienceRule::Required(Vec::new()));
    refuses_claims(
        &verifier,
        InvalidAudience,
        each("aud", json!([AUDIENCE, []])),
    )
    .await;
}
