use actix_web::http::Method;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::{App, http::header::CONTENT_SECURITY_POLICY};
use identity_actix::{AccessTable, AnyCaller};
use identity_core::{Policy, Rule};
use serde_json::{Value, json};
use utoipa::openapi::OpenApi;
use utoipa::openapi::path::{HttpMethod, OperationBuilder, PathItem, PathsBuilder};
use utoipa::openapi::response::ResponseBuilder;

use super::{SelectedScopes, SignIn, with_sign_in};
use crate::openapi::{below, describe, docs, document};

struct ReadX;

impl Policy for ReadX {
    const RULE: Rule = Rule::scope("read:x");
    const DENIED: Option<&'static str> = Some("Readers only.");
}

fn table() -> AccessTable {
    AccessTable::new()
        .public(Method::GET, "/public")
        .protected::<AnyCaller>(Method::GET, "/me")
        .protected::<ReadX>(Method::GET, "/x")
        .protected::<ReadX>(Method::GET, "/x/{id}")
        .protected::<ReadX>(Method::GET, "/x/{id}/y")
}

fn described() -> OpenApi {
    let operation = || {
        let missing = ResponseBuilder::new().description("`not_found`: there is no such x");
        let content = utoipa::openapi::Content::default();
        let missing = missing.content("application/problem+json", content);
        let conflict = ResponseBuilder::new().description("`conflict`");
        OperationBuilder::new()
            .response("404", missing.build())
            .response("409", conflict.build())
    };
    let mut paths = PathsBuilder::new();
    for route in table().routes() {
        paths = paths.path(route.path, PathItem::new(HttpMethod::Get, operation()));
    }
    let mut document = document("an-api", "1.2.3", "An API");
    document.paths = paths.build();
    describe(document, &table(), "Ask the issuer.")
}

fn sign_in(base: &str) -> SignIn {
    SignIn {
        scopes: vec![("openid".to_owned(), "Sign in".to_owned())],
        parameters: vec![("audience".to_owned(), "https://api.example".to_owned())],
        ..SignIn::at("docs", format!("{base}/authorize"), format!("{base}/token"))
    }
}

#[test]
fn each_error_has_the_examples_of_its_own_operation() {
    let document = serde_json::to_value(described()).unwrap();
    let response = |path: &str, status: &str| {
        let response = &document["paths"][path]["get"]["responses"][status];
        response["content"]["application/problem+json"].clone()
    };
    let unauthorized = response("/x", "401");
    for (code, detail) in [
        ("missing_token", "Not authenticated"),
        ("token_expired", "Token has expired"),
    ] {
        let example = &unauthorized["examples"][code]["value"];
        assert_eq!(example["detail"], detail);
        assert_eq!(example["status"], 401);
        assert_eq!(example["code"], code);
    }
    let denied = &response("/x", "403")["example"];
    assert_eq!(denied["code"], "insufficient_scope");
    assert_eq!(denied["detail"], "Readers only.");
    let missing = &response("/x", "404")["example"];
    assert_eq!(missing["code"], "not_found");
    assert_eq!(missing["detail"], "There is no such x");
    let public = &response("/public", "404")["example"];
    assert_eq!(public["code"], "not_found", "of a public route too");
    assert_eq!(response("/me", "403"), Value::Null, "it has none");
}

#[test]
fn every_protected_operation_has_the_flow_beside_the_token() {
    let document = with_sign_in(described(), &table(), &sign_in("https://id.example"));
    let document = serde_json::to_value(document).unwrap();
    let flow = &document["components"]["securitySchemes"]["browser_sign_in"]["flows"];
    assert_eq!(
        flow["authorizationCode"],
        json!({
            "authorizationUrl": "https://id.example/authorize",
            "tokenUrl": "https://id.example/token",
            "scopes": {"openid": "Sign in", "read:x": "For GET /x, GET /x/{id} and 1 more"},
        })
    );
    let security = |path: &str| document["paths"][path]["get"]["security"].clone();
    assert_eq!(security("/public"), json!([]));
    for (path, scopes) in [("/me", json!([])), ("/x", json!(["read:x"]))] {
        let either = json!([{"bearer": scopes}, {"browser_sign_in": scopes}]);
        assert_eq!(security(path), either, "{path}");
    }
}

#[test]
fn behind_a_prefix_its_own_endpoints_have_it() {
    let document = with_sign_in(described(), &table(), &sign_in("/oauth"));
    let document = serde_json::to_value(below(document, "/id")).unwrap();
    let flow = &document["components"]["securitySchemes"]["browser_sign_in"]["flows"];
    let flow = &flow["authorizationCode"];
    assert_eq!(flow["authorizationUrl"], "/id/oauth/authorize");
    assert_eq!(flow["tokenUrl"], "/id/oauth/token");
}

#[actix_web::test]
async fn the_page_signs_in_with_pkce_and_keeps_nothing() {
    for (base, connect, selected, scopes) in [
        (
            "https://id.example:8443",
            "connect-src 'self' https://id.example:8443;",
            SelectedScopes::All,
            json!(["openid", "read:x"]),
        ),
        (
            "/oauth",
            "connect-src 'self';",
            SelectedScopes::None,
            json!([]),
        ),
    ] {
        let sign_in = SignIn {
            selected,
            ..sign_in(base)
        };
        let document = with_sign_in(described(), &table(), &sign_in);
        let app = init_service(App::new().configure(docs(document, Some(&sign_in)))).await;
        let request = TestRequest::get().uri("/docs/swagger-initializer.js");
        let response = call_service(&app, request.to_request()).await;
        let policy = response.headers().get(CONTENT_SECURITY_POLICY).unwrap();
        assert!(policy.to_str().unwrap().contains(connect), "{policy:?}");
        let body = read_body(response).await;
        let script = std::str::from_utf8(&body).unwrap();
        let (_, dialog) = script.split_once("ui.initOAuth(").unwrap();
        let (dialog, _) = dialog.split_once(");").unwrap();
        assert_eq!(
            serde_json::from_str::<Value>(dialog).unwrap(),
            json!({
                "clientId": "docs",
                "scopes": scopes,
                "additionalQueryStringParams": {"audience": "https://api.example", "prompt": "login"},
                "usePkceWithAuthorizationCodeGrant": true,
            })
        );
        assert!(
            script.contains("\"persistAuthorization\": false"),
            "{script}"
        );
        let request = TestRequest::get().uri("/docs/oauth2-redirect.html");
        let response = call_service(&app, request.to_request()).await;
        assert!(response.status().is_success(), "the redirect URI");
    }
}
