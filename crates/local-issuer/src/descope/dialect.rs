//! What makes a project a dialect.

use std::sync::Arc;

use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Map, Value, json};

use super::project::Project;
use super::token::Application;
use super::{access_key, api, discovery, people, refusals, token};
use crate::claims::{ClaimsRequest, TokenKind};
use crate::faults::Endpoint;
use crate::keys::KeyStyle;
use crate::kind::ProviderKind;
use crate::provider::{Dialect, Provider, Route};
use crate::random;
use crate::refusal::Refusal;

pub(crate) const TOKEN_PATH: &str = "/oauth2/v1/token";
pub(crate) const EXCHANGE_PATH: &str = "/v1/auth/accesskey/exchange";

pub(crate) const KEYS: KeyStyle = KeyStyle {
    new_kid: || Ok(format!("SK{}", random::alphanumeric(27)?)),
    sorted: true,
    publishes_ahead: false,
};

impl Dialect for Project {
    fn kind(&self) -> ProviderKind {
        ProviderKind::Descope
    }

    fn issuer(&self) -> String {
        self.federated_issuer()
    }

    fn audience(&self) -> &str {
        &self.id
    }

    fn default_lifetime(&self) -> i64 {
        600
    }

    fn typ(&self, _: TokenKind) -> &'static str {
        "JWT"
    }

    fn claims(&self, request: &ClaimsRequest<'_>, kind: TokenKind) -> Option<Map<String, Value>> {
        Some(self.token_claims(request, kind))
    }

    fn routes(self: Arc<Self>) -> Vec<Route> {
        let id = &self.id;
        let mut routes = Vec::new();
        let mut discovery = |path: String, inbound| {
            let project = Arc::clone(&self);
            routes.push(Route::new(path, Endpoint::Discovery, move |call| {
                let document = discovery::document(&project, &call.base_url(), inbound);
                Ok(HttpResponse::Ok().json(document))
            }));
        };
        discovery(format!("/{id}/.well-known/openid-configuration"), false);
        discovery(
            format!("/{id}/.well-known/oauth-authorization-server"),
            false,
        );
        discovery(
            format!("/.well-known/oauth-authorization-server/{id}"),
            false,
        );
        for document in ["openid-configuration", "oauth-authorization-server"] {
            discovery(format!("/v1/apps/{id}/.well-known/{document}"), true);
        }
        for path in [
            format!("/{id}/.well-known/jwks.json"),
            format!("/v2/keys/{id}"),
        ] {
            routes.push(Route::new(path, Endpoint::Jwks, |call| {
                Ok(key_set(json!({ "keys": call.provider.keys.jwks() })))
            }));
        }
        // The first version's form is the list alone.
        routes.push(Route::new(
            format!("/v1/keys/{id}"),
            Endpoint::Jwks,
            |call| Ok(key_set(call.provider.keys.jwks().into())),
        ));
        for (path, application) in [
            (TOKEN_PATH.to_owned(), Application::Federated),
            ("/oauth2/v1/apps/token".to_owned(), Application::Inbound),
            (format!("/oauth2/v1/apps/{id}/token"), Application::Inbound),
        ] {
            let project = Arc::clone(&self);
            routes.push(Route::new(path, Endpoint::Token, move |call| {
                token::respond(call, &project, application)
            }));
        }
        let project = Arc::clone(&self);
        routes.push(Route::new(EXCHANGE_PATH, Endpoint::Token, move |call| {
            access_key::exchange(call, &project)
        }));
        routes.extend(people::routes(self));
        routes
    }

    fn other(
        &self,
        request: &HttpRequest,
        body: Option<&[u8]>,
        provider: &Provider,
    ) -> Option<Result<HttpResponse, Refusal>> {
        api::respond(self, request, body, provider)
    }

    fn reset(&self) {
        self.directory.reset();
        self.links.clear();
    }

    fn not_found(&self, message: &str) -> Refusal {
        refusals::not_found(message)
    }
}

/// Clients that obey the header fetch the keys for each token; the real one sends it too.
fn key_set(keys: Value) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store, no-cache"))
        .json(keys)
}
