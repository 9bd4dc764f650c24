//! The pages for people: they load one style sheet and nothing else, and no other page can frame them.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, ContentType, HeaderName, HeaderValue, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use askama::Template;
use tracing::error;
use url::Url;

use crate::oauth_error::OAuthError;

/// The style sheet of all pages.
pub const STYLE: &str = include_str!("../templates/style.css");

/// What a form proves itself with.
#[derive(Debug)]
pub struct Form {
    /// The query of the request that the form is for.
    pub request: String,
    /// The token for it.
    pub token: String,
}

/// The sign-in page.
#[derive(Debug, Template)]
#[template(path = "sign_in.html")]
pub struct SignInPage<'p> {
    /// The client.
    pub client: &'p str,
    /// The name to begin with.
    pub username: &'p str,
    /// Why the last attempt was refused.
    pub fault: Option<&'p str>,
    /// The form.
    pub form: Form,
}

/// The page that asks whether to sign out.
#[derive(Debug, Template)]
#[template(path = "sign_out.html")]
pub struct SignOutPage<'p> {
    /// The name of the user.
    pub username: &'p str,
    /// The form.
    pub form: Form,
}

/// A page with a message.
#[derive(Debug, Template)]
#[template(path = "message.html")]
pub struct MessagePage<'p> {
    /// The heading.
    pub title: &'p str,
    /// The message.
    pub text: &'p str,
}

/// Returns a page as a response. `form_target` is the address that its form ends at by a redirect, if there is one:
/// browsers check it too.
pub fn page(status: StatusCode, page: &impl Template, form_target: Option<&str>) -> HttpResponse {
    let html = match page.render() {
        Ok(html) => html,
        Err(error) => {
            error!(reason = %error, "a page cannot be rendered: {error}");
            return HttpResponse::InternalServerError().finish();
        }
    };
    let target = form_target.map(source_of).unwrap_or_default();
    // The referrer stays within the server, where it is needed: without one, browsers send `Origin: null` with a form.
    HttpResponse::build(status)
        .insert_header(ContentType::html())
        .insert_header((
            CONTENT_SECURITY_POLICY,
            format!(
                "default-src 'none'; style-src 'self'; form-action 'self'{target}; base-uri 'none'; frame-ancestors 'none'"
            ),
        ))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((X_FRAME_OPTIONS, "DENY"))
        .insert_header((REFERRER_POLICY, "same-origin"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(html)
}

/// Returns a page that says what is wrong.
pub fn problem(status: StatusCode, text: &str) -> HttpResponse {
    let title = match status {
        StatusCode::FORBIDDEN => "This form cannot be used",
        _ => "This does not work",
    };
    page(status, &MessagePage { title, text }, None)
}

/// Returns a page for an error of the server.
pub fn failed(error: &OAuthError) -> HttpResponse {
    of_error(problem(error.status(), error.description()), error)
}

/// Adds what an error has besides its status and its description: `Retry-After`, and what it is in the audit events.
pub fn of_error(mut response: HttpResponse, error: &OAuthError) -> HttpResponse {
    if let Some((name, value)) = error.retry_after() {
        response.headers_mut().insert(name, value);
    }
    if let Some(refusal) = error.refusal() {
        response.extensions_mut().insert(refusal);
    }
    response
}

/// Adds a header, such as a cookie, if there is one.
pub fn with_header(
    mut response: HttpResponse,
    header: Option<(HeaderName, String)>,
) -> HttpResponse {
    if let Some((name, value)) = header
        && let Ok(value) = HeaderValue::try_from(value)
    {
        response.headers_mut().append(name, value);
    }
    response
}

/// Returns the source of an address for the policy: its origin, or its scheme if a policy cannot have the origin.
fn source_of(address: &str) -> String {
    let Ok(url) = Url::parse(address) else {
        return String::new();
    };
    let is_plain = matches!(url.scheme(), "http" | "https") && !address.contains('[');
    match is_plain {
        true => format!(" {}", url.origin().ascii_serialization()),
        false => format!(" {}:", url.scheme()),
    }
}

#[cfg(test)]
mod tests {
    use super::source_of;

    #[test]
    fn the_policy_has_the_origin_that_a_form_ends_at() {
        for (address, source) in [
            ("http://localhost:8000/docs/cb", " http://localhost:8000"),
            ("https://app.example/cb?x=1", " https://app.example"),
            ("http://[::1]:8000/cb", " http:"),
            ("com.example.app:/cb", " com.example.app:"),
        ] {
            assert_eq!(source_of(address), source);
        }
    }
}
