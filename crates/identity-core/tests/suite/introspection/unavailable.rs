//! Issuers that cannot be asked, or say nothing of use.

use std::time::Duration;

use identity_core::introspection::IntrospectionFault;
use identity_core::{SettingNames, VerifyError};
use serde_json::json;
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::introspection::{
    INTROSPECT, TOKEN, active, at, authenticator, builder, oidc, ok, refusal, serve,
};

/// Returns the fault, and checks what goes with each.
fn fault(error: VerifyError) -> IntrospectionFault {
    assert_eq!(error.code(), "introspection_unavailable");
    let error = match error {
        VerifyError::Introspection(error) => Some(error),
        _ => None,
    };
    let error = error.unwrap();
    assert!(error.retry_after >= Duration::from_secs(1));
    error.fault
}

#[tokio::test]
async fn a_response_that_is_none_leaves_the_token_unverified() {
    let text = |text: &str| ResponseTemplate::new(200).set_body_string(text);
    let status = |status| ResponseTemplate::new(status).set_body_json(active(json!({})));
    let good = active(json!({}));
    for (response, expected) in [
        (
            text("<html>sign in</html>"),
            "not an introspection response",
        ),
        (text(""), "not an introspection response"),
        (text("[true]"), "not an introspection response"),
        (
            text(r#"{"active":false,"active":true}"#),
            "not an introspection response",
        ),
        (
            ok(&active(json!({"active": null}))),
            "it has no member active",
        ),
        (
            ok(&active(json!({"active": "true"}))),
            "active is not true or false",
        ),
        (
            ok(&active(json!({"active": 1}))),
            "active is not true or false",
        ),
        (
            ok(&good).insert_header("content-encoding", "gzip"),
            "compressed",
        ),
        (
            ok(&active(json!({"x": "y".repeat(33 * 1024)}))),
            "more than 32768 bytes",
        ),
        (
            ok(&good).set_delay(Duration::from_secs(60)),
            "within 2000 ms",
        ),
        (status(201), "responded with 201"),
        (
            status(307).insert_header("location", "/elsewhere"),
            "responded with 307",
        ),
        (
            status(302).insert_header("location", "/elsewhere"),
            "responded with 302",
        ),
        (status(400), "responded with 400"),
        (status(404), "responded with 404"),
        (status(429), "responded with 429"),
        (status(500), "responded with 500"),
        (status(503), "responded with 503"),
    ] {
        let server = MockServer::start().await;
        serve(&server, response, 1).await;
        let elsewhere = Mock::given(path("/elsewhere")).respond_with(ok(&good));
        elsewhere.expect(0).mount(&server).await;
        let error = refusal(&authenticator(at(&server.uri())), TOKEN).await;
        let fault = fault(error).to_string();
        assert!(fault.contains(expected), "{expected}: {fault}");
        assert!(fault.contains(INTROSPECT), "{fault}");
    }
}

#[tokio::test]
async fn an_issuer_that_refuses_the_client_is_named_with_the_settings() {
    for status in [401, 403] {
        let server = MockServer::start().await;
        serve(&server, ResponseTemplate::new(status), 2).await;
        let named = builder(oidc(), at(&server.uri())).setting_names(SettingNames {
            introspection_client: Some("THE_ID and THE_SECRET"),
            ..SettingNames::default()
        });
        let url = format!("{}{INTROSPECT}", server.uri());
        let start = format!("{url} responded with {status}: it refuses the client's credentials");
        let error = refusal(&named.build().unwrap(), TOKEN).await;
        assert_eq!(
            fault(error).to_string(),
            format!("{start}; see THE_ID and THE_SECRET")
        );
        let error = refusal(&authenticator(at(&server.uri())), TOKEN).await;
        assert_eq!(fault(error).to_string(), start);
    }
}

#[tokio::test]
async fn an_issuer_that_is_gone_and_back_is_asked_again() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let authenticator = authenticator(at(&format!("http://{address}")));
    let error = fault(refusal(&authenticator, TOKEN).await);
    assert!(error.to_string().contains("cannot be reached"), "{error}");
    let listener = std::net::TcpListener::bind(address).unwrap();
    let server = MockServer::builder().listener(listener).start().await;
    let mock = Mock::given(method("POST")).respond_with(ok(&active(json!({}))));
    mock.expect(1).mount(&server).await;
    assert!(authenticator.authenticate(TOKEN).await.is_ok());
}
