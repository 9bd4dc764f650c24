//! `GET /_token/{persona}`: a token as plain text, for `curl` on this machine.

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, ORIGIN, X_CONTENT_TYPE_OPTIONS};
use actix_web::web::{self, Data};
use actix_web::{HttpRequest, HttpResponse};

use crate::claims::TokenKind;
use crate::kind::ProviderKind;
use crate::personas::Obtained;
use crate::provider::Provider;
use crate::same_origin::is_asked_as_loopback;

/// Responds with a token of a persona. Whoever can sign in here, or knows the personas file, gets the same one; therefore it
/// needs no secret, but it is for programs on this machine alone: not for pages, and not under another name.
pub(super) async fn respond(
    request: HttpRequest,
    provider: Data<Provider>,
    persona: web::Path<String>,
) -> HttpResponse {
    if !is_asked_as_loopback(&request) {
        let text = "Ask as localhost, 127.0.0.1 or [::1]; elsewhere, use the token endpoint.";
        return plain(StatusCode::FORBIDDEN, text);
    }
    if is_from_a_page(&request) {
        return plain(StatusCode::FORBIDDEN, "This is not for pages.");
    }
    match of(provider.get_ref(), &persona) {
        Some(token) => plain(StatusCode::OK, &token),
        None => {
            let names: Vec<_> = provider.personas.iter().map(|one| &*one.name).collect();
            let text = format!("No such persona; there are {}", names.join(", "));
            plain(StatusCode::NOT_FOUND, &text)
        }
    }
}

/// A token of a persona, of the kind that it usually has; `None` if there is no such persona.
pub(super) fn of(provider: &Provider, name: &str) -> Option<String> {
    let persona = provider.personas.iter().find(|one| one.name == name)?;
    let is_exchanged = provider.dialect.kind() == ProviderKind::Descope
        && persona.descope.obtained == Obtained::AccessKey;
    let kind = match is_exchanged {
        true => TokenKind::Session,
        false => TokenKind::Access,
    };
    let claims = provider.claims(persona, kind)?;
    provider.sign(claims, kind).ok()
}

/// Browsers say so of every request that a page makes, and of every one that a link of another site leads to.
fn is_from_a_page(request: &HttpRequest) -> bool {
    let site = request.headers().get("sec-fetch-site");
    request.headers().contains_key(ORIGIN) || site.is_some_and(|site| site != "none")
}

fn plain(status: StatusCode, text: &str) -> HttpResponse {
    HttpResponse::build(status)
        .content_type("text/plain; charset=utf-8")
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .body(format!("{text}\n"))
}
