//! A service that a proxy serves below a path of its own.

use serde_json::json;

use super::app::{Setup, ask};
use super::requests::get;

#[actix_web::test]
async fn the_page_and_the_document_follow_the_prefix() {
    let mut setup = Setup::default();
    setup.settings.path_prefix = Some("/v1/billing".to_owned());
    let document = setup.ask(get("/openapi.json")).await.json();
    assert_eq!(document["servers"], json!([{"url": "/v1/billing"}]));
    let redirect = setup.ask(get("/docs")).await;
    assert_eq!(redirect.header("location"), Some("docs/"));
    let script = setup.ask(get("/docs/swagger-initializer.js")).await;
    assert!(
        script.body.contains(r#""url": "../openapi.json""#),
        "{}",
        script.body
    );
}

#[actix_web::test]
async fn without_a_prefix_the_server_is_the_address_of_the_document() {
    let document = ask(get("/openapi.json")).await.json();
    assert_eq!(document.get("servers"), None);
}
