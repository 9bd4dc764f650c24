//! `POST /_control/rotate`

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Deserialize;

use super::input::Asked;
use super::keys::in_background;
use super::refusal::Refusal;
use crate::provider::ProviderHandle;
use crate::rotation::Rotation;

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RotateRequest {
    /// Absent: as the provider does. True: only publish the next key. False: sign at once with a key nobody has seen.
    publish_ahead: Option<bool>,
    /// Take the previous keys out of the key set.
    revoke: bool,
}

pub(super) async fn rotate(
    provider: Data<ProviderHandle>,
    Asked(asked): Asked<RotateRequest>,
) -> Result<HttpResponse, Refusal> {
    let ids = in_background(move || provider.rotate(asked.into())).await?;
    tracing::info!(key.id = %ids.current, "rotated the keys, {} signs now", ids.current);
    Ok(HttpResponse::Ok().json(ids))
}

impl From<RotateRequest> for Rotation {
    fn from(asked: RotateRequest) -> Self {
        let rotation = match asked.publish_ahead {
            None => Self::default(),
            Some(true) => Self::publish_ahead(),
            Some(false) => Self::unannounced(),
        };
        if asked.revoke {
            rotation.and_revoke()
        } else {
            rotation
        }
    }
}
