//! `exp`, `nbf` and `iat`, with exact limits.

use std::time::Duration;

use serde_json::{Value, json};

use super::{NOW, accepts_claims, good, refuses_claims, rules, usual, with, without};
use crate::TokenError;
use crate::clock::UnixTime;
use crate::testing::{StaticKeys, TestClock, TestKey};
use crate::verification::TokenLimits;
use crate::verification::Verifier;

#[tokio::test]
async fn an_expired_token_is_refused() {
    refuses_claims(
        &usual(),
        &[
            (
                "exp as long ago as the leeway",
                with("exp", json!(NOW - 5.0)),
                TokenError::Expired,
            ),
            (
                "exp 59 s ago",
                with("exp", json!(NOW - 59.0)),
                TokenError::Expired,
            ),
            ("exp 0", with("exp", json!(0)), TokenError::Expired),
            ("exp negative", with("exp", json!(-1)), TokenError::Expired),
            (
                "exp far before any time",
                with("exp", json!(-1e308)),
                TokenError::Expired,
            ),
        ],
    )
    .await;
    accepts_claims(
        &usual(),
        &[
            (
                "exp a millisecond within the leeway",
                with("exp", json!(NOW - 4.999)),
            ),
            ("exp now", with("exp", json!(NOW))),
            ("exp a fraction", with("exp", json!(NOW + 0.5))),
            ("exp an integer", with("exp", json!(1_700_000_600))),
            ("exp the largest integer", with("exp", json!(u64::MAX))),
            ("exp 1e308", with("exp", json!(1e308))),
        ],
    )
    .await;
}

#[tokio::test]
async fn a_time_that_is_no_number_is_refused() {
    refuses_claims(
        &usual(),
        &[(
            "exp missing",
            without("exp"),
            TokenError::MissingClaim("exp"),
        )],
    )
    .await;
    for name in ["exp", "nbf", "iat"] {
        let wrong_type = TokenError::InvalidClaimType(name);
        refuses_claims(
            &usual(),
            &[
                (
                    "a text",
                    with(name, json!("1700000600")),
                    wrong_type.clone(),
                ),
                ("null", with(name, Value::Null), wrong_type.clone()),
                ("true", with(name, json!(true)), wrong_type.clone()),
                ("a list", with(name, json!([NOW])), wrong_type.clone()),
                ("an object", with(name, json!({})), wrong_type),
            ],
        )
        .await;
    }
}

#[tokio::test]
async fn a_token_from_the_future_is_refused() {
    for name in ["nbf", "iat"] {
        let refused = TokenError::NotYetValid(name);
        refuses_claims(
            &usual(),
            &[
                (
                    "a millisecond beyond the leeway",
                    with(name, json!(NOW + 5.001)),
                    refused.clone(),
                ),
                ("a minute", with(name, json!(NOW + 60.0)), refused.clone()),
                ("1e308", with(name, json!(1e308)), refused),
            ],
        )
        .await;
        accepts_claims(
            &usual(),
            &[
                ("just the leeway", with(name, json!(NOW + 5.0))),
                ("now", with(name, json!(NOW))),
                ("long ago", with(name, json!(-1e308))),
            ],
        )
        .await;
    }
    accepts_claims(&usual(), &[("no iat", without("iat"))]).await;
}

#[tokio::test]
async fn the_leeway_is_what_the_limits_say() {
    let strict = usual().with_limits(TokenLimits {
        leeway: Duration::ZERO,
        ..TokenLimits::default()
    });
    refuses_claims(
        &strict,
        &[
            ("exp now", with("exp", json!(NOW)), TokenError::Expired),
            (
                "nbf in a moment",
                with("nbf", json!(NOW + 0.001)),
                TokenError::NotYetValid("nbf"),
            ),
        ],
    )
    .await;
    accepts_claims(
        &strict,
        &[
            ("nbf now", with("nbf", json!(NOW))),
            ("exp in a moment", with("exp", json!(NOW + 0.001))),
        ],
    )
    .await;
}

#[tokio::test]
async fn a_token_lives_until_the_clock_says_otherwise() {
    let clock = std::sync::Arc::new(TestClock::at(NOW));
    let keys = std::sync::Arc::new(StaticKeys::of(&[&TestKey::fixed()]));
    let verifier = Verifier::new(rules(), keys, clock.clone());
    let token = TestKey::fixed().token(&good());
    let verified = verifier.verify(&token).await.unwrap();
    assert_eq!(verified.expires_at(), UnixTime::from_seconds(NOW + 600.0));
    assert_eq!(verified.issued_at(), Some(UnixTime::from_seconds(NOW)));
    for (seconds, code) in [
        (604.9, None),
        (605.0, Some("token_expired")),
        (-5.1, Some("token_not_yet_valid")),
    ] {
        clock.set(NOW + seconds);
        assert_eq!(
            verifier
                .verify(&token)
                .await
                .err()
                .map(|error| error.code()),
            code,
            "{seconds} s"
        );
    }
}

#[tokio::test]
async fn a_clock_that_shows_no_time_lets_nobody_in() {
    let keys = std::sync::Arc::new(StaticKeys::of(&[&TestKey::fixed()]));
    let verifier = Verifier::new(rules(), keys, std::sync::Arc::new(TestClock::at(f64::NAN)));
    refuses_claims(&verifier, &[("NaN", good(), TokenError::Expired)]).await;
}
