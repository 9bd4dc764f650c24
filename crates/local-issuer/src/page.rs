//! A page as a response.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ContentType, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use askama::Template;
use url::Url;

/// The style sheet of every page.
pub(crate) const STYLE: &str = include_str!("../templates/style.css");

/// Where the form of a page may lead.
#[derive(Clone, Copy)]
pub(crate) enum FormTarget<'a> {
    /// There is no form.
    None,
    /// To the issuer itself.
    Own,
    /// To the issuer, which redirects to this address: browsers check a redirect as well.
    With(&'a str),
}

impl<'a> FormTarget<'a> {
    /// The issuer, and the address that it redirects to, if there is one.
    pub(crate) fn of(address: Option<&'a str>) -> Self {
        address.map_or(Self::Own, Self::With)
    }
}

/// Nothing is loaded but the style sheet, and no other page can frame it. The referrer goes to no other site; within the issuer
/// it is needed, for without it browsers send `Origin: null` with the form.
pub(crate) fn page(
    status: StatusCode,
    template: &impl Template,
    target: FormTarget<'_>,
) -> HttpResponse {
    let html = template.render().unwrap_or_else(|error| {
        tracing::error!("could not write a page: {error}");
        String::new()
    });
    let form_action = match target {
        FormTarget::None => "'none'".to_owned(),
        FormTarget::Own => "'self'".to_owned(),
        FormTarget::With(address) => format!("'self' {}", source_of(address)),
    };
    let policy = format!(
        "default-src 'none'; style-src 'self'; form-action {form_action}; base-uri 'none'; frame-ancestors 'none'"
    );
    HttpResponse::build(status)
        .insert_header(ContentType::html())
        .insert_header((CONTENT_SECURITY_POLICY, policy))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((X_FRAME_OPTIONS, "DENY"))
        .insert_header((REFERRER_POLICY, "same-origin"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(html)
}

/// A style sheet as a response.
pub(crate) fn style(sheet: &'static str) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/css; charset=utf-8"))
        .insert_header((CACHE_CONTROL, "no-cache"))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .body(sheet)
}

/// The origin of an address, or its scheme where a policy cannot write an origin.
fn source_of(address: &str) -> String {
    let Ok(url) = Url::parse(address) else {
        return String::new();
    };
    let is_plain = matches!(url.scheme(), "http" | "https") && !address.contains('[');
    if is_plain {
        url.origin().ascii_serialization()
    } else {
        format!("{}:", url.scheme())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_names_the_origin_that_the_form_leads_to() {
        for (address, source) in [
            (
                "http://localhost:8000/docs/oauth2-redirect.html",
                "http://localhost:8000",
            ),
            ("https://app.example/cb?x=1", "https://app.example"),
            ("http://[::1]:8000/cb", "http:"),
            ("com.example.app:/cb", "com.example.app:"),
        ] {
            assert_eq!(source_of(address), source);
        }
    }
}
