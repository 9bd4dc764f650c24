//! Descope's `Authorization` header: `Bearer <project id>`, then what the caller has, separated by colons.

use actix_web::http::header::ORIGIN;

use crate::client_request::authorization;
use crate::descope::project::Project;
use crate::descope::refusals;
use crate::provider::Call;
use crate::refusal::Refusal;

/// Refuses a caller that does not name the project.
pub(super) fn project(call: &Call<'_>, project: &Project) -> Result<(), Refusal> {
    parts(call, project).map(drop)
}

/// The token (session or refresh) that follows the project id; a management key may follow the token.
pub(super) fn token<'a>(call: &'a Call<'_>, project: &Project) -> Result<&'a str, Refusal> {
    let token = parts(call, project)?.unwrap_or_default();
    let (token, _) = token.split_once(':').unwrap_or((token, ""));
    if token.is_empty() {
        return Err(refusals::invalid_token("The request has no token"));
    }
    Ok(token)
}

/// Refuses a caller that does not have the management key, and every request of a page: the default key is public, so a page of
/// another site could use it.
pub(super) fn management(call: &Call<'_>, project: &Project) -> Result<(), Refusal> {
    if call.request.headers().contains_key(ORIGIN) {
        return Err(refusals::invalid_token(
            "Pages cannot use the management API",
        ));
    }
    let key = parts(call, project)?.unwrap_or_default();
    if project.management_key.matches(key) {
        return Ok(());
    }
    Err(refusals::invalid_token(
        "Failed to validate the management key",
    ))
}

/// What follows the project id.
fn parts<'a>(call: &'a Call<'_>, project: &Project) -> Result<Option<&'a str>, Refusal> {
    let header = authorization(call.request, "Bearer").unwrap_or_default();
    let (id, rest) = match header.split_once(':') {
        Some((id, rest)) => (id, Some(rest)),
        None => (header, None),
    };
    if id == project.id {
        return Ok(rest);
    }
    let message = format!("Expected \"Authorization: Bearer {}\"", project.id);
    Err(refusals::invalid_token(&message))
}
