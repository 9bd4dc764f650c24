//! Refuses requests that a page of another site sends.
//!
//! A browser sends a simple request to any site without asking. Without this check, a page could make its visitors'
//! browsers fail sign-ins until their own address has to wait.

use std::future::{Ready, ready};
use std::marker::PhantomData;

use actix_web::dev::Payload;
use actix_web::http::header::ORIGIN;
use actix_web::{FromRequest, HttpRequest, ResponseError, web};

/// The origins whose pages may call, as CORS allows them.
#[derive(Debug, Clone)]
pub struct AllowedOrigins(pub Vec<String>);

/// A page of another site sent the request, and its origin is not allowed.
#[derive(Debug, Clone, Copy)]
pub struct CrossSite;

impl CrossSite {
    /// The description for the client.
    pub const DESCRIPTION: &str = "Pages of another site cannot call this";
}

/// Proof that no page of another site sent the request, or that its origin is allowed. Refuses with `E` otherwise.
///
/// Browsers name the site in `Sec-Fetch-Site`, over https and on localhost. Other clients do not send it.
pub struct NotCrossSite<E>(PhantomData<E>);

impl<E: From<CrossSite> + ResponseError + 'static> FromRequest for NotCrossSite<E> {
    type Error = E;
    type Future = Ready<Result<Self, E>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(if is_cross_site(request) && !is_allowed(request) {
            Err(CrossSite.into())
        } else {
            Ok(Self(PhantomData))
        })
    }
}

fn is_cross_site(request: &HttpRequest) -> bool {
    let sites = request.headers().get_all("sec-fetch-site");
    sites.into_iter().any(|site| site == "cross-site")
}

fn is_allowed(request: &HttpRequest) -> bool {
    let allowed = request.app_data::<web::Data<AllowedOrigins>>();
    allowed.is_some_and(|allowed| {
        let origin = request.headers().get(ORIGIN);
        let is_it = |allowed: &String| allowed == "*" || origin.is_some_and(|one| one == allowed);
        allowed.0.iter().any(is_it)
    })
}
