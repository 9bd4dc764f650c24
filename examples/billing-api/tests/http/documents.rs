//! Tests of the documents that the service publishes about itself.

use serde_json::json;

use crate::world::{Answer, DELETE, READ, WRITE, World};

#[actix_web::test]
async fn the_index_says_whose_tokens_are_accepted() {
    let world = World::start().await;
    let index = world.service.call("GET", "/", None, None).await;
    let issuer = world.issuer.auth0();
    assert_eq!(
        (index.status, &index.body["issuer"]),
        (200, &json!(issuer.issuer()))
    );
    assert_eq!(index.body["audience"], issuer.audience());
    assert_eq!(index.body["docs"], "/docs");
}

#[actix_web::test]
async fn the_documentation_is_served_with_its_scheme() {
    let world = World::start().await;
    let page = world.service.call("GET", "/docs/", None, None).await;
    assert_eq!(page.status, 200);
    assert!(
        page.header("content-type").starts_with("text/html"),
        "{page:?}"
    );
    let without_slash = world.service.call("GET", "/docs", None, None).await;
    assert_eq!(
        (without_slash.status, without_slash.header("location")),
        (308, "docs/")
    );
    let document = world
        .service
        .call("GET", "/openapi.json", None, None)
        .await
        .body;
    assert_eq!(document["info"]["title"], "billing-api");
    assert_eq!(
        document["components"]["securitySchemes"]["bearer"]["scheme"],
        "bearer"
    );
    let new_invoice = &document["components"]["schemas"]["NewInvoiceBody"];
    assert_eq!(
        new_invoice["required"],
        json!(["number", "customer", "amount", "currency"])
    );
    assert_eq!(new_invoice["properties"]["amount"]["type"], "integer");
}

#[actix_web::test]
async fn pages_of_allowed_origins_may_read_every_answer() {
    let world = World::with(&[("CORS_ALLOWED_ORIGINS", "https://app.example.com")]).await;
    let from = |origin: &'static str| {
        world
            .service
            .request("GET", "/billing/")
            .header("origin", origin)
    };
    let refused = Answer::of(from("https://app.example.com")).await;
    assert_eq!(refused.status, 401);
    assert_eq!(
        refused.header("access-control-allow-origin"),
        "https://app.example.com"
    );
    let other = Answer::of(from("https://evil.example")).await;
    assert_eq!(other.header("access-control-allow-origin"), "");
    let preflight = world
        .service
        .request("OPTIONS", "/billing/invoices")
        .header("origin", "https://app.example.com");
    let preflight = preflight.header("access-control-request-method", "PATCH");
    let preflight =
        Answer::of(preflight.header("access-control-request-headers", "authorization")).await;
    assert_eq!(preflight.status, 200, "{preflight:?}");
    assert!(
        preflight
            .header("access-control-allow-methods")
            .contains("PATCH")
    );
}

#[actix_web::test]
async fn the_authorize_dialog_signs_in_where_the_settings_say() {
    let document = async |settings: &[(&'static str, &str)]| {
        let world = World::with(settings).await;
        let answer = world.service.call("GET", "/openapi.json", None, None).await;
        answer.body
    };
    let without = document(&[]).await;
    let schemes = without["components"]["securitySchemes"]
        .as_object()
        .unwrap();
    assert_eq!(schemes.keys().collect::<Vec<_>>(), ["bearer"]);

    let with = document(&[
        ("DOCS_CLIENT_ID", "docs"),
        (
            "DOCS_AUTHORIZATION_URL",
            "http://localhost:8002/oauth/authorize",
        ),
        ("DOCS_TOKEN_URL", "http://localhost:8002/oauth/token"),
    ])
    .await;
    let schemes = &with["components"]["securitySchemes"];
    let flow = &schemes["browser_sign_in"]["flows"]["authorizationCode"];
    let endpoints = [&flow["authorizationUrl"], &flow["tokenUrl"]];
    let base = "http://localhost:8002/oauth";
    assert_eq!(
        endpoints,
        [&format!("{base}/authorize"), &format!("{base}/token")]
    );
    assert_eq!(flow["scopes"][READ], "Read billing");

    let with = document(&[("LOGIN_URL", "http://localhost:8002/user/login")]).await;
    let flow = &with["components"]["securitySchemes"]["password"]["flows"]["password"];
    assert_eq!(flow["tokenUrl"], "http://localhost:8002/user/login");
    let offered = flow["scopes"].as_object().unwrap();
    assert_eq!(offered.keys().collect::<Vec<_>>(), [DELETE, READ, WRITE]);
    for (path, method, scopes) in [
        ("/billing/", "get", json!([READ])),
        ("/billing/invoices", "post", json!([WRITE])),
        ("/billing/invoices/{invoice_id}", "delete", json!([DELETE])),
        ("/billing/me", "get", json!([])),
    ] {
        let security = &with["paths"][path][method]["security"];
        let either = json!([{"bearer": scopes}, {"password": scopes}]);
        assert_eq!(security, &either, "{method} {path}");
    }
}
