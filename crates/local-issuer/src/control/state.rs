//! `POST /_control/state` and `POST /_control/reset`

use actix_web::HttpResponse;
use actix_web::web::Data;

use super::input::{Asked, Nothing};
use super::refusal::Refusal;
use crate::provider::ProviderHandle;

pub(super) async fn state(
    provider: Data<ProviderHandle>,
    Asked(Nothing {}): Asked<Nothing>,
) -> HttpResponse {
    HttpResponse::Ok().json(provider.control_state())
}

pub(super) async fn reset(
    provider: Data<ProviderHandle>,
    Asked(Nothing {}): Asked<Nothing>,
) -> Result<HttpResponse, Refusal> {
    provider.reset()?;
    tracing::info!("everything is back to the start");
    Ok(HttpResponse::Ok().json(provider.control_state()))
}
