//! The security headers of pages.

use actix_web::dev::ServiceResponse;
use actix_web::http::header::{
    CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};

/// The headers of a page that sets none: it loads nothing, sends no form, and is in no frame. A page that loads
/// something sets its own `Content-Security-Policy`.
const DEFAULTS: [(HeaderName, &str); 3] = [
    (
        CONTENT_SECURITY_POLICY,
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (REFERRER_POLICY, "no-referrer"),
];

/// Adds the headers that an HTML response does not have.
pub(crate) fn put<B>(response: &mut ServiceResponse<B>) {
    let headers = response.headers_mut();
    if !is_html(headers) {
        return;
    }
    for (name, value) in DEFAULTS {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
}

fn is_html(headers: &HeaderMap) -> bool {
    let kind = headers
        .get(CONTENT_TYPE)
        .map_or(&b""[..], |kind| kind.as_bytes());
    let is = |html: &[u8]| {
        let start = kind.get(..html.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(html))
    };
    is(b"text/html") || is(b"application/xhtml+xml")
}

#[cfg(test)]
mod tests {
    use actix_web::HttpResponse;
    use actix_web::dev::ServiceResponse;
    use actix_web::http::header::CONTENT_SECURITY_POLICY;
    use actix_web::test::TestRequest;

    fn with_headers(response: &mut actix_web::HttpResponseBuilder) -> ServiceResponse {
        let request = TestRequest::default().to_http_request();
        let mut response = ServiceResponse::new(request, response.finish());
        super::put(&mut response);
        response
    }

    #[test]
    fn a_page_has_its_headers_whatever_its_handler_forgot() {
        for kind in ["text/html", "Text/HTML; charset=utf-8"] {
            let page = with_headers(HttpResponse::Ok().insert_header(("content-type", kind)));
            for (name, value) in super::DEFAULTS {
                assert_eq!(page.headers().get(&name).unwrap(), value, "{kind}");
            }
        }
        let own = "default-src 'self'; frame-ancestors 'none'";
        let page = with_headers(
            HttpResponse::Ok()
                .content_type("text/html")
                .insert_header((CONTENT_SECURITY_POLICY, own)),
        );
        let policies: Vec<_> = page.headers().get_all(CONTENT_SECURITY_POLICY).collect();
        assert_eq!(policies, [own]);
        let json = with_headers(HttpResponse::Ok().content_type("application/json"));
        assert!(!json.headers().contains_key(CONTENT_SECURITY_POLICY));
    }
}
