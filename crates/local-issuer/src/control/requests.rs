//! `POST /_control/requests`

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Deserialize;

use super::input::Asked;
use crate::provider::ProviderHandle;

#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RequestsRequest {
    /// How many of the last requests to show.
    last: usize,
    /// Forget them all after they were shown.
    reset: bool,
}

impl Default for RequestsRequest {
    fn default() -> Self {
        Self {
            last: 20,
            reset: false,
        }
    }
}

pub(super) async fn requests(
    provider: Data<ProviderHandle>,
    Asked(asked): Asked<RequestsRequest>,
) -> HttpResponse {
    let mut log = if asked.reset {
        provider.reset_requests()
    } else {
        provider.request_log()
    };
    while log.last.len() > asked.last {
        log.last.pop_front();
    }
    HttpResponse::Ok().json(log)
}
