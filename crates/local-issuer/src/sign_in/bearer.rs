//! The access token of a request to the userinfo endpoint.

use actix_web::http::Method;

use super::read;
use crate::client_request::authorization;
use crate::provider::Call;

/// The bearer token: in the header, or in the form of a POST request
/// ([RFC 6750, 2](https://www.rfc-editor.org/rfc/rfc6750#section-2)). Never in the query.
pub(crate) fn bearer_token(call: &Call<'_>) -> Option<String> {
    if let Some(token) = authorization(call.request, "Bearer") {
        return Some(token.to_owned());
    }
    if *call.request.method() != Method::POST {
        return None;
    }
    let parameters = read::parameters(call).ok()?;
    parameters.get("access_token").map(str::to_owned)
}
