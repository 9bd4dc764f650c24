//! Errors of the builder, and the effect of each setting.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::{Authenticator, AuthenticatorBuilder, AuthenticatorError};
use crate::http::{HttpConfig, client_builder, reqwest};
use crate::keys::KeyRefresh;
use crate::providers::{Auth0, Descope, Oidc, OidcConfig};
use crate::testing::{StaticKeys, TestClock, TestKey};

const NOW: f64 = 1_700_000_000.0;
const ISSUER: &str = "https://id.example.com";
const AUDIENCE: &str = "https://api.example.com";

fn claims() -> Value {
    json!({"iss": ISSUER, "aud": AUDIENCE, "sub": "U1", "iat": NOW, "exp": NOW + 600.0})
}

/// Returns a builder for an issuer with the key [`TestKey::fixed`], at [`NOW`].
fn usual() -> AuthenticatorBuilder {
    Authenticator::builder(Oidc::issuer(ISSUER, AUDIENCE).unwrap())
        .keys(Arc::new(StaticKeys::of(&[&TestKey::fixed()])))
        .clock(Arc::new(TestClock::at(NOW)))
}

async fn code(authenticator: &Authenticator, token: &str) -> &'static str {
    match authenticator.authenticate(token).await {
        Ok(_) => "verified",
        Err(error) => error.code(),
    }
}

/// Returns a builder for an issuer whose key set is at this path of the server.
fn fetched_from(server: &MockServer, at: &str) -> AuthenticatorBuilder {
    let provider = Oidc::new(OidcConfig {
        jwks_url: Some(format!("{}{at}", server.uri()).parse().unwrap()),
        ..OidcConfig::new(ISSUER, AUDIENCE)
    });
    Authenticator::builder(provider.unwrap()).clock(Arc::new(TestClock::at(NOW)))
}

/// Returns a server with a key set at `/keys`, a slow one at `/slow`, and a redirect to the first at `/elsewhere`.
async fn server() -> MockServer {
    let server = MockServer::start().await;
    let jwks = json!({"keys": [TestKey::fixed().jwk()]});
    let keys = ResponseTemplate::new(200).set_body_json(&jwks);
    let slow = keys.clone().set_delay(Duration::from_secs(600));
    let redirect = ResponseTemplate::new(302).insert_header("Location", "/keys");
    for (at, response) in [("/keys", keys), ("/slow", slow), ("/elsewhere", redirect)] {
        let mock = Mock::given(path(at)).respond_with(response);
        mock.mount(&server).await;
    }
    server
}

#[test]
fn outside_of_a_runtime_keys_cannot_be_fetched_and_that_is_said() {
    let provider = || Oidc::issuer(ISSUER, AUDIENCE).unwrap();
    let refused = Authenticator::builder(provider()).build();
    assert!(
        matches!(refused, Err(AuthenticatorError::NoRuntime)),
        "{refused:?}"
    );
    assert!(usual().build().is_ok(), "keys that are given need none");
    let other = Auth0::tenant("dev-example.us.auth0.com", AUDIENCE).unwrap();
    assert!(usual().and(other).build().is_err(), "one has no keys");
}

#[test]
fn a_provider_without_rfc_9068_refuses_to_be_strict() {
    let keys = Arc::new(StaticKeys::of(&[&TestKey::fixed()]));
    let descope = || Descope::project("P2RFvFexVaxxNFK6rhP0ePtaGfTK").unwrap();
    for builder in [
        Authenticator::builder(descope()).keys(keys.clone()),
        usual().and(descope()).keys(keys.clone()),
    ] {
        let refused = builder.rfc_9068_only().build().unwrap_err().to_string();
        assert!(
            refused.starts_with("https://api.descope.com/P2RFvFexVaxxNFK6rhP0ePtaGfTK issues no"),
            "{refused}"
        );
    }
}

#[tokio::test]
async fn the_strict_form_of_rfc_9068_wins_over_what_the_provider_accepts() {
    let key = TestKey::fixed();
    let auth0 = Auth0::tenant("dev-example.us.auth0.com", AUDIENCE).unwrap();
    let auth0 = Authenticator::builder(auth0)
        .keys(Arc::new(StaticKeys::of(&[&key])))
        .clock(Arc::new(TestClock::at(NOW)));
    for (builder, issuer) in [
        (usual(), ISSUER),
        (auth0, "https://dev-example.us.auth0.com/"),
    ] {
        let strict = builder.rfc_9068_only().build().unwrap();
        let mut claims = claims();
        claims["iss"] = json!(issuer);
        assert_eq!(
            code(&strict, &key.token(&claims)).await,
            "token_type_not_allowed"
        );
        let header = json!({"alg": "RS256", "typ": "at+jwt", "kid": "fixed"});
        let token = key.token_with_header(&header, &claims);
        assert_eq!(code(&strict, &token).await, "missing_claim");
        claims["jti"] = json!("1");
        claims["client_id"] = json!("C1");
        let token = key.token_with_header(&header, &claims);
        assert_eq!(code(&strict, &token).await, "verified");
    }
}

#[tokio::test]
async fn leeway_and_size_are_what_is_configured() {
    let token = TestKey::fixed().token(&claims());
    let at = |after: f64| usual().clock(Arc::new(TestClock::at(NOW + 600.0 + after)));
    for (builder, expected) in [
        (at(4.0), "verified"),
        (at(6.0), "token_expired"),
        (at(6.0).leeway(Duration::from_secs(7)), "verified"),
        (at(0.0).leeway(Duration::ZERO), "token_expired"),
        (usual().max_token_bytes(token.len()), "verified"),
        (usual().max_token_bytes(token.len() - 1), "token_too_large"),
    ] {
        assert_eq!(code(&builder.build().unwrap(), &token).await, expected);
    }
}

#[tokio::test]
async fn keys_belong_to_the_provider_that_was_added_last() {
    let [ours, theirs] = [(); 2].map(|()| TestKey::fixed());
    let other = "https://other.example.com";
    let builder = Authenticator::builder(Oidc::issuer(ISSUER, AUDIENCE).unwrap())
        .keys(Arc::new(StaticKeys::of(&[&ours])))
        .and(Oidc::issuer(other, AUDIENCE).unwrap())
        .keys(Arc::new(StaticKeys::of(&[
            &theirs.named("theirs", crate::verification::Algorithm::RS256)
        ])))
        .clock(Arc::new(TestClock::at(NOW)));
    let authenticator = builder.build().unwrap();
    let mut claims = claims();
    assert_eq!(code(&authenticator, &ours.token(&claims)).await, "verified");
    claims["iss"] = json!(other);
    assert_eq!(
        code(&authenticator, &ours.token(&claims)).await,
        "key_not_found"
    );
}

#[tokio::test]
async fn a_client_of_the_callers_follows_no_redirect_and_keeps_the_limits() {
    let server = server().await;
    let token = TestKey::fixed().token(&claims());
    // Sets everything on the builder that could override the limits.
    let lax = || {
        client_builder()
            .redirect(reqwest::redirect::Policy::limited(10))
            .timeout(Duration::from_secs(3600))
    };
    let small = HttpConfig {
        max_bytes: 100,
        ..HttpConfig::default()
    };
    let quick = HttpConfig {
        timeout: Duration::from_millis(50),
        ..HttpConfig::default()
    };
    for (at, http, expected) in [
        ("/keys", HttpConfig::default(), "verified"),
        ("/elsewhere", HttpConfig::default(), "keys_unavailable"),
        ("/keys", small, "keys_unavailable"),
        ("/slow", quick, "keys_unavailable"),
    ] {
        let builder = fetched_from(&server, at).http(http).http_client(lax());
        let authenticator = builder.build().unwrap();
        assert_eq!(code(&authenticator, &token).await, expected, "{at}");
    }
}

#[tokio::test]
async fn a_client_of_the_callers_is_the_one_that_is_used() {
    let proxy = server().await;
    let token = TestKey::fixed().token(&claims());
    let provider = Oidc::new(OidcConfig {
        jwks_url: Some("http://keys.example/keys".parse().unwrap()),
        ..OidcConfig::new(ISSUER, AUDIENCE)
    });
    let http = HttpConfig {
        plain_http_hosts: vec!["keys.example".to_owned()],
        ..HttpConfig::default()
    };
    let through = client_builder().proxy(reqwest::Proxy::http(proxy.uri()).unwrap());
    let authenticator = Authenticator::builder(provider.unwrap())
        .http(http)
        .http_client(through)
        .clock(Arc::new(TestClock::at(NOW)))
        .build()
        .unwrap();
    assert_eq!(code(&authenticator, &token).await, "verified");
}

#[tokio::test]
async fn a_key_set_on_another_host_must_be_allowed() {
    let server = server().await;
    let keys = format!("{}/keys", server.uri()).replace("127.0.0.1", "localhost");
    let document = json!({"issuer": server.uri(), "jwks_uri": keys});
    Mock::given(path("/.well-known/openid-configuration"))
        .respond_with(ResponseTemplate::new(200).set_body_json(&document))
        .mount(&server)
        .await;
    let mut claims = claims();
    claims["iss"] = json!(server.uri());
    let token = TestKey::fixed().token(&claims);
    let builder = || {
        Authenticator::builder(Oidc::issuer(&server.uri(), AUDIENCE).unwrap())
            .clock(Arc::new(TestClock::at(NOW)))
    };
    let refused = builder().build().unwrap();
    assert_eq!(code(&refused, &token).await, "keys_unavailable");
    let allowed = builder().key_set_hosts(["localhost"]).build().unwrap();
    assert_eq!(code(&allowed, &token).await, "verified");
}

#[tokio::test]
async fn the_key_refresh_is_what_is_configured() {
    let server = server().await;
    let refresh = KeyRefresh {
        max_waiting: 0,
        ..KeyRefresh::default()
    };
    let builder = fetched_from(&server, "/slow").key_refresh(refresh);
    let authenticator = builder.build().unwrap();
    let error = authenticator
        .authenticate(&TestKey::fixed().token(&claims()))
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "keys unavailable: 0 requests are waiting for keys already"
    );
}
