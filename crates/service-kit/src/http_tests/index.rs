//! `GET /` of a program and of a browser.

use actix_web::http::Method;
use actix_web::http::header::ACCEPT;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::{get, web};
use identity_actix::{AccessTable, AnyCaller};
use serde::Serialize;

use super::app::Answer;
use crate::settings::ServiceSettings;
use crate::test_service::{INFO, NoKeys, authenticator};
use crate::{Routes, Service};

const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

#[derive(Serialize, utoipa::ToSchema)]
struct Index {
    message: &'static str,
}

/// Describe this service
#[utoipa::path(responses((status = 200, description = "This service", body = Index)))]
#[get("/")]
async fn index() -> web::Json<Index> {
    web::Json(Index { message: "An API" })
}

fn public(routes: &mut Routes) {
    routes.service(index);
}

async fn ask_below(prefix: Option<&str>, request: TestRequest) -> Answer {
    let access = AccessTable::new()
        .public(Method::GET, "/")
        .protected::<AnyCaller>(Method::GET, "/api/me");
    let settings = ServiceSettings {
        path_prefix: prefix.map(str::to_owned),
        ..ServiceSettings::on_port(0)
    };
    let service = Service::new(INFO, authenticator(NoKeys), access)
        .with_settings(&settings)
        .public(public);
    let app = init_service(service.app()).await;
    let response = call_service(&app, request.to_request()).await;
    let (status, headers) = (response.status(), response.headers().clone());
    let body = read_body(response).await;
    Answer {
        status,
        headers,
        body: String::from_utf8(body.to_vec()).unwrap(),
    }
}

async fn ask(request: TestRequest) -> Answer {
    ask_below(None, request).await
}

#[actix_web::test]
async fn a_program_gets_the_json_of_the_service() {
    for accept in [
        "*/*",
        "application/json",
        "application/json, text/html;q=0.9",
        "text/html;q=0",
        "text/plain",
    ] {
        let answer = ask(TestRequest::get().insert_header((ACCEPT, accept))).await;
        assert_eq!(answer.status, 200, "{accept}");
        assert_eq!(answer.json()["message"], "An API", "{accept}");
        let vary = answer.header("vary").unwrap_or_default();
        assert!(vary.contains("accept"), "{accept}: {vary}");
    }
    let without = ask(TestRequest::get()).await;
    assert_eq!(without.json()["message"], "An API");
}

#[actix_web::test]
async fn a_browser_gets_a_page_with_each_route_and_its_rule() {
    let page = ask(TestRequest::get().insert_header((ACCEPT, BROWSER))).await;
    assert_eq!(page.status, 200);
    assert_eq!(
        page.header("content-type"),
        Some("text/html; charset=utf-8")
    );
    let vary = page.header("vary").unwrap_or_default();
    assert!(vary.contains("accept"), "{vary}");
    assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
    let policy = page.header("content-security-policy").unwrap_or_default();
    let nonce = policy
        .split("'nonce-")
        .nth(1)
        .and_then(|rest| rest.split('\'').next());
    let style = format!("<style nonce=\"{}\">", nonce.unwrap());
    assert!(
        policy.starts_with("default-src 'none'; style-src 'nonce-"),
        "{policy}"
    );
    assert!(policy.ends_with("frame-ancestors 'none'"), "{policy}");
    for text in [
        &*style,
        "<title>an-api</title>",
        "href=\"/docs/\"",
        "href=\"/openapi.json\"",
        "href=\"/health/ready\"",
        "no token",
        "any verified token",
    ] {
        assert!(page.body.contains(text), "{text}: {}", page.body);
    }
    assert!(!page.body.contains("<script") && !page.body.contains(" src="));
}

#[actix_web::test]
async fn the_links_follow_the_prefix() {
    let browser = TestRequest::get().insert_header((ACCEPT, BROWSER));
    let page = ask_below(Some("/v1/billing"), browser).await;
    assert!(
        page.body.contains("href=\"/v1/billing/docs/\""),
        "{}",
        page.body
    );
}

#[actix_web::test]
async fn the_document_names_both_media_types() {
    let document = ask(TestRequest::get().uri("/openapi.json")).await.json();
    let content = &document["paths"]["/"]["get"]["responses"]["200"]["content"];
    for kind in ["application/json", "text/html"] {
        assert!(content[kind].is_object(), "{kind}: {content}");
    }
}
