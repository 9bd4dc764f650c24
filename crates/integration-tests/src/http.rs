//! The one place that makes an HTTP client.

use std::io::Read;
use std::time::Duration;

use anyhow::{Context, Result};
use flate2::read::GzDecoder;
use reqwest::header::HeaderValue;
use reqwest::redirect::Policy;
use reqwest::{Client, Method};

use crate::answer::Answer;
use crate::call::Call;

/// A client for plain HTTP on this machine or network: no proxy, no redirects, no kept connections, so that a server
/// that was stopped has nothing to wait for.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the one file that makes a client"
)]
pub(crate) fn client() -> Result<Client> {
    Ok(Client::builder()
        .timeout(Duration::from_secs(30))
        .redirect(Policy::none())
        .no_proxy()
        .pool_max_idle_per_host(0)
        // The services under test speak plain HTTP, and a machine without a CA bundle must be able to ask them.
        .tls_certs_only([])
        .build()?)
}

/// Sends `call` to the service at `base_url`.
pub(crate) async fn send(client: &Client, base_url: &str, call: &Call) -> Result<Answer> {
    let method = Method::from_bytes(call.method.as_bytes())?;
    let mut request = client.request(method, format!("{base_url}{}", call.path));
    for (name, value) in &call.headers {
        // Added, not set: a header may be there twice.
        request = request.header(name.as_str(), HeaderValue::from_bytes(value)?);
    }
    if let Some(body) = &call.body {
        request = request.body(body.clone());
    }
    let response = request
        .send()
        .await
        .with_context(|| format!("no answer to {call:?}"))?;
    let status = response.status().as_u16();
    let header = |(name, value): (&reqwest::header::HeaderName, &HeaderValue)| {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        (name.as_str().to_owned(), value)
    };
    let headers = response.headers().iter().map(header).collect();
    let answer = Answer {
        status,
        headers,
        body: response.bytes().await?.to_vec(),
    };
    decoded(answer)
}

/// Browsers read gzip, and so does this client: reqwest's own decoder would hide the header that says so.
fn decoded(mut answer: Answer) -> Result<Answer> {
    if answer.header("content-encoding") == Some("gzip") {
        let mut body = Vec::new();
        GzDecoder::new(answer.body.as_slice()).read_to_end(&mut body)?;
        answer.body = body;
    }
    Ok(answer)
}
