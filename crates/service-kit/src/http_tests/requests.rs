//! Requests and their tokens.

use actix_web::http::header::AUTHORIZATION;
use actix_web::test::TestRequest;
use identity_core::clock::{Clock, SystemClock};
use identity_core::testing::TestKey;
use serde_json::{Value, json};

pub(super) const ISSUER: &str = "https://id.example.com/";

pub(super) fn get(path: &str) -> TestRequest {
    TestRequest::get().uri(path)
}

pub(super) fn with_token(request: TestRequest, token: &str) -> TestRequest {
    request.insert_header((AUTHORIZATION, format!("Bearer {token}")))
}

/// Returns the claims of a valid token with these changes; `null` removes a claim.
pub(super) fn claims(changes: &Value) -> Value {
    let now = SystemClock.now().seconds();
    let mut claims = json!({
        "iss": ISSUER, "aud": "an-api", "sub": "subject-77", "iat": now, "exp": now + 600.0,
        "email": "ada@example.com",
    });
    for (name, value) in changes.as_object().unwrap() {
        match value {
            Value::Null => drop(claims.as_object_mut().unwrap().remove(name)),
            value => claims[name] = value.clone(),
        }
    }
    claims
}

/// Returns a valid token, except for these claims.
pub(super) fn token(changes: &Value) -> String {
    TestKey::fixed().token(&claims(changes))
}
