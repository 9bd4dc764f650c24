use actix_web::http::Method;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::{App, http::header::LOCATION};
use identity_core::{Policy, Rule, all_of};
use serde_json::{Value, json};
use utoipa::openapi::path::{OperationBuilder, PathItem, PathsBuilder};
use utoipa::openapi::{HttpMethod, OpenApi, ResponseBuilder};

use super::{below, describe, document};
use crate::openapi::{PasswordFlow, docs, with_password_flow};
use identity_actix::{AccessTable, AnyCaller};

struct Administer;

impl Policy for Administer {
    const RULE: Rule = Rule::role("admin");
    const DENIED: Option<&'static str> = Some("Administrators only.");
}

struct ReadAndWrite;

impl Policy for ReadAndWrite {
    const RULE: Rule = all_of![Rule::scope("read:x"), Rule::scope("write:x")];
}

/// A document as collected from handlers: one operation has a description and a 403 of its own.
fn collected() -> OpenApi {
    let plain = || OperationBuilder::new().response("200", ResponseBuilder::new().build());
    let documented = plain().summary(Some("Delete all"));
    let documented = documented.description(Some("Really.")).response(
        "403",
        ResponseBuilder::new().description("Its own.").build(),
    );
    let paths = PathsBuilder::new()
        .path("/public", PathItem::new(HttpMethod::Get, plain()))
        .path("/api/me", PathItem::new(HttpMethod::Get, plain()))
        .path("/api/x", PathItem::new(HttpMethod::Post, plain()))
        .path("/api/all", PathItem::new(HttpMethod::Delete, documented))
        .path("/api/admin", PathItem::new(HttpMethod::Put, plain()));
    let mut document = document("an-api", "1.2.3", "An API");
    document.paths = paths.build();
    document
}

fn table() -> AccessTable {
    AccessTable::new()
        .public(Method::GET, "/public")
        .protected::<AnyCaller>(Method::GET, "/api/me")
        .protected::<ReadAndWrite>(Method::POST, "/api/x")
        .protected::<Administer>(Method::DELETE, "/api/all")
        .protected::<Administer>(Method::PUT, "/api/admin")
        .protected::<Administer>(Method::GET, "/not/documented")
}

fn described() -> Value {
    serde_json::to_value(describe(collected(), &table(), "Ask the issuer.")).unwrap()
}

fn statuses(operation: &Value) -> Vec<&str> {
    let responses = operation["responses"].as_object().unwrap();
    responses.keys().map(String::as_str).collect()
}

#[test]
fn a_public_route_needs_no_token() {
    let operation = &described()["paths"]["/public"]["get"];
    assert_eq!(operation["security"], json!([]));
    assert_eq!(statuses(operation), ["200", "429"]);
    assert_eq!(operation["summary"], "(public)");
}

#[test]
fn a_protected_route_has_its_rule_and_its_errors() {
    let document = described();
    for (path, method, scopes, rule) in [
        (
            "/api/x",
            "post",
            json!(["read:x", "write:x"]),
            "scope read:x and scope write:x",
        ),
        ("/api/admin", "put", json!([]), "role admin"),
    ] {
        let operation = &document["paths"][path][method];
        assert_eq!(operation["security"], json!([{"bearer": scopes}]), "{path}");
        assert_eq!(operation["summary"], format!("(requires {rule})"));
        assert_eq!(
            statuses(operation),
            ["200", "400", "401", "403", "429", "500", "503"],
            "{path}"
        );
        for status in ["400", "401", "403", "429", "500", "503"] {
            let content = &operation["responses"][status]["content"];
            let schema = &content["application/problem+json"]["schema"]["$ref"];
            assert_eq!(schema, "#/components/schemas/Problem", "{path} {status}");
        }
    }
    let denied = |path: &str, method: &str| {
        document["paths"][path][method]["responses"]["403"]["description"].clone()
    };
    assert_eq!(
        denied("/api/x", "post"),
        "The token is good, but lacks: scope read:x and scope write:x"
    );
    assert_eq!(denied("/api/admin", "put"), "Administrators only.");
}

#[test]
fn a_route_for_any_caller_has_no_403() {
    let operation = &described()["paths"]["/api/me"]["get"];
    assert_eq!(operation["security"], json!([{"bearer": []}]));
    assert_eq!(operation["summary"], "(requires any verified token)");
    assert_eq!(
        statuses(operation),
        ["200", "400", "401", "429", "500", "503"]
    );
}

#[test]
fn what_a_handler_documents_itself_stays() {
    let operation = &described()["paths"]["/api/all"]["delete"];
    assert_eq!(operation["summary"], "Delete all (requires role admin)");
    assert_eq!(operation["description"], "Really.");
    assert_eq!(operation["responses"]["403"]["description"], "Its own.");
}

#[test]
fn the_scheme_and_the_schemas_are_there() {
    let components = &described()["components"];
    assert_eq!(
        components["securitySchemes"]["bearer"],
        json!({"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "Ask the issuer. Paste the token alone, without `Bearer` before it."})
    );
    let problem = &components["schemas"]["Problem"]["properties"];
    let members: Vec<_> = problem.as_object().unwrap().keys().collect();
    assert_eq!(
        members,
        [
            "code",
            "detail",
            "errors",
            "request_id",
            "status",
            "title",
            "type"
        ]
    );
    assert!(components["schemas"]["InvalidField"].is_object());
}

#[test]
fn a_password_flow_stands_beside_the_token() {
    let flow = PasswordFlow {
        token_url: "https://id.example/login".to_owned(),
        scopes: vec![("read:x".to_owned(), "Reads x".to_owned())],
    };
    let document = describe(collected(), &table(), "Ask the issuer.");
    let document = serde_json::to_value(with_password_flow(document, &table(), flow)).unwrap();
    let schemes = &document["components"]["securitySchemes"];
    assert_eq!(
        schemes["password"]["flows"]["password"],
        json!({"tokenUrl": "https://id.example/login", "scopes": {"read:x": "Reads x"}})
    );
    assert_eq!(schemes["bearer"]["scheme"], "bearer");
    let paths = &document["paths"];
    assert_eq!(paths["/public"]["get"]["security"], json!([]));
    let scopes = json!(["read:x", "write:x"]);
    assert_eq!(
        paths["/api/x"]["post"]["security"],
        json!([{"bearer": scopes}, {"password": scopes}]),
        "either opens it"
    );
}

#[test]
fn behind_a_prefix_the_service_s_own_addresses_have_it() {
    for (url, expected) in [
        ("/user/login", "/billing/user/login"),
        ("https://id.example/login", "https://id.example/login"),
    ] {
        let flow = PasswordFlow {
            token_url: url.to_owned(),
            scopes: Vec::new(),
        };
        let document = with_password_flow(collected(), &table(), flow);
        let document = serde_json::to_value(below(document, "/billing")).unwrap();
        let flows = &document["components"]["securitySchemes"]["password"]["flows"];
        assert_eq!(flows["password"]["tokenUrl"], expected);
        assert_eq!(document["servers"], json!([{"url": "/billing"}]));
    }
}

#[actix_web::test]
async fn the_docs_are_served_from_the_program() {
    let app = init_service(App::new().configure(docs(collected(), None))).await;
    let ask =
        async |path: &str| call_service(&app, TestRequest::get().uri(path).to_request()).await;
    let redirect = ask("/docs").await;
    assert_eq!(redirect.status().as_u16(), 308);
    assert_eq!(redirect.headers().get(LOCATION).unwrap(), "docs/");
    let page = ask("/docs/").await;
    assert!(page.status().is_success());
    let kind = page.headers().get("content-type").unwrap();
    assert_eq!(kind, "text/html; charset=utf-8");
    let script = ask("/docs/swagger-ui-bundle.js").await;
    assert!(script.status().is_success());
    assert_eq!(script.headers().get("content-encoding").unwrap(), "gzip");
    for answer in [page, script] {
        let header = |name| answer.headers().get(name).unwrap().to_str().unwrap();
        let policy = header("content-security-policy");
        for part in [
            "default-src 'none'; script-src 'self'; ",
            "connect-src 'self'; ",
            "; frame-ancestors 'none'",
        ] {
            assert!(policy.contains(part), "{policy}");
        }
    }
    for path in ["/docs/", "/docs/index.html"] {
        let page = read_body(ask(path).await).await;
        let page = std::str::from_utf8(&page).unwrap();
        assert!(page.contains("<title>an-api</title>"), "{path}: {page}");
    }
    let document: Value =
        serde_json::from_slice(&read_body(ask("/openapi.json").await).await).unwrap();
    assert_eq!(document["info"]["title"], "an-api");
}

#[actix_web::test]
async fn a_page_that_asks_for_a_password_stores_nothing_in_the_browser() {
    let flow = PasswordFlow {
        token_url: "https://id.example:8443/user/login".to_owned(),
        scopes: Vec::new(),
    };
    let document = describe(collected(), &table(), "Ask the issuer.");
    let with_password = with_password_flow(document.clone(), &table(), flow);
    for (document, persists, connect) in [
        (
            document,
            "\"persistAuthorization\": true",
            "connect-src 'self';",
        ),
        (
            with_password,
            "\"persistAuthorization\": false",
            "connect-src 'self' https://id.example:8443;",
        ),
    ] {
        let app = init_service(App::new().configure(docs(document, None))).await;
        let request = TestRequest::get().uri("/docs/swagger-initializer.js");
        let answer = call_service(&app, request.to_request()).await;
        let policy = answer.headers().get("content-security-policy").unwrap();
        let policy = policy.to_str().unwrap().to_owned();
        assert!(policy.contains(connect), "{policy}");
        let body = read_body(answer).await;
        let script = std::str::from_utf8(&body).unwrap();
        assert!(script.contains(persists), "{script}");
        assert!(script.contains("\"validatorUrl\": \"none\""), "{script}");
    }
}
