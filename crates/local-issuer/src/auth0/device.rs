//! Auth0's endpoint where a device asks for its codes.

use actix_web::HttpResponse;
use actix_web::http::header::CACHE_CONTROL;

use super::refusals;
use super::tenant::Tenant;
use crate::client_request::Parameters;
use crate::provider::Call;
use crate::refusal::Refusal;
use crate::sign_in::{authenticate, start_device};

pub(super) fn respond(call: &Call<'_>, tenant: &Tenant) -> Result<HttpResponse, Refusal> {
    let parameters = Parameters::read(call.request, call.body).map_err(refusals::unreadable)?;
    let client = authenticate(call, tenant, &parameters).map_err(refusals::client)?;
    let started = start_device(call, tenant, &parameters, &client);
    Ok(HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .json(started.map_err(refusals::authorization)?))
}
