//! Rules about the sign-in (RFC 9470).

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use super::super::{Denial, Rule};
use super::{ADMIN, check};
use crate::providers::Oidc;
use crate::testing::{StaticKeys, TestClock, TestKey};
use crate::{Authenticator, all_of, any_of, none_of};

const RECENT: Rule = Rule::signed_in_within_minutes(5);
const MFA: Rule = Rule::acr("mfa");

fn step_up(acr_values: &[&'static str], seconds: Option<u64>) -> Denial {
    Denial::StepUp {
        acr_values: acr_values.iter().map(|&value| value.into()).collect(),
        max_age: seconds.map(Duration::from_secs),
    }
}

#[tokio::test]
async fn a_token_that_does_not_say_when_is_of_no_recent_sign_in() {
    let unreadable = json!([
        {}, {"auth_time": null}, {"auth_time": "0"}, {"auth_time": [0]}, {"auth_time": true}, {"auth_time": {}},
    ]);
    check(&RECENT, unreadable.clone(), false).await;
    // Nor of an old one.
    check(&none_of![RECENT], unreadable, false).await;
    // The clock is at 0, and the leeway 5 s.
    check(
        &RECENT,
        json!([{"auth_time": -305}, {"auth_time": 6}, {"auth_time": -1e300}, {"auth_time": 1e300}]),
        false,
    )
    .await;
    check(
        &RECENT,
        json!([{"auth_time": 0}, {"auth_time": -304.5}, {"auth_time": 5}]),
        true,
    )
    .await;
    check(&none_of![RECENT], json!([{"auth_time": -400}]), true).await;
}

#[tokio::test]
async fn acr_is_compared_whole() {
    check(
        &MFA,
        json!([{}, {"acr": "MFA"}, {"acr": "mfa2"}, {"acr": ["mfa"]}, {"acr": null}, {"acr": 1}]),
        false,
    )
    .await;
    check(&none_of![MFA], json!([{"acr": ["mfa"]}, {"acr": 1}]), false).await;
    check(&MFA, json!([{"acr": "mfa"}]), true).await;
}

/// A cached token has the time of its sign-in, and not that of its verification.
#[tokio::test]
async fn a_cached_caller_grows_older() {
    let (key, clock) = (TestKey::fixed(), Arc::new(TestClock::at(0.0)));
    let authenticator =
        Authenticator::builder(Oidc::issuer("https://issuer.example", "api").unwrap())
            .keys(Arc::new(StaticKeys::of(&[&key])))
            .clock(clock.clone())
            .build()
            .unwrap();
    let token = key.token(&json!({
        "iss": "https://issuer.example", "aud": "api", "sub": "U1", "exp": 3600, "auth_time": 0,
    }));
    let mut callers = Vec::new();
    for (now, passes) in [(0.0, true), (0.0, true), (304.0, true), (306.0, false)] {
        clock.set(now);
        let caller = authenticator.authenticate(&token).await.unwrap();
        assert_eq!(RECENT.check(&caller).is_ok(), passes, "at {now}");
        callers.push(caller);
    }
    assert!(Arc::ptr_eq(&callers[1], &callers[3]), "from the cache");
}

#[tokio::test]
async fn another_sign_in_is_asked_for_once_and_last() {
    let both = all_of![MFA, RECENT, Rule::signed_in_within_minutes(60)];
    let rows = [
        (
            RECENT,
            step_up(&[], Some(300)),
            "Another sign-in is required: within 5 min",
        ),
        (
            MFA,
            step_up(&["mfa"], None),
            "Another sign-in is required: with acr mfa",
        ),
        (
            both,
            step_up(&["mfa"], Some(300)),
            "Another sign-in is required: within 5 min with acr mfa",
        ),
        (
            any_of![MFA, Rule::acr("otp")],
            step_up(&["mfa", "otp"], None),
            "Another sign-in is required: with acr mfa or otp",
        ),
        (
            any_of![ADMIN, MFA],
            step_up(&["mfa"], None),
            "Another sign-in is required: with acr mfa",
        ),
    ];
    let nobody = super::caller(json!({})).await;
    for (rule, denial, text) in rows {
        assert_eq!(rule.check(&nobody), Err(denial.clone()), "{rule}");
        assert_eq!(
            (denial.to_string().as_str(), denial.code()),
            (text, "insufficient_user_authentication")
        );
        assert_eq!(rule.denials(), [denial], "{rule}");
    }
    // It is no use to a caller who lacks a right.
    let rule = all_of![RECENT, ADMIN];
    let role = || Denial::Role("admin".into());
    assert_eq!(rule.check(&nobody), Err(role()));
    assert_eq!(rule.denials(), [role(), step_up(&[], Some(300))]);
    let admin = super::caller(json!({"roles": ["admin"]})).await;
    assert_eq!(rule.check(&admin), Err(step_up(&[], Some(300))));
}
