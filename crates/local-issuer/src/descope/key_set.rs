//! Descope's key set, at its three addresses.

use std::sync::Arc;

use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpResponse, web};
use serde_json::{Value, json};

use super::{Project, Refusal};
use crate::provider::ProviderState;

/// Clients that obey this fetch the keys for each token; the real one sends it too.
const NEVER_STORED: (actix_web::http::header::HeaderName, &str) =
    (CACHE_CONTROL, "no-store, no-cache");

/// Every address of the key set.
pub(crate) fn paths(project: &Project) -> Vec<String> {
    let id = &project.id;
    vec![
        format!("/{id}/.well-known/jwks.json"),
        format!("/v2/keys/{id}"),
        legacy_path(id),
    ]
}

pub(super) fn routes(project: &Arc<Project>, app: &mut web::ServiceConfig) {
    let legacy = legacy_path(&project.id);
    for path in paths(project).into_iter().filter(|path| *path != legacy) {
        app.route(&path, web::get().to(key_set));
    }
    app.route(&legacy, web::get().to(legacy_key_set));
}

async fn key_set(provider: web::Data<ProviderState>) -> Result<HttpResponse, Refusal> {
    let keys = provider.keys.jwks()?;
    Ok(HttpResponse::Ok()
        .insert_header(NEVER_STORED)
        .json(json!({ "keys": keys })))
}

/// The first version's form: the list alone.
async fn legacy_key_set(provider: web::Data<ProviderState>) -> Result<HttpResponse, Refusal> {
    let keys = provider.keys.jwks()?;
    Ok(HttpResponse::Ok()
        .insert_header(NEVER_STORED)
        .json(Value::Array(keys)))
}

fn legacy_path(project_id: &str) -> String {
    format!("/v1/keys/{project_id}")
}
