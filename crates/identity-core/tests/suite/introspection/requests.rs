//! Requests to the introspection endpoint, and what an accepted token gives.

use identity_core::Rule;
use serde_json::json;
use url::form_urlencoded;
use wiremock::MockServer;

use crate::introspection::{AUDIENCE, ISSUER, NOW, TOKEN, active, at, authenticator, ok, serve};

/// RFC 7662, section 2.1; RFC 6749, section 2.3.1: each part of the credentials is form-encoded.
#[tokio::test]
async fn the_token_is_posted_with_form_encoded_credentials_in_the_header_alone() {
    let server = MockServer::start().await;
    serve(&server, ok(&active(json!({}))), 1).await;
    let token = "ory_at_3Yx+/~-.q8Wm2Zc7==";
    let authenticator = authenticator(at(&server.uri()));
    assert!(authenticator.authenticate(token).await.is_ok());
    let requests = server.received_requests().await.unwrap();
    let request = requests.first().unwrap();
    let header = |name: &str| request.headers.get(name).unwrap().to_str().unwrap();
    // an%20api%3A1:s3cret%2B%2F%3D%20%26%3A%C3%A9%25
    let credentials = "Basic YW4lMjBhcGklM0ExOnMzY3JldCUyQiUyRiUzRCUyMCUyNiUzQSVDMyVBOSUyNQ==";
    assert_eq!(header("authorization"), credentials);
    assert_eq!(header("content-type"), "application/x-www-form-urlencoded");
    assert_eq!(header("accept"), "application/json");
    let fields: Vec<_> = form_urlencoded::parse(&request.body).collect();
    let expected = [("token", token), ("token_type_hint", "access_token")];
    assert_eq!(
        fields,
        expected.map(|(name, value)| (name.into(), value.into()))
    );
    assert_eq!(request.url.query(), None);
}

#[tokio::test]
async fn an_active_token_is_a_caller_with_the_rights_that_the_issuer_says() {
    let server = MockServer::start().await;
    let response = active(json!({"roles": ["editor"], "nbf": NOW}));
    serve(&server, ok(&response), 1).await;
    let authenticator = authenticator(at(&server.uri()));
    let caller = authenticator.authenticate(TOKEN).await.unwrap();
    let principal = caller.principal();
    assert_eq!(principal.issuer, ISSUER);
    assert_eq!(principal.subject, "U1");
    assert_eq!(principal.client.as_deref(), Some("C1"));
    assert_eq!(principal.scopes, ["read", "write"]);
    assert_eq!(principal.roles, ["editor"]);
    assert!(Rule::scope("write").check(&caller).is_ok());
    assert!(Rule::scope("delete").check(&caller).is_err());
    let token = caller.token();
    assert_eq!(token.claim("aud"), Some(&json!(AUDIENCE)));
    assert_eq!(token.expires_at().seconds(), NOW + 600.0);
    assert_eq!(token.key_id(), "");
}

/// RFC 7662, section 2.2: all members but `active` are optional, and some issuers send `null` for those that they do not
/// have.
#[tokio::test]
async fn what_the_issuer_leaves_out_is_filled_in() {
    let server = MockServer::start().await;
    let mut response = active(json!({"token_type": null, "iat": null}));
    for name in ["iss", "exp", "nbf", "cnf"] {
        response[name] = json!(null);
    }
    serve(&server, ok(&response), 1).await;
    let authenticator = authenticator(at(&server.uri()));
    let caller = authenticator.authenticate(TOKEN).await.unwrap();
    assert_eq!(caller.principal().issuer, ISSUER);
    let expires_at = caller.token().expires_at().seconds();
    assert_eq!(expires_at, NOW + 60.0, "when the issuer is asked again");
}
