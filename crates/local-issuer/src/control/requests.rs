//! `POST /_control/requests`

use actix_web::{HttpResponse, web};
use serde_json::json;

use crate::provider::ProviderState;

pub(super) async fn requests(provider: web::Data<ProviderState>) -> HttpResponse {
    HttpResponse::Ok().json(json!({ "requests": provider.requests.counts() }))
}
