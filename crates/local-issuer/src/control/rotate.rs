//! `POST /_control/rotate`

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use serde_json::json;

use crate::provider::ProviderState;
use crate::rotation::Rotation;

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct RotateRequest {
    /// Absent: as the provider does. True: only publish the next key. False: sign at once with a key nobody has seen.
    publish_ahead: Option<bool>,
    /// Take the previous keys out of the key set.
    revoke: bool,
}

pub(super) async fn rotate(provider: web::Data<ProviderState>, body: web::Bytes) -> HttpResponse {
    let read = if body.is_empty() {
        Ok(RotateRequest::default())
    } else {
        serde_json::from_slice(&body)
    };
    let asked = match read {
        Ok(asked) => asked,
        Err(error) => {
            let description =
                format!("Expected {{\"publish_ahead\"?: bool, \"revoke\"?: bool}}: {error}");
            return HttpResponse::BadRequest()
                .json(json!({ "error": "invalid_request", "error_description": description }));
        }
    };
    // Generating a key takes long enough to be noticed by whoever waits on this worker.
    match web::block(move || provider.keys.rotate(asked.into())).await {
        Ok(Ok(ids)) => {
            tracing::info!(key.id = %ids.current, "rotated the keys, {} signs now", ids.current);
            HttpResponse::Ok().json(ids)
        }
        Ok(Err(error)) => failed(&error),
        Err(error) => failed(&error),
    }
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

fn failed(error: &dyn std::error::Error) -> HttpResponse {
    tracing::error!("could not rotate the keys: {error}");
    HttpResponse::InternalServerError()
        .json(json!({ "error": "server_error", "error_description": "Could not rotate the keys" }))
}
