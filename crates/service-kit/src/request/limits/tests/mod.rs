//! Tests of the limits from the client's side, by a clock that the test moves.

mod address;
mod failures;
mod memory;
mod script;
mod server;
mod settings;
mod shared;
mod subject;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use actix_web::http::Method;
use actix_web::http::header::{AUTHORIZATION, HeaderMap};
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::{HttpResponse, route};
use governor::clock::{Clock, FakeRelativeClock};
use identity_actix::{AccessTable, AnyCaller, Caller};
use identity_core::Authenticator;
use identity_core::clock::{Clock as _, SystemClock};
use identity_core::keys::KeySource;
use identity_core::testing::{StaticKeys, TestKey};
use serde_json::{Value, json};

use super::{RateLimits, Ticks};
use crate::Service;
use crate::settings::{ServiceSettings, SettingsReader};
use crate::test_service::{INFO, Of};

pub(super) const ISSUER: &str = "https://id.example.com/";
pub(super) const OTHER_ISSUER: &str = "https://id.example.org/";
const ADDRESS: &str = "192.0.2.1";

#[utoipa::path(responses((status = 200)))]
#[route("/public", method = "GET", method = "POST")]
async fn public() -> &'static str {
    "public"
}

/// Public, inside the protected scope.
#[utoipa::path(responses((status = 200)))]
#[route("/api/open/{word}", method = "GET")]
async fn open() -> &'static str {
    "open"
}

#[utoipa::path(responses((status = 200)))]
#[route(
    "/me",
    method = "GET",
    method = "POST",
    method = "PUT",
    method = "PATCH",
    method = "DELETE"
)]
async fn own(_: Caller) -> HttpResponse {
    HttpResponse::Ok().body("me")
}

/// One process of a service.
pub(super) struct Instance {
    pub(super) clock: FakeRelativeClock,
    pub(super) service: Service,
}

/// A response.
pub(super) struct Answer {
    pub(super) status: u16,
    headers: HeaderMap,
    body: String,
}

impl Instance {
    /// Returns one with these settings of the environment.
    pub(super) fn with(values: &[(&str, &str)]) -> Self {
        let keys = StaticKeys::of(&[&TestKey::fixed()]);
        Self::with_keys(Arc::new(keys), values)
    }

    pub(super) fn with_keys(keys: Arc<dyn KeySource>, values: &[(&str, &str)]) -> Self {
        let issuers = Of(&[ISSUER, OTHER_ISSUER]);
        let authenticator = Authenticator::builder(issuers).keys(keys).build().unwrap();
        let access = AccessTable::new()
            .public(Method::GET, "/public")
            .public(Method::GET, "/api/open/{word}")
            .protected::<AnyCaller>(Method::GET, "/api/me");
        let clock = FakeRelativeClock::default();
        let now = clock.clone();
        let mut service = Service::new(INFO, authenticator, access);
        service.limits = RateLimits::off(Ticks::new(move || now.now().into()));
        service.health = service.health.counting(service.limits.clone());
        let service = service
            .public(|routes| {
                routes.service(public).service(open);
            })
            .protected("/api", |routes| {
                routes.service(own);
            })
            .with_settings(&settings(values).unwrap());
        Self { clock, service }
    }

    /// Sends a request from an address.
    pub(super) async fn ask_from(&self, address: &str, request: TestRequest) -> Answer {
        let address = SocketAddr::new(address.parse().unwrap(), 5);
        let app = init_service(self.service.app()).await;
        let request = request.peer_addr(address).to_request();
        let response = call_service(&app, request).await;
        Answer {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body: String::from_utf8(read_body(response).await.to_vec()).unwrap(),
        }
    }

    pub(super) async fn ask(&self, request: TestRequest) -> Answer {
        self.ask_from(ADDRESS, request).await
    }

    /// Returns the statuses of this many such requests.
    pub(super) async fn statuses(&self, times: usize, make: impl Fn() -> TestRequest) -> Vec<u16> {
        let mut statuses = Vec::new();
        for _ in 0..times {
            statuses.push(self.ask(make()).await.status);
        }
        statuses
    }

    /// Waits until the store is found to be in this state.
    pub(super) async fn store_is(&self, state: super::store::State) {
        let limits = self.service.limits.active().unwrap();
        let mut states = limits.store().unwrap().state();
        let found = states.wait_for(|now| *now == state);
        let found = tokio::time::timeout(Duration::from_secs(30), found).await;
        found.unwrap().unwrap();
    }
}

impl Answer {
    /// Returns a header; the lines of one that is there several times are joined.
    pub(super) fn header(&self, name: &str) -> Option<String> {
        let lines = self
            .headers
            .get_all(name)
            .map(|line| line.to_str().unwrap());
        let lines: Vec<_> = lines.collect();
        (!lines.is_empty()).then(|| lines.join(", "))
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// Returns the settings with these values of the environment. Errors: the problems.
pub(super) fn settings(values: &[(&str, &str)]) -> Result<ServiceSettings, Vec<String>> {
    let mut reader = SettingsReader::from_values("AN_API", values.iter().copied());
    let settings = ServiceSettings::read(&mut reader, 0);
    let outcome = reader.finish(Some(settings));
    outcome.map_err(|error| error.problems().to_vec())
}

pub(super) fn get(path: &str) -> TestRequest {
    TestRequest::get().uri(path)
}

/// Returns a request with this method for the caller's own route.
pub(super) fn me(method: Method) -> TestRequest {
    get("/api/me").method(method)
}

/// Returns the request with a token of this subject.
pub(super) fn as_subject(request: TestRequest, issuer: &str, subject: &str) -> TestRequest {
    let now = SystemClock.now().seconds();
    let claims = json!({
        "iss": issuer, "aud": "an-api", "sub": subject, "iat": now, "exp": now + 600.0,
    });
    with_token(request, &TestKey::fixed().token(&claims))
}

pub(super) fn with_token(request: TestRequest, token: &str) -> TestRequest {
    request.insert_header((AUTHORIZATION, format!("Bearer {token}")))
}

/// Returns a request of ada.
pub(super) fn ada(method: Method) -> TestRequest {
    as_subject(me(method), ISSUER, "ada")
}
