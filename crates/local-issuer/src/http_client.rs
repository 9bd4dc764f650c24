//! The HTTP client.

use std::time::Duration;

/// A client for the issuer's own plain HTTP addresses: no proxy, no redirects, five seconds.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the one file that makes a client"
)]
pub(crate) fn build() -> Result<reqwest::Client, reqwest::Error> {
    reqwest::Client::builder()
        .timeout(Duration::from_secs(5))
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        // No roots: the issuer speaks plain HTTP, and a machine without a CA bundle must be able to ask it.
        .tls_certs_only([])
        .build()
}
