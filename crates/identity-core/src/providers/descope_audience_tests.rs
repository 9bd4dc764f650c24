//! The audience of Descope's tokens.

use super::*;

fn for_audience(audience: &str) -> DescopeConfig {
    DescopeConfig {
        audiences: vec![audience.to_owned()],
        ..settings()
    }
}

fn required(settings: DescopeConfig) -> DescopeConfig {
    DescopeConfig {
        require_audience: true,
        ..settings
    }
}

/// Checks claims without an audience: of a session and of an access key, then of tokens that are neither.
async fn expect_without_audience(settings: &DescopeConfig, of_sessions: Option<&str>) {
    let key = "K36Z2WxTveMQBWlLfCMPlC3QM1Oa";
    let sessions = [
        session_token(&json!({})),
        session_token(&json!({"drn": null, "sub": key})),
    ];
    let others = [
        access_token(&json!({"aud": null})),
        session_token(&json!({"drn": null})),
        session_token(&json!({"drn": "ds"})),
        session_token(&json!({"drn": ["DS"]})),
        session_token(&json!({"drn": null, "sub": "k36Z", "K": key})),
    ];
    let others = others.map(|claims| (claims, REFUSED));
    let sessions = sessions.map(|claims| (claims, of_sessions));
    for (claims, expected) in others.into_iter().chain(sessions) {
        let tokens = Tokens::new(Descope::new(settings.clone()), claims.clone());
        assert_eq!(tokens.refusal(json!({})).await, expected, "{claims}");
    }
}

#[tokio::test]
async fn an_audience_that_is_there_must_name_the_project() {
    let (longer, lower) = (format!("{PROJECT}x"), PROJECT.to_lowercase());
    let others = json!(["other", [], "", ["other"], [longer], lower]);
    let wrong_types = json!([[PROJECT, 5], {"aud": PROJECT}]);
    let ours = json!([PROJECT, [PROJECT], ["https://mcp.example.com", PROJECT]]);
    for tokens in [access(settings()), sessions(settings())] {
        tokens.expect_each("aud", others.clone(), REFUSED).await;
        let wrong_type = Some("invalid_claim_type");
        tokens
            .expect_each("aud", wrong_types.clone(), wrong_type)
            .await;
        tokens.expect_each("aud", ours.clone(), None).await;
    }
}

#[tokio::test]
async fn only_session_tokens_may_have_none() {
    expect_without_audience(&settings(), None).await;
}

#[tokio::test]
async fn an_audience_that_is_null_is_not_a_missing_one() {
    let mut claims = session_token(&json!({}));
    claims["aud"] = Value::Null;
    let token = TestKey::fixed().token(&claims);
    let refused = sessions(settings()).refusal_of(&token).await;
    assert_eq!(refused, Some("invalid_claim_type"));
}

#[tokio::test]
async fn with_the_switch_none_may_be_without() {
    expect_without_audience(&required(settings()), REFUSED).await;
    let tokens = sessions(required(settings()));
    tokens.expect_each("aud", json!([PROJECT]), None).await;
}

#[tokio::test]
async fn an_audience_of_ones_own_replaces_the_project() {
    let ours = "https://api.example.com";
    expect_without_audience(&for_audience(ours), REFUSED).await;
    let tokens = access(for_audience(ours));
    let others = json!([[PROJECT], "https://api.example.com/"]);
    tokens.expect_each("aud", others, REFUSED).await;
    tokens
        .expect_each("aud", json!([ours, [PROJECT, ours]]), None)
        .await;
}

#[tokio::test]
async fn several_audiences_replace_the_project_too() {
    let ours = ["https://api.example.com", "urn:api", PROJECT];
    let several = DescopeConfig {
        audiences: ours.map(str::to_owned).to_vec(),
        ..settings()
    };
    expect_without_audience(&several, REFUSED).await;
    let tokens = access(several);
    tokens.expect_each("aud", json!(ours), None).await;
    tokens
        .expect_each("aud", json!(["urn:ap", []]), REFUSED)
        .await;
}

#[tokio::test]
async fn the_project_as_audience_changes_nothing() {
    expect_without_audience(&for_audience(PROJECT), None).await;
    let both = sessions(required(for_audience(PROJECT)));
    assert_eq!(both.refusal(json!({})).await, REFUSED);
}
