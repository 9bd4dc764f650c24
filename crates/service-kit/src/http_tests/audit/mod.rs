//! Audit events: what there is one for, what is in it, and what can never be.

mod documented;
mod events;
mod forged;
mod unanswered;

use std::sync::Arc;
use std::time::Duration;

use actix_http::Request;
use actix_web::body::MessageBody;
use actix_web::dev::{Service as _, ServiceResponse};
use actix_web::http::Method;
use actix_web::test::{TestRequest, init_service};
use actix_web::{Error, HttpResponse, web};
use identity_core::testing::{StaticKeys, TestKey};
use identity_core::verification::VerificationRules;
use identity_core::{Authenticator, Denial, Principal, Provider, VerifiedToken, claims};
use serde::Deserialize;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::app::{Administer, CreateUsers, Plain, TenantCreators, WithSecondFactor};
use super::log::{Lines, listen};
use super::requests::{token, with_token};
use crate::audit::{AuditFile, Refusal};
use crate::settings::{AuditSettings, LogFormat, ServiceSettings};
use crate::test_service::INFO;
use crate::{Routes, Service};
use identity_actix::{AccessTable, AnyCaller, ApiError, Caller, Require, RequireIn};

/// As [`Plain`], with the client of a token.
#[derive(Debug)]
struct WithClient;

impl Provider for WithClient {
    fn keys(&self) -> identity_core::keys::KeyAddress {
        Plain.keys()
    }

    fn verification(&self) -> VerificationRules {
        Plain.verification()
    }

    fn principal(&self, token: &VerifiedToken) -> Result<Principal, claims::ClaimsError> {
        Ok(Principal {
            client: token.text("azp").map(str::to_owned),
            ..Plain.principal(token)?
        })
    }
}

#[derive(Deserialize)]
struct NewUser {
    name: String,
}

async fn create(
    _: Require<CreateUsers>,
    request: actix_web::HttpRequest,
    new: web::Json<NewUser>,
) -> Result<HttpResponse, ApiError> {
    match new.name.as_str() {
        "taken" => Err(ApiError::conflict("The name is taken")),
        "broken" => Err(ApiError::internal(&std::io::Error::other("a\nb\u{202e}"))),
        "slow" => std::future::pending().await,
        "theirs" => {
            let denial = Denial::Permission("a\nb\u{202e}".to_owned().into());
            Err(Caller::denied(&request, &denial, "Not yours"))
        }
        _ => Ok(HttpResponse::Created().finish()),
    }
}

/// A sign-in of its own, whose errors are no [`ApiError`].
async fn sign_in(what: web::Path<String>) -> HttpResponse {
    let mut response = HttpResponse::BadRequest().finish();
    match what.as_str() {
        "password" => drop(
            response
                .extensions_mut()
                .insert(Refusal::Credentials("invalid_grant")),
        ),
        "right" => drop(
            response
                .extensions_mut()
                .insert(Refusal::Rights("unauthorized_client")),
        ),
        _ => {}
    }
    response
}

fn table() -> AccessTable {
    AccessTable::new()
        .public(Method::POST, "/sign-in/{what}")
        .protected::<AnyCaller>(Method::GET, "/api/me")
        .protected::<AnyCaller>(Method::POST, "/api/me")
        .protected::<Administer>(Method::GET, "/api/admin")
        .protected::<CreateUsers>(Method::POST, "/api/users")
        .protected::<CreateUsers>(Method::DELETE, "/api/users/{user_id}")
        .protected::<WithSecondFactor>(Method::POST, "/api/transfer")
        .protected::<TenantCreators>(Method::POST, "/api/orgs/{org_id}/users")
}

fn public(routes: &mut Routes) {
    routes.route("/sign-in/{what}", web::post().to(sign_in));
}

fn api(routes: &mut Routes) {
    routes
        .route("/me", web::get().to(async |_: Caller| "me"))
        .route(
            "/me",
            web::post().to(async |_: Caller| {
                HttpResponse::SeeOther()
                    .insert_header(("location", "/"))
                    .finish()
            }),
        )
        .route(
            "/admin",
            web::get().to(async |_: Require<Administer>| "admin"),
        )
        .route("/users", web::post().to(create))
        .route(
            "/users/{user_id}",
            web::delete().to(async |_: Require<CreateUsers>| HttpResponse::NoContent().finish()),
        )
        .route(
            "/transfer",
            web::post().to(async |_: Require<WithSecondFactor>| "done"),
        )
        .route(
            "/orgs/{org_id}/users",
            web::post().to(async |_: RequireIn<TenantCreators>| "created"),
        );
}

/// A service with an audit file and an audit log.
struct Audited {
    service: Service,
    file: AuditFile,
    folder: TempDir,
}

impl Audited {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let audit = AuditSettings {
            log: true,
            file: Some(folder.path().join("audit.jsonl")),
            ..AuditSettings::default()
        };
        let settings = ServiceSettings {
            trusted_proxies: "192.0.2.1".parse().unwrap(),
            audit,
            ..ServiceSettings::on_port(0)
        };
        let file = AuditFile::open(&settings.audit).unwrap().unwrap();
        Self {
            service: service(&settings).audited_in(file.clone()),
            file,
            folder,
        }
    }

    /// Sends a request, and returns its events: those in the file.
    async fn events(&self, request: TestRequest) -> Vec<Value> {
        let before = self.written().await.lines().count();
        drop(send(&self.service, request).await);
        let written = self.written().await;
        let lines = written.lines().skip(before).map(serde_json::from_str);
        lines.collect::<Result<_, _>>().unwrap()
    }

    /// Sends a request, and returns its only event.
    async fn event(&self, request: TestRequest) -> Value {
        let mut events = self.events(request).await;
        assert_eq!(events.len(), 1, "{events:?}");
        events.remove(0)
    }

    /// Returns what is in the file.
    async fn written(&self) -> String {
        assert!(self.file.flush(Duration::from_secs(30)).await);
        std::fs::read_to_string(self.folder.path().join("audit.jsonl")).unwrap()
    }
}

fn service(settings: &ServiceSettings) -> Service {
    let keys = StaticKeys::of(&[&TestKey::fixed()]);
    let authenticator = Authenticator::builder(WithClient).keys(Arc::new(keys));
    Service::new(INFO, authenticator.build().unwrap(), table())
        .with_settings(settings)
        .public(public)
        .protected("/api", api)
}

async fn send(
    service: &Service,
    request: TestRequest,
) -> Result<ServiceResponse<impl MessageBody + use<>>, Error> {
    let app = init_service(service.app()).await;
    app.call(from_a_proxy(request)).await
}

/// Returns the request as a trusted proxy passes it on.
fn from_a_proxy(request: TestRequest) -> Request {
    request
        .peer_addr("192.0.2.1:5".parse().unwrap())
        .insert_header(("x-forwarded-for", "203.0.113.9"))
        .to_request()
}

fn post(path: &str) -> TestRequest {
    TestRequest::post().uri(path)
}

/// Returns a token with the permission to create users, of a client, on behalf of a user, and with these changes.
fn creator(changes: &Value) -> String {
    let mut claims = json!({
        "permissions": ["users.create"], "azp": "client-1", "org_id": "org_1",
        "act": {"sub": "agent-7", "iss": "https://agents.example"},
    });
    for (name, value) in changes.as_object().unwrap() {
        claims[name] = value.clone();
    }
    token(&claims)
}

/// Returns a request that creates a user of this name.
fn creating(name: &str) -> TestRequest {
    with_token(post("/api/users"), &creator(&json!({}))).set_json(json!({"name": name}))
}

fn human() -> (Lines, tracing::dispatcher::DefaultGuard) {
    listen(LogFormat::Human, "info")
}
