use local_issuer::{IssuerConfig, LocalIssuer, Secret};
use serde_json::{Value, json};

use crate::support::{client, facts, get, quick, start};

async fn controlled() -> LocalIssuer {
    let config = IssuerConfig {
        control_token: Some(Secret::new("let-me-in")),
        ..quick()
    };
    LocalIssuer::start(config).await.unwrap()
}

async fn control(base: &str, name: &str, token: Option<&str>, body: &str) -> (u16, Value) {
    let mut request = client()
        .post(format!("{base}/_control/{name}"))
        .body(body.to_owned());
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    let (status, _, body) = facts(request.send().await.unwrap()).await;
    (status, body)
}

#[tokio::test]
async fn without_a_control_token_there_is_no_control_plane() {
    let issuer = start().await;
    let before = issuer.auth0().key_ids();
    for base in [issuer.descope().base_url(), issuer.auth0().base_url()] {
        for name in ["rotate", "requests"] {
            assert_eq!(
                control(base, name, Some("let-me-in"), "{}").await.0,
                404,
                "{name}"
            );
        }
    }
    assert_eq!(issuer.auth0().key_ids(), before);
}

#[tokio::test]
async fn the_control_plane_wants_its_token_and_post() {
    let issuer = controlled().await;
    let before = issuer.descope().key_ids();
    let base = issuer.descope().base_url();
    let refused =
        json!({ "error": "invalid_token", "error_description": "Expected the control token" });
    for token in [None, Some(""), Some("let-me-i"), Some("let-me-in2")] {
        assert_eq!(
            control(base, "rotate", token, "{}").await,
            (401, refused.clone()),
            "{token:?}"
        );
    }
    let get = client()
        .get(format!("{base}/_control/rotate"))
        .bearer_auth("let-me-in")
        .send()
        .await
        .unwrap();
    assert_eq!(get.status(), 404);
    assert_eq!(
        control(base, "nothing", Some("let-me-in"), "{}").await.0,
        404
    );
    for body in ["[", r#"{"revoke":1}"#, r#"{"revok":true}"#] {
        let (status, answer) = control(base, "rotate", Some("let-me-in"), body).await;
        assert_eq!(
            (status, &answer["error"]),
            (400, &json!("invalid_request")),
            "{body}"
        );
    }
    assert_eq!(issuer.descope().key_ids(), before);
}

#[tokio::test]
async fn rotating_over_http_is_rotating() {
    let issuer = controlled().await;
    let base = issuer.descope().base_url();
    let first = issuer.descope().key_ids().current;
    let (status, ahead) = control(
        base,
        "rotate",
        Some("let-me-in"),
        r#"{"publish_ahead":true}"#,
    )
    .await;
    assert_eq!((status, &ahead["current"]), (200, &json!(first)));
    let (_, rotated) = control(base, "rotate", Some("let-me-in"), "").await;
    assert_eq!(rotated["current"], ahead["next"]);
    assert_eq!(rotated["previous"], json!([first]));
    let (_, revoked) = control(
        base,
        "rotate",
        Some("let-me-in"),
        r#"{"publish_ahead":false,"revoke":true}"#,
    )
    .await;
    assert_eq!(revoked["previous"], json!([]));
    assert_eq!(
        serde_json::to_value(issuer.descope().key_ids()).unwrap(),
        revoked
    );
}

#[tokio::test]
async fn requests_are_counted_by_path_and_provider() {
    let issuer = controlled().await;
    let (descope, auth0) = (issuer.descope(), issuer.auth0());
    get(&auth0.jwks_url()).await;
    get(&auth0.jwks_url()).await;
    get(&format!("{}/nowhere?query=1", auth0.base_url())).await;
    let (status, counted) = control(auth0.base_url(), "requests", Some("let-me-in"), "").await;
    let expected = json!({ "requests": { "/.well-known/jwks.json": 2, "/nowhere": 1 } });
    assert_eq!((status, counted), (200, expected));
    assert_eq!((auth0.jwks_requests(), descope.jwks_requests()), (2, 0));
    assert_eq!(auth0.requests()["/nowhere"], 1);
}
