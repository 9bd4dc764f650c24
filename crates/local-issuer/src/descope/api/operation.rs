//! One operation of the API.

use actix_web::HttpResponse;

use crate::descope::project::Project;
use crate::provider::Call;
use crate::refusal::Refusal;

/// What responds to a request.
pub(super) type Act = fn(&Call<'_>, &Project) -> Result<HttpResponse, Refusal>;

/// A method and a path, and what responds to it.
pub(super) struct Operation {
    pub(super) method: &'static str,
    pub(super) path: &'static str,
    pub(super) act: Act,
}

pub(super) const fn get(path: &'static str, act: Act) -> Operation {
    on("GET", path, act)
}

pub(super) const fn post(path: &'static str, act: Act) -> Operation {
    on("POST", path, act)
}

pub(super) const fn on(method: &'static str, path: &'static str, act: Act) -> Operation {
    Operation { method, path, act }
}
