//! The audience of Descope's tokens.

use serde_json::{Value, json};

use super::{DescopeConfig, PROJECT, access_token, refusal, session_token, settings};

const REFUSED: Option<&str> = Some("invalid_claims");

fn for_audience(audience: &str) -> DescopeConfig {
    DescopeConfig {
        audience: Some(audience.to_owned()),
        ..settings()
    }
}

fn strict() -> DescopeConfig {
    DescopeConfig {
        require_audience: true,
        ..settings()
    }
}

/// Claims without an audience: of a session, of an access key, and of neither.
fn without_audience() -> [(Value, bool); 7] {
    let key = "K36Z2WxTveMQBWlLfCMPlC3QM1Oa";
    [
        (session_token(&json!({})), true),
        (session_token(&json!({"drn": null, "sub": key})), true),
        (access_token(&json!({"aud": null})), false),
        (session_token(&json!({"drn": null})), false),
        (session_token(&json!({"drn": "ds"})), false),
        (session_token(&json!({"drn": ["DS"]})), false),
        (
            session_token(&json!({"drn": null, "sub": "k36Z", "K": key})),
            false,
        ),
    ]
}

#[tokio::test]
async fn an_audience_that_is_there_must_name_the_project() {
    for (audience, expected) in [
        (json!(PROJECT), None),
        (json!([PROJECT]), None),
        (json!(["https://mcp.example.com", PROJECT]), None),
        (json!("other"), REFUSED),
        (json!([]), REFUSED),
        (json!(""), REFUSED),
        (json!(["other"]), REFUSED),
        (json!([format!("{PROJECT}x")]), REFUSED),
        (json!(PROJECT.to_lowercase()), REFUSED),
        (json!([PROJECT, 5]), Some("invalid_claim_type")),
        (json!({"aud": PROJECT}), Some("invalid_claim_type")),
    ] {
        for claims in [
            access_token(&json!({"aud": audience})),
            session_token(&json!({"aud": audience})),
        ] {
            assert_eq!(
                refusal(settings(), claims.clone()).await,
                expected,
                "{claims}"
            );
        }
    }
}

#[tokio::test]
async fn only_session_tokens_may_have_none() {
    for (claims, is_session) in without_audience() {
        let expected = if is_session { None } else { REFUSED };
        assert_eq!(
            refusal(settings(), claims.clone()).await,
            expected,
            "{claims}"
        );
    }
}

#[tokio::test]
async fn an_audience_that_is_null_is_not_a_missing_one() {
    let mut claims = session_token(&json!({}));
    claims["aud"] = Value::Null;
    assert_eq!(
        refusal(settings(), claims).await,
        Some("invalid_claim_type")
    );
}

#[tokio::test]
async fn with_the_switch_none_may_be_without() {
    for (claims, _) in without_audience() {
        assert_eq!(refusal(strict(), claims.clone()).await, REFUSED, "{claims}");
    }
    assert_eq!(
        refusal(strict(), session_token(&json!({"aud": PROJECT}))).await,
        None
    );
}

#[tokio::test]
async fn an_audience_of_ones_own_replaces_the_project() {
    let ours = || for_audience("https://api.example.com");
    for (audience, expected) in [
        (json!("https://api.example.com"), None),
        (json!([PROJECT, "https://api.example.com"]), None),
        (json!([PROJECT]), REFUSED),
        (json!("https://api.example.com/"), REFUSED),
    ] {
        let claims = access_token(&json!({"aud": audience}));
        assert_eq!(refusal(ours(), claims.clone()).await, expected, "{claims}");
    }
    for (claims, _) in without_audience() {
        assert_eq!(refusal(ours(), claims.clone()).await, REFUSED, "{claims}");
    }
}

#[tokio::test]
async fn the_project_as_audience_changes_nothing() {
    for (claims, is_session) in without_audience() {
        let expected = if is_session { None } else { REFUSED };
        assert_eq!(
            refusal(for_audience(PROJECT), claims.clone()).await,
            expected,
            "{claims}"
        );
    }
    let both = DescopeConfig {
        require_audience: true,
        ..for_audience(PROJECT)
    };
    assert_eq!(refusal(both, session_token(&json!({}))).await, REFUSED);
}
