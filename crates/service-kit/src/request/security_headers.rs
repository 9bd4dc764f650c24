//! The security headers of every response.

use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{
    AUTHORIZATION, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, COOKIE, HeaderMap,
    HeaderName, HeaderValue, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
};
use actix_web::middleware::Next;
use actix_web::{Error, web};

use super::origin;
use crate::serve::pace::Pace;

/// The headers of a response that sets none itself, whatever it is.
const ALWAYS: [(HeaderName, &str); 2] = [
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (REFERRER_POLICY, "no-referrer"),
];

/// The policy of a page that sets none: it loads nothing, sends no form, and is in no frame. A page that loads something
/// sets its own.
const PAGE: &str =
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The policy of everything else, should a browser ever show it as a page. `frame-ancestors` is what browsers obey; the
/// older `X-Frame-Options` would say the same again.
const DATA: &str = "default-src 'none'; frame-ancestors 'none'";

/// What the headers depend on, besides the response.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Circumstances {
    /// Whether the request has an `Authorization` header or a cookie.
    has_credentials: bool,
    /// Whether a trusted proxy says that the client sent it over https.
    is_https: bool,
}

impl Circumstances {
    /// Returns those of a request.
    pub(crate) fn of(request: &HttpRequest) -> Self {
        let headers = request.headers();
        Self {
            has_credentials: headers.contains_key(AUTHORIZATION) || headers.contains_key(COOKIE),
            is_https: origin::is_https(request),
        }
    }
}

/// The value of `Strict-Transport-Security` (RFC 6797), sent over https only. Without `includeSubDomains` and `preload`:
/// a service does not know the other hosts of its domain.
#[derive(Debug, Clone)]
pub(crate) struct TransportSecurity(HeaderValue);

impl TransportSecurity {
    /// Returns the value for this time.
    pub(crate) fn lasting(max_age: Duration) -> Self {
        let text = format!("max-age={}", max_age.as_secs());
        // Digits are always a header value.
        Self(HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static("max-age=0")))
    }
}

/// Adds the headers that a response does not have.
pub(crate) fn put<B>(given: Circumstances, response: &mut ServiceResponse<B>) {
    let hsts = response
        .request()
        .app_data::<web::Data<TransportSecurity>>();
    let hsts = hsts.filter(|_| given.is_https).map(|hsts| hsts.0.clone());
    let is_refusal = matches!(
        response.status(),
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN
    );
    let headers = response.headers_mut();
    always(headers);
    if let Some(hsts) = hsts {
        add(headers, STRICT_TRANSPORT_SECURITY, hsts);
    }
    // What the credentials opened is for nobody else, and what they did not open is no longer true with others
    // (RFC 9111, section 3.5, keeps shared caches from some of it, and private ones from nothing).
    if given.has_credentials || is_refusal {
        add(headers, CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}

/// Adds the headers that do not depend on the request.
pub(crate) fn always(headers: &mut HeaderMap) {
    for (name, value) in ALWAYS {
        add(headers, name, HeaderValue::from_static(value));
    }
    let policy = if is_html(headers) { PAGE } else { DATA };
    add(
        headers,
        CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(policy),
    );
}

/// Middleware that adds the headers, for an app without the others. It also begins the request, so that the time of the
/// next request head of its connection is limited.
pub(crate) async fn on_every_response<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let given = Circumstances::of(request.request());
    let _in_progress = request.conn_data::<Pace>().map(Pace::begin);
    let mut response = next.call(request).await?;
    put(given, &mut response);
    Ok(response)
}

fn add(headers: &mut HeaderMap, name: HeaderName, value: HeaderValue) {
    if !headers.contains_key(&name) {
        headers.insert(name, value);
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
    use actix_web::http::header::{CONTENT_SECURITY_POLICY, HeaderMap};

    use super::{ALWAYS, DATA, PAGE, always};

    fn headers(kind: &str, policy: Option<&str>) -> HeaderMap {
        let mut response = HttpResponse::Ok();
        response.content_type(kind);
        if let Some(policy) = policy {
            response.insert_header((CONTENT_SECURITY_POLICY, policy));
        }
        let mut response = response.finish();
        always(response.headers_mut());
        response.headers().clone()
    }

    #[test]
    fn a_response_has_its_headers_whatever_its_handler_forgot() {
        for (kind, policy) in [
            ("text/html", PAGE),
            ("Text/HTML; charset=utf-8", PAGE),
            ("application/xhtml+xml", PAGE),
            ("application/json", DATA),
            ("text/htm", DATA),
            ("image/svg+xml", DATA),
        ] {
            let headers = headers(kind, None);
            for (name, value) in ALWAYS {
                assert_eq!(headers.get(&name).unwrap(), value, "{kind}");
            }
            assert_eq!(
                headers.get(CONTENT_SECURITY_POLICY).unwrap(),
                policy,
                "{kind}"
            );
        }
    }

    #[test]
    fn a_pages_own_policy_is_the_only_one() {
        let own = "default-src 'self'; frame-ancestors 'none'";
        let headers = headers("text/html", Some(own));
        let policies: Vec<_> = headers.get_all(CONTENT_SECURITY_POLICY).collect();
        assert_eq!(policies, [own]);
    }
}
