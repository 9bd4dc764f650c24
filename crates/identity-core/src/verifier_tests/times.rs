//! `exp`, `nbf` and `iat`, with exact limits.

use std::time::Duration;

use serde_json::json;

use super::{NOW, accepts_claims, each, good, refuses_claims, rules, usual, without};
use crate::TokenError::{Expired, InvalidClaimType, MissingClaim, NotYetValid};
use crate::clock::UnixTime;
use crate::testing::{StaticKeys, TestClock, TestKey};
use crate::verification::TokenLimits;
use crate::verification::Verifier;

#[tokio::test]
async fn an_expired_token_is_refused() {
    // The first is just as long ago as the leeway.
    let expired = json!([NOW - 5.0, NOW - 59.0, 0, -1, -1e308]);
    refuses_claims(&usual(), Expired, each("exp", expired)).await;
    // The first is a millisecond within the leeway.
    let valid = json!([NOW - 4.999, NOW, NOW + 0.5, 1_700_000_600, u64::MAX, 1e308]);
    accepts_claims(&usual(), each("exp", valid)).await;
}

#[tokio::test]
async fn a_time_that_is_no_number_is_refused() {
    let missing = [("exp missing", without("exp"))];
    refuses_claims(&usual(), MissingClaim("exp"), missing).await;
    for name in ["exp", "nbf", "iat"] {
        let values = json!(["1700000600", null, true, [NOW], {}]);
        refuses_claims(&usual(), InvalidClaimType(name), each(name, values)).await;
    }
}

#[tokio::test]
async fn a_token_from_the_future_is_refused() {
    for name in ["nbf", "iat"] {
        // The first is a millisecond beyond the leeway.
        let future = json!([NOW + 5.001, NOW + 60.0, 1e308]);
        refuses_claims(&usual(), NotYetValid(name), each(name, future)).await;
        let begun = json!([NOW + 5.0, NOW, -1e308]);
        accepts_claims(&usual(), each(name, begun)).await;
    }
    accepts_claims(&usual(), [("no iat", without("iat"))]).await;
}

#[tokio::test]
async fn the_leeway_is_what_the_limits_say() {
    let strict = usual().with_limits(TokenLimits {
        leeway: Duration::ZERO,
        ..TokenLimits::default()
    });
    let soon = NOW + 0.001;
    refuses_claims(&strict, Expired, each("exp", json!([NOW]))).await;
    refuses_claims(&strict, NotYetValid("nbf"), each("nbf", json!([soon]))).await;
    accepts_claims(&strict, each("nbf", json!([NOW]))).await;
    accepts_claims(&strict, each("exp", json!([soon]))).await;
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
    refuses_claims(&verifier, Expired, [("NaN", good())]).await;
}
