//! The page at `/`: the services and requests to try, who there is, the keys, the requests, and forms that mint and inspect
//! tokens and change what the control plane changes.
//!
//! Reading needs nothing. What the control plane does (`actions`) needs the control token here too, once for each browser.

mod action;
mod actions;
mod attempt;
mod attempt_text;
mod faults;
mod forms;
mod inspect;
mod keys;
mod one_token;
mod services;
mod show;

use actix_web::dev::ServiceRequest;
use actix_web::http::Method;
use actix_web::http::header::{ACCEPT, HeaderMap};
use actix_web::web::{self, Bytes, Data};
use actix_web::{Error, HttpRequest, HttpResponse, guard};

use self::action::Action;
use self::show::{Outcome, show};
use crate::page::{STYLE, style};
use crate::provider::{Call, Provider};

const FORMS: &str = "/_page/";
const OWN_STYLE: &str = include_str!("../templates/front.css");

/// Adds the page for browsers, what its forms send, and `/_token/..`. For programs there is nothing at `/`.
pub(crate) fn routes(app: &mut web::ServiceConfig) {
    app.service(
        web::resource("/")
            .guard(guard::Get())
            .guard(guard::fn_guard(|context| {
                prefers_html(&context.head().headers)
            }))
            .to(open),
    )
    .route("/_page/base.css", web::get().to(async || style(STYLE)))
    .route("/_page/front.css", web::get().to(async || style(OWN_STYLE)))
    .route("/_page/{action}", web::post().to(act))
    .route("/_token/{persona}", web::get().to(one_token::respond));
}

/// Whether a request is for the page, or from one of its forms.
pub(crate) fn owns(request: &ServiceRequest) -> bool {
    let is_page =
        request.path() == "/" && request.method() == Method::GET && prefers_html(request.headers());
    is_page || request.path().starts_with(FORMS)
}

/// Whether a path gives tokens to programs on this machine, and to no page.
pub(crate) fn hands_out_tokens(path: &str) -> bool {
    path.starts_with("/_token/")
}

async fn open(request: HttpRequest, provider: Data<Provider>) -> HttpResponse {
    let call = Call {
        request: &request,
        body: &[],
        provider: &provider,
    };
    show(&call, Outcome::default()).await
}

async fn act(
    request: HttpRequest,
    provider: Data<Provider>,
    action: web::Path<String>,
    body: Result<Bytes, Error>,
) -> HttpResponse {
    let body = body.unwrap_or_default();
    let call = Call {
        request: &request,
        body: &body,
        provider: &provider,
    };
    match Action::of(&action) {
        Some(action) => actions::perform(&call, provider.clone().into_inner(), action).await,
        None => show(&call, Outcome::no_such_form()).await,
    }
}

/// Whether `text/html` is accepted, and no less than JSON
/// ([RFC 9110, 12.5.1](https://www.rfc-editor.org/rfc/rfc9110#section-12.5.1)). Browsers name it; `*/*` alone is a program.
fn prefers_html(headers: &HeaderMap) -> bool {
    let lines = headers
        .get_all(ACCEPT)
        .filter_map(|line| line.to_str().ok());
    let (mut html, mut json) = (0.0, 0.0);
    for range in lines.flat_map(|line| line.split(',')) {
        let mut parts = range.split(';').map(str::trim);
        let kind = parts.next().unwrap_or_default();
        let quality = parts.find_map(|part| part.strip_prefix("q="));
        let quality: f32 = quality.map_or(1.0, |text| text.parse().unwrap_or(0.0));
        if kind.eq_ignore_ascii_case("text/html") {
            html = quality;
        } else if kind.eq_ignore_ascii_case("application/json") {
            json = quality;
        }
    }
    html > 0.0 && html >= json
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    #[test]
    fn a_browser_gets_the_page_and_a_program_does_not() {
        for (accept, expected) in [
            ("*/*", false),
            ("application/json", false),
            ("application/json, text/html;q=0.9", false),
            ("text/html;q=0", false),
            ("text/htmlx", false),
            ("text/html;q=x", false),
            ("TEXT/HTML", true),
            (
                "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
                true,
            ),
            ("application/json;q=0.5, text/html;level=1;q=0.7", true),
        ] {
            let mut headers = HeaderMap::new();
            assert!(!prefers_html(&headers));
            headers.insert(ACCEPT, HeaderValue::from_static(accept));
            assert_eq!(prefers_html(&headers), expected, "{accept}");
        }
    }
}
