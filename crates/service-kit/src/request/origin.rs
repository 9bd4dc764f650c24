//! The origin at which the client reached the service: what the request says, or a trusted proxy of it.
//!
//! `Forwarded` (RFC 7239) is not read, as for [`ClientAddress`](crate::ClientAddress).

use actix_web::http::header::{HOST, HeaderName, X_FORWARDED_HOST, X_FORWARDED_PROTO};
use actix_web::{HttpRequest, web};
use url::Url;

use super::proxies::Proxies;

/// Returns whether the client sent the request over https, by the word of a trusted proxy: the service itself has no TLS.
pub(crate) fn is_https(request: &HttpRequest) -> bool {
    forwarded(request, X_FORWARDED_PROTO).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https"))
}

/// Returns the origin (RFC 6454, section 6.2), such as `https://api.example.com`. Returns `None` if the request names no
/// host, several, or something that is none.
///
/// Without a trusted proxy it is as the client says: good for responses to this client, and for nothing that others see.
pub(crate) fn of(request: &HttpRequest) -> Option<String> {
    let authority = match forwarded(request, X_FORWARDED_HOST) {
        Some(host) => host,
        None => own_authority(request)?,
    };
    let scheme = if is_https(request) { "https" } else { "http" };
    let is_authority = authority
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"-._~:[]%".contains(&byte));
    let url = Url::parse(&format!("{scheme}://{authority}")).ok();
    url.filter(|_| is_authority)
        .map(|url| url.origin().ascii_serialization())
}

/// Returns what the request is addressed to (RFC 9112, section 3.2): the absolute form of the target counts, if it is one.
fn own_authority(request: &HttpRequest) -> Option<&str> {
    if let Some(authority) = request.uri().authority() {
        return Some(authority.as_str());
    }
    let mut hosts = request.headers().get_all(HOST);
    let host = hosts.next().filter(|_| hosts.next().is_none())?;
    host.to_str().ok()
}

/// Returns the last value of a forwarded header, if the peer is a trusted proxy: that one was written by the proxy itself,
/// those before it may be the client's.
fn forwarded(request: &HttpRequest, name: HeaderName) -> Option<&str> {
    let value = request.headers().get_all(name).next_back()?;
    let proxies = request.app_data::<web::Data<Proxies>>()?;
    if !proxies.trust(request.peer_addr()?.ip()) {
        return None;
    }
    let last = value.to_str().ok()?.rsplit(',').next()?.trim();
    (!last.is_empty()).then_some(last)
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;
    use actix_web::web;

    use super::{is_https, of};
    use crate::request::proxies::Proxies;

    fn asked(trusted: &str, uri: &str, headers: &[(&str, &str)]) -> (bool, Option<String>) {
        let proxies = Proxies::new(trusted.parse().unwrap());
        let request = TestRequest::with_uri(uri)
            .peer_addr("192.0.2.1:5".parse().unwrap())
            .app_data(web::Data::new(proxies));
        let request = headers
            .iter()
            .fold(request, |request, header| request.append_header(*header));
        let request = request.to_http_request();
        (is_https(&request), of(&request))
    }

    const HOST: (&str, &str) = ("host", "a.example:8000");
    const PROTO: (&str, &str) = ("x-forwarded-proto", "https");
    const FORWARDED: (&str, &str) = ("x-forwarded-host", "b.example");

    #[test]
    fn only_a_trusted_proxy_is_believed() {
        let all = [HOST, PROTO, FORWARDED];
        let own = Some("http://a.example:8000".to_owned());
        for trusted in ["", "198.51.100.0/24"] {
            assert_eq!(asked(trusted, "/", &all), (false, own.clone()), "{trusted}");
        }
        let forwarded = Some("https://b.example".to_owned());
        assert_eq!(asked("192.0.2.1", "/", &all), (true, forwarded));
        let https = Some("https://a.example:8000".to_owned());
        assert_eq!(asked("192.0.2.0/24", "/", &[HOST, PROTO]), (true, https));
        assert_eq!(asked("192.0.2.1", "/", &[HOST]), (false, own));
    }

    #[test]
    fn the_last_value_counts_because_the_proxy_wrote_it() {
        for (values, expected) in [
            (&["https"][..], true),
            (&["HTTPS"], true),
            (&["http"], false),
            (&["https, http"], false),
            (&["http, https"], true),
            (&["https", "http"], false),
            (&["https,"], false),
            (&["https://"], false),
            (&[""], false),
        ] {
            let headers: Vec<_> = values.iter().map(|value| (PROTO.0, *value)).collect();
            assert_eq!(asked("192.0.2.1", "/", &headers).0, expected, "{values:?}");
        }
        let hosts = [HOST, ("x-forwarded-host", "evil.example, c.example")];
        let last = Some("http://c.example".to_owned());
        assert_eq!(asked("192.0.2.1", "/", &hosts).1, last);
    }

    #[test]
    fn what_is_no_host_gives_no_origin() {
        let origin = |uri: &str, headers: &[(&str, &str)]| asked("", uri, headers).1;
        for host in [
            "", " ", "a b", "a/b", "a?b", "a#b", "user@a", "a\\b", "a\"b", "a:x", "[::1", "a,b",
        ] {
            assert_eq!(origin("/", &[("host", host)]), None, "{host:?}");
        }
        assert_eq!(origin("/", &[]), None);
        assert_eq!(origin("/", &[("host", "a"), ("host", "b")]), None);
        for (host, expected) in [
            ("localhost", "http://localhost"),
            ("A.example:80", "http://a.example"),
            ("[::1]:8000", "http://[::1]:8000"),
        ] {
            assert_eq!(origin("/", &[("host", host)]).as_deref(), Some(expected));
        }
        let absolute = origin("http://c.example/x", &[HOST]);
        assert_eq!(absolute.as_deref(), Some("http://c.example"));
    }
}
