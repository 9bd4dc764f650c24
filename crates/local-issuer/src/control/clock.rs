//! `POST /_control/clock`

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Deserialize;
use serde_json::json;

use super::input::Asked;
use super::refusal::Refusal;
use crate::provider::ProviderHandle;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ClockRequest {
    /// Ahead of the system's clock; negative for behind, 0 for right.
    offset_seconds: i64,
}

pub(super) async fn clock(
    provider: Data<ProviderHandle>,
    Asked(asked): Asked<ClockRequest>,
) -> Result<HttpResponse, Refusal> {
    let largest = ProviderHandle::LARGEST_CLOCK_OFFSET;
    if !(-largest..=largest).contains(&asked.offset_seconds) {
        let expected = format!(
            "expected -{largest} to {largest}, got {}",
            asked.offset_seconds
        );
        return Err(Refusal::member("offset_seconds", expected));
    }
    provider.set_clock_offset(asked.offset_seconds);
    tracing::info!("moved the clock by {} s", asked.offset_seconds);
    let (offset, now) = (provider.clock_offset(), provider.now());
    Ok(HttpResponse::Ok().json(json!({ "clock_offset_seconds": offset, "now": now })))
}
