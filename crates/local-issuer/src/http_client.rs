//! The HTTP client.

use std::time::Duration;

use url::{Host, Url};

/// A client for requests to the issuer or the service at `url`: no proxy, no redirects, five seconds.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the one file that makes a client"
)]
pub(crate) fn build(url: &str) -> Result<reqwest::Client, reqwest::Error> {
    let builder = reqwest::Client::builder()
        .timeout(Duration::from_secs(5))
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy();
    let url = Url::parse(url).ok();
    match url.is_none_or(|url| url.scheme() != "https" || is_loopback(&url)) {
        // No roots: a machine without a CA bundle must be able to ask what is on it. What its certificate names does not
        // matter then: no other machine responds, and the secrets are public.
        true => builder
            .tls_certs_only([])
            .tls_danger_accept_invalid_certs(true)
            .build(),
        false => builder.build(),
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
