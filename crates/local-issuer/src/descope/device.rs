//! Descope's endpoint where a device asks for its codes.

use actix_web::HttpResponse;
use actix_web::http::header::CACHE_CONTROL;

use super::project::Project;
use super::refusals;
use crate::client_request::Parameters;
use crate::provider::Call;
use crate::refusal::Refusal;
use crate::sign_in::{authenticate, start_device};

pub(super) fn respond(call: &Call<'_>, project: &Project) -> Result<HttpResponse, Refusal> {
    let parameters = Parameters::read(call.request, call.body)
        .map_err(|error| refusals::unreadable(error.to_string()))?;
    let client = authenticate(call, project, &parameters).map_err(refusals::client)?;
    let started = start_device(call, project, &parameters, &client);
    Ok(HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .json(started.map_err(|error| refusals::invalid(&error.description))?))
}
