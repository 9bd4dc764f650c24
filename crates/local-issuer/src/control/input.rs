//! What a call asks for: a JSON object, whatever the content type says, so that `curl -d` is enough; no body is `{}`.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::web::{Bytes, Data};
use actix_web::{FromRequest, HttpRequest};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::refusal::Refusal;
use crate::provider::ProviderState;

/// The body of a call.
pub(super) struct Asked<T>(pub(super) T);

/// For calls that ask for nothing in particular.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

impl<T: DeserializeOwned + 'static> FromRequest for Asked<T> {
    type Error = Refusal;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Refusal>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let provider = request.app_data::<Data<ProviderState>>();
        let limit = provider.map_or(0, |provider| provider.limits.body_bytes);
        let body = Bytes::from_request(request, payload);
        Box::pin(async move {
            let body = body.await.map_err(|error| {
                if error.as_response_error().status_code().as_u16() == 413 {
                    Refusal::too_large(limit)
                } else {
                    Refusal::unreadable("The body could not be read")
                }
            })?;
            read(&body).map(Self)
        })
    }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    let body = if body.is_empty() { b"{}" } else { body };
    let mut json = serde_json::Deserializer::from_slice(body);
    let asked = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let member = error.path().to_string();
        let error = error.into_inner();
        if !error.is_data() {
            return Refusal::unreadable(format!("Expected a JSON object: {error}"));
        }
        // A member that is missing or unknown is named in the message; the path is that of the object around it.
        match member.as_str() {
            "." => Refusal::invalid(error.to_string()),
            _ => Refusal::member(member, error),
        }
    })?;
    json.end()
        .map_err(|error| Refusal::unreadable(format!("Expected one JSON object: {error}")))?;
    Ok(asked)
}
