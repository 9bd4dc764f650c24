//! The metadata of the service as a protected resource (RFC 9728), and the challenges that name it.

use actix_web::test::TestRequest;
use serde_json::{Value, json};

use super::app::Setup;
use super::requests::{ISSUER, get, token, with_token};

const PATH: &str = "/.well-known/oauth-protected-resource";
const PROXY: &str = "192.0.2.1";

fn asked(path: &str) -> TestRequest {
    get(path).insert_header(("host", "an-api.example:8000"))
}

fn proxied(path: &str) -> TestRequest {
    asked(path)
        .peer_addr(format!("{PROXY}:5").parse().unwrap())
        .insert_header(("x-forwarded-proto", "https"))
        .insert_header(("x-forwarded-host", "api.example.com"))
}

fn setup(identifier: Option<&str>, prefix: Option<&str>) -> Setup {
    let mut setup = Setup::default();
    setup.settings.trusted_proxies = PROXY.parse().unwrap();
    setup.settings.resource_identifier = identifier.map(str::to_owned);
    setup.settings.path_prefix = prefix.map(str::to_owned);
    setup
}

/// Returns the address that a challenge names.
async fn named(setup: &Setup, request: TestRequest) -> Option<String> {
    let answer = setup.ask(request).await;
    let challenge = answer.header("www-authenticate").unwrap();
    let (_, rest) = challenge.split_once("resource_metadata=\"")?;
    Some(rest.strip_suffix('"').unwrap().to_owned())
}

#[actix_web::test]
async fn a_request_that_names_no_host_is_told_so_and_its_challenge_names_no_document() {
    let setup = setup(None, None);
    for request in [
        get(PATH),
        get(PATH).insert_header(("host", "a\"b")),
        asked(PATH).append_header(("host", "other")),
    ] {
        let answer = setup.ask(request).await;
        assert_eq!(answer.status.as_u16(), 400, "{answer:?}");
        assert_eq!(answer.json()["code"], "bad_request");
    }
    assert_eq!(named(&setup, get("/api/me")).await, None);
}

#[actix_web::test]
async fn the_document_says_what_a_client_needs() {
    let answer = setup(None, None).ask(asked(PATH)).await;
    assert_eq!(answer.status.as_u16(), 200);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    assert_eq!(
        answer.json(),
        json!({
            "resource": "http://an-api.example:8000",
            "authorization_servers": [ISSUER],
            "bearer_methods_supported": ["header"],
            "resource_name": "an-api",
            "resource_documentation": "http://an-api.example:8000/docs/",
        })
    );
}

/// A setup, a request for `/api/me`, and the identifier and the address of the document that are expected.
#[actix_web::test]
async fn the_identifier_is_the_address_that_the_client_asked_or_the_one_that_is_set() {
    let at = |origin: &str, path: &str| format!("{origin}{PATH}{path}");
    let set = Some("https://api.example.org/v1");
    for (setup, is_proxied, identifier, document) in [
        (
            setup(None, None),
            false,
            "http://an-api.example:8000",
            at("http://an-api.example:8000", ""),
        ),
        (
            setup(None, None),
            true,
            "https://api.example.com",
            at("https://api.example.com", ""),
        ),
        (
            setup(None, Some("/billing")),
            true,
            "https://api.example.com/billing",
            at("https://api.example.com", "/billing"),
        ),
        (
            setup(set, None),
            true,
            "https://api.example.org/v1",
            at("https://api.example.org", "/v1"),
        ),
        (
            setup(set, Some("/billing")),
            false,
            "https://api.example.org/v1",
            at("https://api.example.org", "/v1"),
        ),
    ] {
        let request = |path: &str| match is_proxied {
            true => proxied(path),
            false => asked(path),
        };
        let challenge = named(&setup, request("/api/me")).await;
        assert_eq!(challenge.as_ref(), Some(&document));
        let path = document.split_once(".well-known").unwrap().1;
        for path in [PATH, &format!("/.well-known{path}")] {
            let answer = setup.ask(request(path)).await;
            assert_eq!(answer.json()["resource"], identifier, "{path}");
            let shared = match setup.settings.resource_identifier {
                Some(_) => "public, max-age=3600",
                None => "private, max-age=3600",
            };
            assert_eq!(answer.header("cache-control"), Some(shared));
        }
        let other = setup.ask(request(&format!("{PATH}/other"))).await;
        assert_eq!(other.status.as_u16(), 404, "{other:?}");
    }
}

#[actix_web::test]
async fn every_challenge_names_the_document() {
    let setup = setup(None, None);
    let address = format!("http://an-api.example:8000{PATH}");
    let caller = token(&json!({}));
    let old = token(&json!({"exp": 1}));
    for (request, status) in [
        (asked("/api/me"), 401),
        (asked("/api/nothing"), 401),
        (with_token(asked("/api/me"), &old), 401),
        (with_token(asked("/api/me"), ""), 400),
        (with_token(asked("/api/admin"), &caller), 403),
        (with_token(asked("/api/scopes"), &caller), 403),
        (with_token(asked("/api/transfer"), &caller), 401),
    ] {
        let answer = setup.ask(request).await;
        assert_eq!(answer.status.as_u16(), status, "{answer:?}");
        let challenge = answer.header("www-authenticate").unwrap();
        let end = format!(", resource_metadata=\"{address}\"");
        assert!(challenge.ends_with(&end), "{challenge}");
    }
}

#[actix_web::test]
async fn both_paths_are_described_as_public_routes() {
    let document = setup(None, None).ask(get("/openapi.json")).await.json();
    for path in [PATH.to_owned(), format!("{PATH}/{{path}}")] {
        let operation = &document["paths"][&path]["get"];
        let schema = &operation["responses"]["200"]["content"]["application/json"]["schema"];
        assert_eq!(
            schema["$ref"],
            Value::from("#/components/schemas/ResourceMetadata"),
            "{path}: {operation}"
        );
    }
}
