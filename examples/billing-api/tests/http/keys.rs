//! Tests of the key sources, key rotation and unreachable keys.

use std::net::{Ipv4Addr, SocketAddr};

use local_issuer::{IssuerConfig, LocalIssuer, Rotation};
use serde_json::json;
use tokio::net::TcpSocket;

use crate::world::{ALL, Environment, good, quick};

/// Starts an issuer with its own keys.
async fn fresh() -> LocalIssuer {
    LocalIssuer::start(IssuerConfig::default()).await.unwrap()
}

#[actix_web::test]
async fn discovery_finds_the_keys_of_an_issuer_with_a_path_or_a_slash() {
    let issuer = LocalIssuer::start(quick()).await.unwrap();
    // One issuer URL ends with a slash, the other with a path.
    for provider in [&**issuer.auth0(), &**issuer.descope()] {
        let service = Environment::of(provider).start().await;
        service.until_ready().await;
        let token = good(provider, ALL).token().unwrap();
        let answer = service.call("GET", "/billing/", Some(&token), None).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let asked = provider.requests();
        let is_discovery = |path: &String| path.ends_with("/.well-known/openid-configuration");
        assert!(asked.keys().any(is_discovery), "{asked:?}");
    }
    let service = Environment::of(issuer.auth0()).start().await;
    service.until_ready().await;
    let others = good(issuer.descope(), ALL).token().unwrap();
    let answer = service.call("GET", "/billing/", Some(&others), None).await;
    answer.has_code(401, "invalid_claims", "a token of another issuer");
}

#[actix_web::test]
async fn a_jwks_url_replaces_discovery_and_nothing_else() {
    let issuer = LocalIssuer::start(quick()).await.unwrap();
    let provider = issuer.auth0();
    let service = Environment::for_issuer("accounts.example.com", "billing")
        .with("JWKS_URL", &provider.jwks_url())
        .start()
        .await;
    service.until_ready().await;
    let token = |name: &str, audience: &str| {
        let mint = good(provider, ALL)
            .claim("iss", name)
            .claim("aud", audience);
        mint.token().unwrap()
    };
    for (name, audience, status) in [
        ("accounts.example.com", "billing", 200),
        ("accounts.example.com", "accounts.example.com", 401),
        (&provider.issuer(), "billing", 401),
    ] {
        let token = token(name, audience);
        let answer = service.call("GET", "/billing/", Some(&token), None).await;
        assert_eq!(answer.status, status, "{name} {audience}: {answer:?}");
    }
    let asked = provider.requests();
    let is_discovery = |path: &String| path.contains("openid-configuration");
    assert!(!asked.keys().any(is_discovery), "{asked:?}");
}

#[actix_web::test]
async fn the_audience_is_the_issuer_unless_told() {
    let issuer = LocalIssuer::start(quick()).await.unwrap();
    let provider = issuer.auth0();
    let service = Environment::of(provider).with("AUDIENCE", "").start().await;
    service.until_ready().await;
    for (audience, status) in [
        (provider.issuer(), 200),
        (provider.audience().to_owned(), 401),
    ] {
        let token = good(provider, ALL)
            .claim("aud", audience.as_str())
            .token()
            .unwrap();
        let answer = service.call("GET", "/billing/", Some(&token), None).await;
        assert_eq!(answer.status, status, "{audience}: {answer:?}");
    }
}

#[actix_web::test]
async fn a_discovery_document_of_another_issuer_gives_no_keys() {
    let issuer = LocalIssuer::start(quick()).await.unwrap();
    let provider = issuer.auth0();
    let other = provider.issuer().replace("127.0.0.1", "localhost");
    let service = Environment::for_issuer(&other, provider.audience())
        .start()
        .await;
    let token = good(provider, ALL)
        .claim("iss", other.as_str())
        .token()
        .unwrap();
    service.until("/billing/", Some(&token), 503).await;
    let ready = service.call("GET", "/health/ready", None, None).await;
    assert_eq!(ready.status, 503);
    let reason = ready.body["reason"].as_str().unwrap();
    assert!(reason.contains("issuer mismatch"), "{reason}");
    assert!(
        reason.ends_with("; the issuer is set by ISSUER"),
        "{reason}"
    );
}

#[actix_web::test]
async fn a_document_that_is_not_there_is_told_with_the_setting_that_replaces_it() {
    let issuer = LocalIssuer::start(quick()).await.unwrap();
    let nowhere = format!("{}nowhere", issuer.auth0().issuer());
    let service = Environment::for_issuer(&nowhere, "a").start().await;
    let ready = service.call("GET", "/health/ready", None, None).await;
    assert_eq!(ready.status, 503);
    let until = async || loop {
        let ready = service.call("GET", "/health/ready", None, None).await;
        let reason = ready.body["reason"].as_str().unwrap().to_owned();
        if !reason.starts_with("the keys are being fetched") {
            return reason;
        }
    };
    let reason = until().await;
    assert!(reason.contains("404"), "{reason}");
    let end = "; JWKS_URL replaces the document; the issuer is set by ISSUER";
    assert!(reason.ends_with(end), "{reason}");
}

#[actix_web::test]
async fn rotated_keys_are_followed_without_a_wrong_401() {
    let issuer = fresh().await;
    let provider = issuer.auth0();
    let service = Environment::of(provider)
        .with("KEYS__TTL_SECONDS", "1")
        .with("KEYS__REFETCH_INTERVAL_SECONDS", "1")
        .start()
        .await;
    service.until_ready().await;
    let status = async |token: &str| {
        service
            .call("GET", "/billing/", Some(token), None)
            .await
            .status
    };
    let old = good(provider, ALL).token().unwrap();
    assert_eq!(status(&old).await, 200);

    for rotation in [Rotation::default(), Rotation::unannounced()] {
        provider.rotate(rotation).unwrap();
        let new = good(provider, ALL).token().unwrap();
        assert_eq!(status(&new).await, 200, "{rotation:?}");
        assert_eq!(status(&old).await, 200, "the old key is still published");
    }

    provider.rotate(Rotation::default().and_revoke()).unwrap();
    service.until("/billing/", Some(&old), 401).await;
    let answer = service.call("GET", "/billing/", Some(&old), None).await;
    answer.is_problem(401, "key_not_found", "Unable to find appropriate key");
    let new = good(provider, ALL).token().unwrap();
    assert_eq!(status(&new).await, 200);
}

#[actix_web::test]
async fn an_issuer_that_is_down_is_503_and_waited_for() {
    // Reserved ports without a listener, which no other process can take.
    let reserved = [reserve(), reserve()];
    let [descope, auth0] = [0, 1].map(|index: usize| reserved[index].local_addr().unwrap());
    let mut config = quick();
    config.descope.port = descope.port();
    config.auth0.port = auth0.port();
    config.auth0.issuer = Some(format!("http://{auth0}/"));

    let environment = Environment::for_issuer(&format!("http://{auth0}/"), &config.auth0.audience);
    let service = environment.start().await;
    let health = service.call("GET", "/health", None, None).await;
    assert_eq!(
        (health.status, health.body),
        (200, json!({"status": "healthy", "provider": "oidc"}))
    );
    let ready = service.call("GET", "/health/ready", None, None).await;
    assert_eq!(
        (ready.status, &ready.body["status"]),
        (503, &json!("starting")),
        "{ready:?}"
    );

    // A valid token of an unreachable issuer: without the keys, it cannot be called invalid.
    let elsewhere = LocalIssuer::start(quick()).await.unwrap();
    let stand_in = good(elsewhere.auth0(), ALL).claim("iss", format!("http://{auth0}/"));
    let token = stand_in.token().unwrap();
    for path in ["/billing/", "/billing/invoices"] {
        let answer = service.call("GET", path, Some(&token), None).await;
        answer.is_problem(
            503,
            "keys_unavailable",
            "The identity provider's keys are unavailable. Please try again later.",
        );
        assert!(!answer.header("retry-after").is_empty());
        let stranger = service.call("GET", path, None, None).await;
        stranger.is_problem(401, "missing_token", "Not authenticated");
    }

    let issuer = LocalIssuer::start(config).await.unwrap();
    service.until_ready().await;
    let token = good(issuer.auth0(), ALL).token().unwrap();
    let answer = service.call("GET", "/billing/", Some(&token), None).await;
    assert_eq!(answer.status, 200, "{answer:?}");
}

/// Returns a socket that has a port and does not listen. With address reuse, another socket may then listen on it.
fn reserve() -> TcpSocket {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_reuseaddr(true).unwrap();
    socket
        .bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))
        .unwrap();
    socket
}
