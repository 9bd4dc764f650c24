//! The middleware that applies the limits.

use std::future::{Ready, ready};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform, forward_ready};
use actix_web::http::StatusCode;
use actix_web::{Error, FromRequest};
use identity_actix::{Caller, ErrorCode};
use pin_project_lite::pin_project;

use super::class::{Classes, RouteClass};
use super::count::Limits;
use super::decision::Told;
use super::key::Key;
use super::switch::RateLimits;
use crate::request::ClientAddress;

/// Middleware that responds with 429 to a request over a limit. Without limits it passes requests on, at the cost of looking
/// whether there are any.
pub(crate) struct LimitLayer {
    limits: RateLimits,
    stage: Stage,
}

/// Where the middleware is.
#[derive(Clone)]
pub(crate) enum Stage {
    /// Outside authentication: the limits of the client address.
    Address(Rc<Classes>),
    /// Inside authentication: the limits of the subject.
    Subject,
}

impl LimitLayer {
    /// Returns the middleware for this stage.
    pub(crate) fn new(limits: &RateLimits, stage: Stage) -> Self {
        let limits = limits.clone();
        Self { limits, stage }
    }
}

/// The service inside.
pub(crate) struct Limited<S> {
    service: Rc<S>,
    limits: RateLimits,
    stage: Stage,
}

impl<S, B> Transform<S, ServiceRequest> for LimitLayer
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Transform = Limited<S>;
    type InitError = ();
    type Future = Ready<Result<Limited<S>, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        ready(Ok(Limited {
            service: Rc::new(service),
            limits: self.limits.clone(),
            stage: self.stage.clone(),
        }))
    }
}

type Response<B> = Result<ServiceResponse<EitherBody<B>>, Error>;

pin_project! {
    /// The response, on its way.
    #[project = Pinned]
    pub(crate) enum Responding<F, B> {
        /// There are no limits.
        Unlimited { #[pin] response: F },
        /// There are some.
        Limited { response: Pin<Box<dyn Future<Output = Response<B>>>> },
    }
}

impl<F, B> Future for Responding<F, B>
where
    F: Future<Output = Result<ServiceResponse<B>, Error>>,
{
    type Output = Response<B>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project() {
            Pinned::Unlimited { response } => response
                .poll(context)
                .map_ok(ServiceResponse::map_into_left_body),
            Pinned::Limited { response } => response.as_mut().poll(context),
        }
    }
}

impl<S, B> Service<ServiceRequest> for Limited<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Future = Responding<S::Future, B>;

    forward_ready!(service);

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let Some(limits) = self.limits.active() else {
            let response = self.service.call(request);
            return Responding::Unlimited { response };
        };
        let service = Rc::clone(&self.service);
        let response: Pin<Box<dyn Future<Output = Response<B>>>> = match &self.stage {
            Stage::Address(classes) => match classes.of(&request) {
                Some(class) => Box::pin(by_address(limits, class, request, service)),
                None => {
                    let response = self.service.call(request);
                    return Responding::Unlimited { response };
                }
            },
            Stage::Subject => Box::pin(by_subject(limits, request, service)),
        };
        Responding::Limited { response }
    }
}

/// Applies the limits of the client address, and counts a failed authentication.
async fn by_address<S, B>(
    limits: Arc<Limits>,
    class: RouteClass,
    request: ServiceRequest,
    service: Rc<S>,
) -> Response<B>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
{
    let key = Key::of_address(&client_address(&request));
    let told = match limits.of_address(class, key).await {
        Ok(told) => told,
        Err(refusal) => return Ok(request.into_response(refusal).map_into_right_body()),
    };
    let response = service.call(request).await?;
    if class == RouteClass::Public || !is_failure(&response) {
        return Ok(with_headers(response, [told, Told::default()]));
    }
    Ok(match limits.of_failure(key).await {
        Ok(failures) => with_headers(response, [told, failures]),
        Err(refusal) => response.into_response(refusal).map_into_right_body(),
    })
}

/// Applies the limits of the subject.
async fn by_subject<S, B>(
    limits: Arc<Limits>,
    request: ServiceRequest,
    service: Rc<S>,
) -> Response<B>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
{
    let class = RouteClass::of_protected(request.method());
    let told = match Caller::of(&request) {
        Some(caller) => {
            let principal = caller.principal();
            let key = || Key::of_subject(&principal.issuer, &principal.subject);
            limits.of_subject(class, key).await
        }
        // There is no authentication outside: the handler's extractors respond with 500.
        None => Ok(Told::default()),
    };
    match told {
        Ok(told) => {
            let response = service.call(request).await?;
            Ok(with_headers(response, [told, Told::default()]))
        }
        Err(refusal) => Ok(request.into_response(refusal).map_into_right_body()),
    }
}

fn client_address(request: &ServiceRequest) -> ClientAddress {
    let Ok(address) = ClientAddress::extract(request.request()).into_inner();
    address
}

fn with_headers<B>(
    mut response: ServiceResponse<B>,
    told: [Told; 2],
) -> ServiceResponse<EitherBody<B>> {
    for told in told {
        told.put(response.headers_mut());
    }
    response.map_into_left_body()
}

/// Returns whether credentials were not accepted. A request without any has tried none, and a caller who must sign in again
/// has a good token.
fn is_failure<B>(response: &ServiceResponse<B>) -> bool {
    let extensions = response.response().extensions();
    let code = extensions.get::<ErrorCode>();
    response.status() == StatusCode::UNAUTHORIZED
        && !matches!(
            code,
            Some(ErrorCode::MissingToken | ErrorCode::InsufficientUserAuthentication)
        )
}
