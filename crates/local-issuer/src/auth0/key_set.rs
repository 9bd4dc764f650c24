//! Auth0's key set: the current key and, always published ahead, the next one.

use actix_web::{HttpResponse, web};
use serde_json::json;

use super::Refusal;
use crate::provider::ProviderState;

const PATH: &str = "/.well-known/jwks.json";

/// Every address of the key set.
pub(crate) fn paths() -> Vec<String> {
    vec![PATH.to_owned()]
}

pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.route(PATH, web::get().to(key_set));
}

async fn key_set(provider: web::Data<ProviderState>) -> Result<HttpResponse, Refusal> {
    Ok(HttpResponse::Ok().json(json!({ "keys": provider.keys.jwks()? })))
}
