//! The routes of a scope, and the checks between authentication and a handler.

use std::any::Any;
use std::pin::Pin;

use actix_web::body::BoxBody;
use actix_web::dev::{HttpServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, HttpResponse};
use utoipa_actix_web::OpenApiFactory;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::observe::audit::Change;
use crate::observe::{note_actor, note_caller};

/// A service's own check of authenticated requests.
pub type Check = fn(&ServiceRequest) -> CheckOutcome<'_>;

/// The outcome of a [`Check`]: what is kept until the handler has responded. Errors: the response to a request that is
/// rejected.
pub type CheckOutcome<'a> = Pin<Box<dyn Future<Output = Result<Box<dyn Any>, HttpResponse>> + 'a>>;

/// Collects the routes of a scope. Accepts only handlers with `#[utoipa::path]`, so that no route is missing from the
/// OpenAPI document, or from what is checked against it.
pub struct Routes<'r, 'c>(pub(crate) &'r mut ServiceConfig<'c>);

impl Routes<'_, '_> {
    /// Adds a handler.
    pub fn service(
        &mut self,
        handler: impl HttpServiceFactory + OpenApiFactory + 'static,
    ) -> &mut Self {
        self.0.service(handler);
        self
    }

    #[cfg(test)]
    pub(crate) fn route(&mut self, path: &str, route: actix_web::Route) -> &mut Self {
        self.0.route(path, route);
        self
    }
}

/// Records the caller of an authenticated request, and runs the service's own check.
pub(crate) async fn authenticated(
    check: Option<Check>,
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    note_caller(&request);
    note_actor(&request);
    let change = Change::begin(&request);
    let outcome = checked(check, request, next).await;
    change.end();
    outcome
}

/// Runs the service's own check, and then the handler.
async fn checked(
    check: Option<Check>,
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let mut _kept = None;
    if let Some(check) = check {
        let outcome = check(&request).await;
        match outcome {
            Ok(kept) => _kept = Some(kept),
            Err(response) => return Ok(request.into_response(response)),
        }
    }
    next.call(request).await
}
