//! The service under test, and how requests are sent to it.

use std::sync::Arc;

use actix_web::http::header::HeaderMap;
use actix_web::http::{Method, StatusCode};
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::web;
use identity_core::keys::KeySource;
use identity_core::testing::{StaticKeys, TestKey};
use identity_core::verification::{AudienceRule, RefusedKind, TokenKind, VerificationRules};
use identity_core::{
    Authenticator, Policy, Principal, Provider, Rule, VerifiedToken, all_of, claims,
};
use serde::Deserialize;
use serde_json::Value;

use super::opaque::Issuer;
use super::requests::ISSUER;
use crate::settings::ServiceSettings;
use crate::test_service::{INFO, NoKeys};
use crate::{Routes, Service, health};
use identity_actix::{
    AccessTable, AnyCaller, ApiError, Bearer, Caller, Claims, InvalidField, Require, RequireIn,
};

pub(super) const MAX_BODY_BYTES: usize = 100;

/// A minimal provider.
#[derive(Debug)]
pub(super) struct Plain;

impl Provider for Plain {
    fn keys(&self) -> identity_core::keys::KeyAddress {
        identity_core::keys::KeyAddress::Fixed("https://issuer.example/jwks".parse().unwrap())
    }

    fn verification(&self) -> VerificationRules {
        let refused = |kind, value| RefusedKind::with_value(kind, "token_type", value);
        VerificationRules {
            refused: vec![
                refused(TokenKind::Id, "id_token"),
                refused(TokenKind::Refresh, "refresh_token"),
            ],
            ..VerificationRules::new(
                vec![ISSUER.to_owned()],
                AudienceRule::Required(vec!["an-api".to_owned()]),
            )
        }
    }

    fn principal(&self, token: &VerifiedToken) -> Result<Principal, claims::ClaimsError> {
        if token.claim("unreadable").is_some() {
            return Err(claims::ClaimsError::unexpected_type("unreadable", "there"));
        }
        if token.text("org_id") == Some("unknown") {
            return Err(claims::ClaimsError::UnknownOrganization);
        }
        Ok(Principal {
            current_tenant: token.text("org_id").map(str::to_owned),
            scopes: claims::scopes(token.claim("scope")),
            roles: claims::names(token.claim("roles")),
            permissions: claims::names(token.claim("permissions")),
            ..Principal::without_rights(token)
        })
    }
}

macro_rules! policies {
    ($($name:ident = $rule:expr, $denied:expr;)*) => {
        $(pub(super) struct $name;
        impl Policy for $name {
            const RULE: Rule = $rule;
            const DENIED: Option<&'static str> = $denied;
        })*
    };
}

policies! {
    ReadAndWrite = all_of![Rule::scope("read:x"), Rule::scope("write:x")], None;
    Administer = Rule::role("admin"), None;
    CreateUsers = Rule::permission("users.create"), None;
    OfAcme = Rule::claim("company", "acme"), None;
    InOwnWords = Rule::permission("vip"), Some("Members only.");
    Members = Rule::Member, None;
    TenantAdmins = all_of![Rule::tenant_role("admin"), Rule::signed_in_within_minutes(5)], None;
    TenantCreators = Rule::tenant_permission("users.create"), Some("Ask an administrator.");
    WithSecondFactor = all_of![Rule::acr("mfa"), Rule::signed_in_within_minutes(5)], Some("No.");
}

#[derive(Deserialize)]
pub(super) struct NewUser {
    name: String,
}

#[derive(Deserialize)]
pub(super) struct Limit {
    limit: u8,
}

/// Claims that a handler may ask for.
#[derive(Deserialize)]
pub(super) struct Wanted {
    email: String,
}

pub(super) fn table() -> AccessTable {
    AccessTable::new()
        .public(Method::GET, "/public")
        .public(Method::POST, "/public")
        .protected::<AnyCaller>(Method::GET, "/api/me")
        .protected::<CreateUsers>(Method::POST, "/api/users")
        .protected::<Administer>(Method::DELETE, "/api/users")
}

fn public(routes: &mut Routes) {
    routes
        .route("/public", web::get().to(async || "public"))
        .route("/fail/{what}", web::get().to(failing))
        .route("/lost/caller", web::get().to(async |_: Caller| "lost"))
        .route(
            "/lost/require",
            web::get().to(async |_: Require<Administer>| "lost"),
        )
        .route(
            "/lost/claims",
            web::get().to(async |_: Claims<Wanted>| "lost"),
        )
        .route("/lost/bearer", web::get().to(async |_: Bearer| "lost"));
}

fn api(routes: &mut Routes) {
    routes
        .route(
            "/me",
            web::get().to(async |caller: Caller| caller.principal().subject.clone()),
        )
        .route(
            "/scopes",
            web::get().to(async |_: Require<ReadAndWrite>| "scopes"),
        )
        .route(
            "/admin",
            web::get().to(async |_: Require<Administer>| "admin"),
        )
        .route("/acme", web::get().to(async |_: Require<OfAcme>| "acme"))
        .route("/vip", web::get().to(async |_: Require<InOwnWords>| "vip"))
        .route(
            "/orgs/{org_id}",
            web::get().to(async |caller: RequireIn<Members>| caller.tenant().to_string()),
        )
        .route(
            "/orgs/{org_id}/admin",
            web::get().to(async |_: Require<TenantAdmins>| "admin"),
        )
        .route(
            "/orgs/{org_id}/users",
            web::post().to(async |_: RequireIn<TenantCreators>, _: web::Json<NewUser>| "created"),
        )
        .route("/orgs", web::get().to(async |_: RequireIn<Members>| "lost"))
        .route(
            "/transfer",
            web::get().to(async |_: Require<WithSecondFactor>| "transferred"),
        )
        .route(
            "/email",
            web::get().to(async |claims: Claims<Wanted>| claims.0.email),
        )
        .route(
            "/users",
            web::post()
                .to(async |_: Require<CreateUsers>, new: web::Json<NewUser>| new.into_inner().name),
        )
        .route(
            "/list",
            web::get().to(async |_: Require<Administer>, query: web::Query<Limit>| {
                query.limit.to_string()
            }),
        )
        .route(
            "/item/{number}",
            web::get().to(async |_: Require<Administer>, number: web::Path<u8>| number.to_string()),
        );
}

/// A handler that responds with an error.
async fn failing(what: web::Path<String>) -> Result<&'static str, ApiError> {
    let field = |field: &str, message: &str| InvalidField {
        field: field.to_owned(),
        message: message.to_owned(),
    };
    Err(match what.as_str() {
        "conflict" => ApiError::conflict("The name is taken"),
        "invalid" => ApiError::invalid_input(vec![
            field("name", "must not be blank"),
            field("email", "is no address"),
        ]),
        "busy" => ApiError::too_many_requests(std::time::Duration::from_millis(1500)),
        "lost" => ApiError::database_unavailable(&std::io::Error::other("the host is hunter2")),
        _ => ApiError::internal(&std::io::Error::other("the password is hunter2")),
    })
}

/// The setup of a service under test.
#[derive(Clone)]
pub(super) struct Setup {
    pub(super) keys: Arc<dyn KeySource>,
    pub(super) introspection: Option<Issuer>,
    pub(super) settings: ServiceSettings,
    pub(super) dependencies: Vec<Arc<dyn health::Dependency>>,
    pub(super) is_stopping: bool,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            keys: Arc::new(StaticKeys::of(&[&TestKey::fixed()])),
            introspection: None,
            settings: ServiceSettings::on_port(0),
            dependencies: Vec::new(),
            is_stopping: false,
        }
    }
}

impl Setup {
    pub(super) fn without_keys() -> Self {
        Self {
            keys: Arc::new(NoKeys),
            ..Self::default()
        }
    }

    pub(super) fn allowing(origins: &[&str]) -> Self {
        let mut setup = Self::default();
        setup.settings.cors_allowed_origins = origins.iter().map(ToString::to_string).collect();
        setup
    }

    /// Sends a request to a new service.
    pub(super) async fn ask(&self, request: TestRequest) -> Answer {
        let mut settings = self.settings.clone();
        settings.limits.max_body_bytes = MAX_BODY_BYTES;
        let keys = Arc::clone(&self.keys);
        let builder = Authenticator::builder(Plain).keys(keys);
        let builder = match self.introspection {
            Some(issuer) => builder.introspection(issuer.endpoint()),
            None => builder,
        };
        let service = Service::new(INFO, builder.build().unwrap(), table())
            .issuer_set_by("AN_ISSUER")
            .with_settings(&settings)
            .public(public)
            .protected("/api", api);
        let service = self.dependencies.iter().fold(service, |service, one| {
            service.depending_on(Arc::clone(one))
        });
        if self.is_stopping {
            service.stopping().begin();
        }
        let app = init_service(service.app()).await;
        let response = call_service(&app, request.to_request()).await;
        let (status, headers) = (response.status(), response.headers().clone());
        let body = read_body(response).await;
        Answer {
            status,
            headers,
            // Some files of the documentation are compressed.
            body: String::from_utf8_lossy(&body).into_owned(),
        }
    }
}

/// Sends a request to a service that has its keys.
pub(super) async fn ask(request: TestRequest) -> Answer {
    Setup::default().ask(request).await
}

/// A response.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: String,
}

impl Answer {
    /// Returns the single value of a header.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.get_all(name);
        let value = values.next()?;
        assert!(values.next().is_none(), "{name} is there twice");
        Some(value.to_str().unwrap())
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}
