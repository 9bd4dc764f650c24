//! The extractor for JSON bodies.

use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header::CONTENT_ENCODING;
use actix_web::{FromRequest, HttpRequest, web};
use identity_actix::ApiError;
use serde::de::DeserializeOwned;

/// A JSON body. Compressed bodies are refused with 415.
pub struct Body<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Body<T> {
    type Error = actix_web::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Self::Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        if request.headers().contains_key(CONTENT_ENCODING) {
            // A small compressed body could expand to a large one.
            let refused = ApiError::unsupported_media_type("application/json, not compressed");
            return Box::pin(async { Err(refused.into()) });
        }
        let body = web::Json::<T>::from_request(request, payload);
        Box::pin(async { Ok(Self(body.await?.into_inner())) })
    }
}
