//! The address of the protected resource metadata in challenges (RFC 9728, section 5.1).
#![expect(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that is not as it says; these functions are part of tests"
)]

use std::sync::Arc;

use actix_web::http::header::{AUTHORIZATION, HOST, WWW_AUTHENTICATE};
use actix_web::test::{TestRequest, call_service, init_service};
use actix_web::{App, web};
use identity_actix::{Authenticate, Caller, Claims, Require};
use identity_core::providers::Oidc;
use identity_core::testing::{TestIssuer, TestKey};
use identity_core::{Rule, policies};
use serde::Deserialize;
use serde_json::json;

policies! {
    /// Reads reports.
    ReadReports = Rule::scope("reports.read");
}

#[derive(Deserialize)]
struct Wanted {
    _wanted: String,
}

const SET: &str = "https://api.example/.well-known/oauth-protected-resource";

fn issuer() -> TestIssuer {
    TestIssuer::of(Oidc::issuer("https://issuer.example/", "api").unwrap())
}

/// Returns the status of each request of a client that is refused, and its challenge.
async fn refusals(middleware: Authenticate, host: Option<&str>) -> Vec<(u16, String)> {
    let scope = web::scope("/api")
        .wrap(middleware)
        .route("/me", web::get().to(async |_: Caller| "me"))
        .route(
            "/reports",
            web::get().to(async |_: Require<ReadReports>| "reports"),
        )
        .route("/claims", web::get().to(async |_: Claims<Wanted>| "claims"));
    let app = init_service(App::new().service(scope)).await;
    let good = format!("Bearer {}", issuer().caller("U1").token());
    let forged = TestKey::fixed().token(&json!({"iss": "https://other.example/"}));
    let forged = format!("Bearer {forged}");
    let mut refusals = Vec::new();
    for (path, token) in [
        ("/api/me", None),
        ("/api/me", Some("Bearer")),
        ("/api/me", Some(forged.as_str())),
        ("/api/reports", Some(good.as_str())),
        ("/api/claims", Some(good.as_str())),
    ] {
        let mut request = TestRequest::get().uri(path);
        if let Some(token) = token {
            request = request.insert_header((AUTHORIZATION, token));
        }
        if let Some(host) = host {
            request = request.insert_header((HOST, host));
        }
        let response = call_service(&app, request.to_request()).await;
        let challenge = response.headers().get(WWW_AUTHENTICATE).unwrap();
        let challenge = challenge.to_str().unwrap().to_owned();
        refusals.push((response.status().as_u16(), challenge));
    }
    refusals
}

const STATUSES: [u16; 5] = [401, 400, 401, 403, 403];

#[actix_web::test]
async fn without_an_address_no_challenge_names_one() {
    let authenticator = Arc::new(issuer().authenticator());
    for (found, status) in refusals(Authenticate::required(authenticator), None)
        .await
        .into_iter()
        .zip(STATUSES)
    {
        assert_eq!(found.0, status, "{found:?}");
        assert!(!found.1.contains("resource_metadata"), "{found:?}");
    }
}

#[actix_web::test]
async fn every_challenge_names_the_address_that_is_set() {
    let authenticator = Arc::new(issuer().authenticator());
    for middleware in [
        Authenticate::required(Arc::clone(&authenticator)),
        Authenticate::optional(authenticator),
    ] {
        let middleware = middleware.resource_metadata(SET).realm("an-api");
        for (found, status) in refusals(middleware, None).await.into_iter().zip(STATUSES) {
            assert_eq!(found.0, status, "{found:?}");
            assert!(found.1.starts_with("Bearer realm=\"an-api\""), "{found:?}");
            let end = format!(", resource_metadata=\"{SET}\"");
            assert!(found.1.ends_with(&end), "{found:?}");
        }
    }
}

#[actix_web::test]
async fn an_address_may_depend_on_the_request() {
    let of = |request: &actix_web::HttpRequest| {
        let host = request.headers().get(HOST)?.to_str().ok()?;
        Some(format!("https://{host}/metadata"))
    };
    let middleware =
        || Authenticate::required(Arc::new(issuer().authenticator())).resource_metadata_of(of);
    for (_, challenge) in refusals(middleware(), Some("b.example")).await {
        let end = ", resource_metadata=\"https://b.example/metadata\"";
        assert!(challenge.ends_with(end), "{challenge}");
    }
    for (_, challenge) in refusals(middleware(), None).await {
        assert!(!challenge.contains("resource_metadata"), "{challenge}");
    }
}
