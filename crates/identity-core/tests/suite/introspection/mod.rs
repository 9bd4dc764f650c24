//! Introspection over real HTTP, at a server of each test's own.
#![expect(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that is not as it says; these functions are part of tests"
)]

mod discovery;
mod gate;
mod keeping;
mod refusals;
mod requests;
mod setup;
mod sharing;
mod subjects;
mod unavailable;

use std::sync::Arc;
use std::time::Duration;

use identity_core::http::HttpConfig;
use identity_core::introspection::{IntrospectionConfig, IntrospectionEndpoint};
use identity_core::providers::{Oidc, OidcConfig};
use identity_core::testing::{StaticKeys, TestClock, TestKey};
use identity_core::{Authenticator, AuthenticatorBuilder, VerifyError};
use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

const NOW: f64 = 1_700_000_000.0;
const ISSUER: &str = "https://id.example.com";
const AUDIENCE: &str = "https://api.example.com";
const INTROSPECT: &str = "/introspect";
const TOKEN: &str = "2YotnFZFEjr1zCsicMWpAA";
const SECRET: &str = "s3cret+/= &:é%";

/// Returns the configuration of an endpoint at this server.
fn at(server: &str) -> IntrospectionConfig {
    let url = format!("{server}{INTROSPECT}").parse().unwrap();
    IntrospectionConfig::new(IntrospectionEndpoint::Fixed(url), "an api:1", SECRET)
}

fn oidc() -> OidcConfig {
    OidcConfig::new(ISSUER, AUDIENCE)
}

/// Returns the builder of an authenticator whose issuer has one key.
fn builder(oidc: OidcConfig, config: IntrospectionConfig) -> AuthenticatorBuilder {
    Authenticator::builder(Oidc::new(oidc).unwrap())
        .keys(Arc::new(StaticKeys::of(&[&TestKey::fixed()])))
        .clock(Arc::new(TestClock::at(NOW)))
        .http(HttpConfig {
            timeout: Duration::from_secs(2),
            max_bytes: 32 * 1024,
            ..HttpConfig::default()
        })
        .introspection(config)
}

fn authenticator(config: IntrospectionConfig) -> Authenticator {
    builder(oidc(), config).build().unwrap()
}

/// Returns the response about an active token, with these changes; `null` removes a member.
fn active(changes: Value) -> Value {
    let mut response = json!({
        "active": true, "iss": ISSUER, "aud": AUDIENCE, "sub": "U1", "client_id": "C1", "scope": "read write",
        "token_type": "Bearer", "exp": NOW + 600.0, "iat": NOW - 1.0,
    });
    for (name, value) in changes.as_object().unwrap() {
        match value {
            Value::Null => drop(response.as_object_mut().unwrap().remove(name)),
            value => drop(
                response
                    .as_object_mut()
                    .unwrap()
                    .insert(name.clone(), value.clone()),
            ),
        }
    }
    response
}

fn ok(body: &Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(body)
}

/// Serves this response of the introspection endpoint, and expects this many requests.
async fn serve(server: &MockServer, response: ResponseTemplate, times: u64) {
    let mock = Mock::given(method("POST"))
        .and(path(INTROSPECT))
        .respond_with(response);
    mock.up_to_n_times(times.max(1))
        .expect(times)
        .mount(server)
        .await;
}

/// Returns the error for the token. Nothing of it may show the token or the secret.
async fn refusal(authenticator: &Authenticator, token: &str) -> VerifyError {
    let outcome = authenticator.authenticate(token).await;
    let error = outcome.map(drop).unwrap_err();
    let shown = format!("{error} {error:?} {authenticator:?}");
    let secrets = [token, SECRET, "s3cret"];
    for secret in secrets.iter().filter(|secret| secret.len() > 5) {
        assert!(!shown.contains(*secret), "{secret} is in {shown}");
    }
    error
}
