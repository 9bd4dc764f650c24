//! `POST /_control/faults` and `POST /_control/faults/clear`

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Deserialize;
use serde_json::json;

use super::input::Asked;
use super::refusal::Refusal;
use crate::faults::{Endpoint, Fault};
use crate::provider::ProviderHandle;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FaultRequest {
    endpoint: Endpoint,
    fault: Fault,
    /// For this many answers; until it is cleared if absent.
    #[serde(default)]
    requests: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ClearRequest {
    /// Every fault if absent.
    #[serde(default)]
    endpoint: Option<Endpoint>,
}

pub(super) async fn set(
    provider: Data<ProviderHandle>,
    Asked(asked): Asked<FaultRequest>,
) -> Result<HttpResponse, Refusal> {
    match asked.requests {
        Some(requests) => provider.fail_next(asked.endpoint, asked.fault, requests)?,
        None => provider.fail(asked.endpoint, asked.fault)?,
    }
    tracing::info!("answers of {} are spoilt now", asked.endpoint.name());
    Ok(list(&provider))
}

pub(super) async fn clear(
    provider: Data<ProviderHandle>,
    Asked(asked): Asked<ClearRequest>,
) -> HttpResponse {
    match asked.endpoint {
        Some(endpoint) => provider.clear_faults_of(endpoint),
        None => provider.clear_faults(),
    }
    tracing::info!("cleared faults");
    list(&provider)
}

fn list(provider: &ProviderHandle) -> HttpResponse {
    HttpResponse::Ok().json(json!({ "faults": provider.faults() }))
}
