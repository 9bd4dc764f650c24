//! Which page sent a form.

use actix_web::HttpRequest;
use actix_web::http::header::{HOST, ORIGIN};

/// Whether no other page sent this request, by what the browser says: `Sec-Fetch-Site` where it has it, and `Origin`.
pub(crate) fn is_same_origin(request: &HttpRequest) -> bool {
    let header = |name: &str| {
        let value = request.headers().get(name)?;
        Some(value.to_str().unwrap_or("(not text)"))
    };
    let site = header("sec-fetch-site");
    let same_site = site.is_none_or(|site| matches!(site, "same-origin" | "none"));
    let own = header(HOST.as_str()).unwrap_or_default();
    let origin = header(ORIGIN.as_str());
    // A proxy that terminates TLS may not say so, therefore the scheme is left out.
    let authority = |origin: &str| {
        origin
            .split_once("://")
            .is_some_and(|(_, host)| host == own)
    };
    same_site && origin.is_none_or(authority)
}

/// Whether the client used a name of this machine. A page of another site whose name was made to lead here
/// (DNS rebinding) uses its own.
pub(crate) fn is_asked_as_loopback(request: &HttpRequest) -> bool {
    let host = request.headers().get(HOST);
    let host = host.and_then(|host| host.to_str().ok()).unwrap_or_default();
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    ["localhost", "127.0.0.1", "[::1]"]
        .iter()
        .any(|own| name.eq_ignore_ascii_case(own))
}
