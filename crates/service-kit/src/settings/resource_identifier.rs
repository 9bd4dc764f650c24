//! The form of a resource identifier (RFC 9728, section 1.2; RFC 8707, section 2).

use url::{Host, Url};

/// Returns whether this is an address that can be a resource identifier: https, or http on this machine, without user, query and
/// fragment. It is compared letter for letter, so it must also be as browsers and libraries write it.
pub(crate) fn is_resource_identifier(text: &str) -> bool {
    let Ok(url) = Url::parse(text) else {
        return false;
    };
    let is_loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    let is_plain = url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    let is_normal = url.as_str() == text || url.as_str().strip_suffix('/') == Some(text);
    let is_safe = url.scheme() == "https" || (url.scheme() == "http" && is_loopback);
    is_safe && is_plain && is_normal
}

#[cfg(test)]
mod tests {
    use super::is_resource_identifier;

    #[test]
    fn a_resource_identifier_is_an_https_address() {
        for good in [
            "https://api.example.com",
            "https://api.example.com/",
            "https://api.example.com/billing",
            "http://localhost:8000",
            "http://127.0.0.1:8000/v1",
            "http://[::1]:8000",
        ] {
            assert!(is_resource_identifier(good), "{good}");
        }
        for bad in [
            "",
            "api.example.com",
            "http://api.example.com",
            "http://localhost.example.com",
            "ftp://api.example.com",
            "https://api.example.com?x",
            "https://api.example.com/#x",
            "https://user@api.example.com",
            "https://API.example.com",
            "https://api.example.com:443",
            "https://api.example.com/a/../b",
            "urn:example:api",
        ] {
            assert!(!is_resource_identifier(bad), "{bad}");
        }
    }
}
