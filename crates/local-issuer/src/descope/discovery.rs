//! Descope's discovery documents.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Value, json};

use super::Project;
use crate::provider::ProviderState;
use crate::server::asked_address;

/// Every address of the documents.
pub(crate) fn paths(project: &Project) -> Vec<String> {
    let mut paths = federated_paths(&project.id).to_vec();
    paths.extend(inbound_paths(&project.id));
    paths
}

pub(super) fn routes(project: &Arc<Project>, app: &mut web::ServiceConfig) {
    for path in federated_paths(&project.id) {
        app.route(&path, web::get().to(federated_app));
    }
    for path in inbound_paths(&project.id) {
        app.route(&path, web::get().to(inbound_apps));
    }
}

fn federated_paths(id: &str) -> [String; 3] {
    [
        format!("/{id}/.well-known/openid-configuration"),
        format!("/{id}/.well-known/oauth-authorization-server"),
        format!("/.well-known/oauth-authorization-server/{id}"),
    ]
}

fn inbound_paths(id: &str) -> [String; 2] {
    ["openid-configuration", "oauth-authorization-server"]
        .map(|document| format!("/v1/apps/{id}/.well-known/{document}"))
}

/// The document of the project's default OpenID application.
async fn federated_app(
    request: HttpRequest,
    provider: web::Data<ProviderState>,
    project: web::Data<Project>,
) -> HttpResponse {
    let base = asked_address(&request, &provider.base_url);
    let endpoints = format!("{base}/oauth2/v1");
    HttpResponse::Ok().json(document(&project.issuer(), &base, &endpoints, &project.id))
}

/// The document that the project's inbound applications share.
async fn inbound_apps(
    request: HttpRequest,
    provider: web::Data<ProviderState>,
    project: web::Data<Project>,
) -> HttpResponse {
    let base = asked_address(&request, &provider.base_url);
    let endpoints = format!("{base}/oauth2/v1/apps/{}", project.id);
    HttpResponse::Ok().json(document(
        &project.apps_issuer(),
        &base,
        &endpoints,
        &project.id,
    ))
}

/// The issuer is a setting; every other address is the one that was asked, where the reader can surely reach it.
fn document(issuer: &str, base: &str, endpoints: &str, project_id: &str) -> Value {
    json!({
        "issuer": issuer,
        "jwks_uri": format!("{base}/{project_id}/.well-known/jwks.json"),
        "authorization_endpoint": format!("{endpoints}/authorize"),
        "token_endpoint": format!("{endpoints}/token"),
        "userinfo_endpoint": format!("{endpoints}/userinfo"),
        "end_session_endpoint": format!("{endpoints}/logout"),
        "revocation_endpoint": format!("{endpoints}/revoke"),
        "device_authorization_endpoint": format!("{endpoints}/device"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "code_challenge_methods_supported": ["S256"],
        "scopes_supported": ["openid", "profile", "email", "phone"],
        "claims_supported": [
            "iss", "aud", "iat", "exp", "sub", "name", "email", "email_verified", "phone_number",
            "phone_number_verified", "picture", "family_name", "given_name",
        ],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        // More than the token endpoint accepts, as with the real one.
        "grant_types_supported": [
            "authorization_code", "refresh_token", "client_credentials",
            "urn:ietf:params:oauth:grant-type:token-exchange", "urn:ietf:params:oauth:grant-type:jwt-bearer",
        ],
    })
}
