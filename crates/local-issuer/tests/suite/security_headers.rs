//! The security headers of pages, documents, tokens and errors.

use reqwest::Response;
use reqwest::header::HeaderMap;
use serde_json::json;

use crate::support::{client_without_redirects, get, start};

const DATA: &str = "default-src 'none'; frame-ancestors 'none'";

fn header<'h>(headers: &'h HeaderMap, name: &str) -> &'h str {
    let mut values = headers.get_all(name).iter();
    let value = values.next().map_or("", |value| value.to_str().unwrap());
    assert!(values.next().is_none(), "{name} twice");
    value
}

fn is_data(response: &Response) {
    let (url, headers) = (response.url(), response.headers());
    assert_eq!(
        header(headers, "x-content-type-options"),
        "nosniff",
        "{url}"
    );
    assert_eq!(header(headers, "referrer-policy"), "no-referrer", "{url}");
    assert_eq!(header(headers, "content-security-policy"), DATA, "{url}");
}

async fn post(url: &str, form: &serde_json::Value) -> Response {
    let client = client_without_redirects();
    client.post(url).form(form).send().await.unwrap()
}

#[tokio::test]
async fn tokens_and_refusals_are_in_no_cache() {
    let issuer = start().await;
    for (url, more) in [
        (issuer.descope().token_url(), json!({})),
        (
            issuer.auth0().token_url(),
            json!({"audience": issuer.auth0().audience()}),
        ),
    ] {
        for (secret, status) in [("wrong", 401), ("local-admin-secret", 200)] {
            let mut form = json!({
                "grant_type": "client_credentials", "client_id": "local-admin", "client_secret": secret,
            });
            form.as_object_mut()
                .unwrap()
                .extend(more.as_object().unwrap().clone());
            let response = post(&url, &form).await;
            assert_eq!(response.status().as_u16(), status, "{url}");
            is_data(&response);
            // RFC 6749, section 5.1.
            assert_eq!(
                header(response.headers(), "cache-control"),
                "no-store",
                "{url}"
            );
            assert_eq!(header(response.headers(), "pragma"), "no-cache", "{url}");
        }
    }
}

#[tokio::test]
async fn documents_and_unknown_paths_are_data() {
    let issuer = start().await;
    for side in [&**issuer.descope(), &**issuer.auth0()] {
        let base = side.base_url();
        for url in [
            side.discovery_url(),
            side.jwks_url(),
            format!("{base}/health"),
            format!("{base}/nothing"),
        ] {
            is_data(&get(&url).await);
        }
    }
}

#[tokio::test]
async fn pages_load_a_style_sheet_and_nothing_else_and_are_in_no_frame() {
    let issuer = start().await;
    for side in [&**issuer.descope(), &**issuer.auth0()] {
        for path in ["/", "/authorize", "/oauth2/v1/authorize"] {
            let response = get(&format!("{}{path}", side.base_url())).await;
            let headers = response.headers();
            if !header(headers, "content-type").starts_with("text/html") {
                is_data(&response);
                continue;
            }
            assert_eq!(
                header(headers, "x-content-type-options"),
                "nosniff",
                "{path}"
            );
            assert_eq!(header(headers, "referrer-policy"), "same-origin", "{path}");
            assert_eq!(header(headers, "cache-control"), "no-store", "{path}");
            let policy = header(headers, "content-security-policy");
            assert!(
                policy.starts_with("default-src 'none'; style-src 'self'; form-action "),
                "{path}: {policy}"
            );
            assert!(
                policy.ends_with("frame-ancestors 'none'"),
                "{path}: {policy}"
            );
            assert_eq!(header(headers, "x-frame-options"), "DENY", "{path}");
            let page = response.text().await.unwrap();
            assert!(
                !page.contains("<script") && !page.contains("<style"),
                "{page}"
            );
            assert!(!page.contains(" style="), "{page}");
        }
    }
}
