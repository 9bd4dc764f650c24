//! The services on the page and the requests that it sends, with a service of the test's own.

use std::net::SocketAddr;
use std::sync::mpsc;
use std::time::Duration;

use actix_web::http::header::AUTHORIZATION;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use local_issuer::{IssuerConfig, LocalIssuer, Service, ServiceLimits};
use serde_json::json;

use super::Browser;
use crate::support::{quick, verified};

const SHOWN_BYTES: usize = 4 * 1024;

/// An issuer that lists `fake`, whose tokens are Descope's, and others.
pub(crate) async fn start_with_services() -> LocalIssuer {
    let fake = fake();
    let services = [
        format!("fake descope http://localhost:8000 http://{fake}"),
        format!("of-auth0 auth0 http://{fake}"),
        format!("of-another other http://{fake}"),
        // Nothing listens there.
        "down descope http://127.0.0.1:1".to_owned(),
    ];
    let config = IssuerConfig {
        services: services.map(|text| text.parse::<Service>().unwrap()).into(),
        service_limits: ServiceLimits {
            look: Duration::from_secs(10),
            request: Duration::from_millis(300),
            shown_bytes: SHOWN_BYTES,
            document_bytes: 16 * 1024,
        },
        ..quick()
    };
    LocalIssuer::start(config).await.unwrap()
}

/// Starts a service in a thread that ends with the tests.
fn fake() -> SocketAddr {
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || {
        let serve = async {
            let server = HttpServer::new(|| App::new().configure(fake_routes))
                .workers(1)
                .disable_signals()
                .bind(("127.0.0.1", 0))
                .unwrap();
            tell.send(*server.addrs().first().unwrap()).unwrap();
            server.run().await
        };
        actix_web::rt::System::new().block_on(serve).unwrap();
    });
    told.recv().unwrap()
}

fn fake_routes(app: &mut web::ServiceConfig) {
    app.route("/openapi.json", web::get().to(document))
        .route("/health/ready", web::get().to(degraded))
        .route("/guarded", web::get().to(guarded))
        .route(
            "/echo",
            web::post().to(async |body: String| HttpResponse::Created().body(body)),
        )
        .route(
            "/huge",
            web::get().to(async || format!("{}END", "x".repeat(1024 * 1024))),
        )
        .route("/slow", web::get().to(std::future::pending::<HttpResponse>))
        .route("/redirect", web::get().to(redirect));
}

async fn document() -> HttpResponse {
    let get = |summary: &str| json!({"get": {"summary": summary}});
    HttpResponse::Ok().json(json!({"paths": {
        "/public": get("Says <b>hello</b> (public)"),
        "/guarded": get("Read (requires role <admin>)"),
        "/items/{id}": get("One item"),
        "/echo": {"post": {"summary": "Write"}},
        "/huge": get(""),
        "/slow": get(""),
        "/redirect": get(""),
    }}))
}

async fn degraded() -> HttpResponse {
    HttpResponse::Ok().json(json!({"status": "degraded", "reason": "keys <b>are old</b>"}))
}

/// Responds with the token that it gets.
async fn guarded(request: HttpRequest) -> HttpResponse {
    match request.headers().get(AUTHORIZATION) {
        Some(token) => HttpResponse::Ok().body(token.as_bytes().to_vec()),
        None => HttpResponse::Unauthorized()
            .insert_header(("www-authenticate", "Bearer realm=\"<fake>\""))
            .insert_header(("x-internal", "not shown"))
            .finish(),
    }
}

async fn redirect() -> HttpResponse {
    HttpResponse::Found()
        .insert_header(("location", "/guarded"))
        .finish()
}

#[tokio::test]
async fn a_request_that_is_not_offered_is_not_sent() {
    let issuer = start_with_services().await;
    let mut browser = Browser::open(issuer.descope()).await;
    // What is wrong, the fields, the status, and what the page says.
    for (case, request, path, persona, status, text) in [
        ("nothing", "", "", "admin", 422, "no such request"),
        (
            "an unknown service",
            "other GET /guarded",
            "",
            "admin",
            422,
            "no such request",
        ),
        (
            "one of the other side",
            "of-auth0 GET /guarded",
            "",
            "admin",
            422,
            "no such request",
        ),
        (
            "one of another issuer",
            "of-another GET /guarded",
            "",
            "admin",
            422,
            "no such request",
        ),
        (
            "another method",
            "fake DELETE /guarded",
            "",
            "admin",
            422,
            "no such request",
        ),
        (
            "a route that it has not",
            "fake GET /admin",
            "",
            "admin",
            422,
            "no such request",
        ),
        (
            "a parameter",
            "fake GET /items/{id}",
            "",
            "admin",
            422,
            "has a parameter",
        ),
        (
            "another host",
            "fake GET /guarded",
            "http://127.0.0.1/",
            "admin",
            422,
            "a slash first",
        ),
        (
            "a user",
            "fake GET /guarded",
            "@127.0.0.1/",
            "admin",
            422,
            "a slash first",
        ),
        (
            "two lines",
            "fake GET /guarded",
            "/a\r\nx: y",
            "admin",
            422,
            "no spaces",
        ),
        (
            "an unknown persona",
            "fake GET /guarded",
            "",
            "<b>",
            422,
            "no persona &#60;b&#62;",
        ),
        (
            "a service that is down",
            "down GET /guarded",
            "",
            "admin",
            502,
            "down: no response: ",
        ),
        (
            "one that is slow",
            "fake GET /slow",
            "",
            "admin",
            502,
            "fake: no response in time",
        ),
    ] {
        let fields = [("request", request), ("path", path), ("persona", persona)];
        assert_eq!(browser.submit("try", &fields).await, status, "{case}");
        assert!(browser.html.contains(text), "{case}: {}", browser.html);
        assert!(!browser.html.contains("HTTP/1.1"), "{case}");
    }
}

#[tokio::test]
async fn a_response_is_shown_beside_its_request() {
    let issuer = start_with_services().await;
    let mut browser = Browser::open(issuer.descope()).await;
    // The fields, what the page says, and what it does not.
    for (request, path, persona, said, unsaid) in [
        (
            "fake GET /guarded",
            "",
            "",
            vec![
                "without a token; the route: requires role &#60;admin&#62;",
                "HTTP/1.1 401 Unauthorized",
                "www-authenticate: Bearer realm=&#34;&#60;fake&#62;&#34;",
                "Refused: no token",
            ],
            "x-internal",
        ),
        (
            "fake GET /guarded",
            "/guarded?a=b&c='d",
            "viewer",
            vec![
                "GET /guarded?a=b&#38;c=%27d HTTP/1.1\nhost: localhost:8000\nauthorization: Bearer eyJ",
                "HTTP/1.1 200 OK",
                "Allowed",
                "/_token/viewer)",
                "value=\"/guarded?a=b&#38;c=&#39;d\"",
            ],
            "<fake>",
        ),
        (
            "fake GET /huge",
            "",
            "viewer",
            vec!["HTTP/1.1 200 OK", "The rest of the body is not shown"],
            "END",
        ),
        (
            "fake GET /redirect",
            "",
            "viewer",
            vec!["HTTP/1.1 302 Found", "location: /guarded"],
            "Allowed",
        ),
        (
            "fake GET /items/{id}",
            "/items/7",
            "viewer",
            vec!["GET /items/7 HTTP/1.1", "HTTP/1.1 404 Not Found"],
            "Allowed",
        ),
    ] {
        let fields = [("request", request), ("path", path), ("persona", persona)];
        assert_eq!(browser.submit("try", &fields).await, 200, "{request}");
        for text in said {
            assert!(browser.html.contains(text), "{text}: {}", browser.html);
        }
        assert!(!browser.html.contains(unsaid), "{request}: {unsaid}");
        let selected = format!("value=\"{request}\" selected");
        assert!(browser.html.contains(&selected), "{request}");
        assert!(browser.html.len() < SHOWN_BYTES + 64 * 1024);
    }

    let written = [
        ("request", "fake POST /echo"),
        ("persona", "viewer"),
        ("body", "{\"a\":\"<script>'\"}"),
    ];
    assert_eq!(browser.submit("try", &written).await, 200);
    for text in [
        "HTTP/1.1 201 Created",
        "-X POST",
        "--data-raw &#39;{&#34;a&#34;:&#34;&#60;script&#62;&#39;\\&#39;&#39;&#34;}&#39;",
    ] {
        assert!(browser.html.contains(text), "{text}: {}", browser.html);
    }
    assert!(!browser.html.contains("<script"), "a body is text");
}

#[tokio::test]
async fn the_token_that_is_sent_is_the_personas() {
    let issuer = start_with_services().await;
    let provider = issuer.descope();
    let mut browser = Browser::open(provider).await;
    let fields = [("request", "fake GET /guarded"), ("persona", "editor")];
    assert_eq!(browser.submit("try", &fields).await, 200);
    let (_, response) = browser.html.split_once("HTTP/1.1 200 OK").unwrap();
    let (_, token) = response.split_once("Bearer ").unwrap();
    let token = token.split('<').next().unwrap();
    let (_, claims) = verified(token, &provider.jwks_url()).await;
    assert!(
        claims["sub"].as_str().unwrap().contains("editor"),
        "{claims:?}"
    );
}

#[tokio::test]
async fn each_service_is_listed_with_its_health_and_whose_tokens_it_takes() {
    let issuer = start_with_services().await;
    let browser = Browser::open(issuer.descope()).await;
    for text in [
        "<a href=\"http://localhost:8000/\">fake</a>",
        "degraded</span> <span class=\"note\">keys &#60;b&#62;are old&#60;/b&#62;",
        "no response: ",
        "another issuer",
        "GET /public: public",
        "value=\"fake GET /guarded\" selected",
    ] {
        assert!(browser.html.contains(text), "{text}: {}", browser.html);
    }
    let auth0 = issuer.auth0().base_url();
    assert!(
        browser
            .html
            .contains(&format!("<a href=\"{auth0}/\">Auth0</a>"))
    );
    assert!(
        !browser.html.contains("value=\"of-auth0 "),
        "it is on the other side's page"
    );

    issuer.list_services(vec!["down descope http://127.0.0.1:1".parse().unwrap()]);
    let browser = Browser::open(issuer.descope()).await;
    assert!(
        browser
            .html
            .contains("No service that takes tokens of Descope")
    );
    assert!(!browser.html.contains("<select id=\"request\""));
    issuer.list_services(Vec::new());
    let browser = Browser::open(issuer.descope()).await;
    assert!(!browser.html.contains("Try a request"), "{}", browser.html);
}
