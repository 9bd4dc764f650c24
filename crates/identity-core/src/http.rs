//! The HTTP client for requests to issuers: with a timeout, a size limit, no redirects, and https unless allowed.

mod challenges;

use std::net::IpAddr;
use std::time::Duration;

pub use reqwest;
use reqwest::header::{ACCEPT, CONTENT_ENCODING, HeaderMap, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::tls::Certificate;
use reqwest::{Client, ClientBuilder, Request, RequestBuilder, Response, StatusCode};
use tracing::Instrument;
use url::{Host, Url};

pub use crate::fetch_error::FetchError;
use crate::outgoing;
pub use crate::outgoing::RequestHeaders;

/// Configuration of requests to issuers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpConfig {
    /// The timeout of a whole request, from connecting to the last byte of the response. Default 5 s.
    pub timeout: Duration,
    /// The maximum size of a response, in bytes as received. Default 256 KiB.
    pub max_bytes: usize,
    /// Hosts that plain http is allowed for, besides loopback. Default none.
    pub plain_http_hosts: Vec<String>,
    /// The `User-Agent` header: some providers' gateways refuse requests without a descriptive one. Default
    /// `identity-core/` and the version of this crate.
    pub user_agent: String,
    /// The headers that are added to each request, such as `traceparent`. Default none.
    pub headers: RequestHeaders,
}

impl Default for HttpConfig {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(5),
            max_bytes: 256 * 1024,
            plain_http_hosts: Vec::new(),
            user_agent: concat!("identity-core/", env!("CARGO_PKG_VERSION")).to_owned(),
            headers: RequestHeaders::default(),
        }
    }
}

impl HttpConfig {
    /// Returns whether requests to this URL are allowed: https, or plain http to loopback or an allowed host.
    pub fn allows(&self, url: &Url) -> bool {
        let listed = |host: &str| self.plain_http_hosts.iter().any(|allowed| allowed == host);
        match url.scheme() {
            "https" => true,
            "http" => is_loopback(url) || url.host_str().is_some_and(listed),
            _ => false,
        }
    }
}

/// An HTTP client for requests to issuers. Cheap to clone.
///
/// It follows no redirects, and applies the timeout and the size limit of its [`HttpConfig`], however it was built.
#[derive(Debug, Clone)]
pub struct HttpClient {
    client: Client,
    config: HttpConfig,
}

/// The HTTP client cannot be built, because of the TLS library or the settings of the given builder.
#[derive(Debug, thiserror::Error)]
#[error("the HTTP client cannot be set up")]
pub struct HttpSetupError(#[from] reqwest::Error);

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// A complete response.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) body: Vec<u8>,
}

impl HttpClient {
    /// Creates a client that trusts the same certificate authorities as [`client_builder`] and uses no proxy. Errors:
    /// the TLS library cannot be set up.
    pub fn new(config: HttpConfig) -> Result<Self, HttpSetupError> {
        Self::from_builder(client_builder().no_proxy(), config)
    }

    /// Creates a client with the proxies, certificate authorities and DNS of `builder`. Errors: it cannot be built.
    ///
    /// It takes a builder instead of a client, because only a builder lets this function disable redirects and set the
    /// timeout.
    pub fn from_builder(
        builder: ClientBuilder,
        config: HttpConfig,
    ) -> Result<Self, HttpSetupError> {
        let json = HeaderValue::from_static("application/json");
        let client = builder
            .timeout(config.timeout)
            .redirect(Policy::none())
            .user_agent(&config.user_agent)
            .default_headers(HeaderMap::from_iter([(ACCEPT, json)]))
            .build()?;
        Ok(Self { client, config })
    }

    /// Returns the document at `url`. Errors: any response other than a complete one with status 200 within the limits.
    pub async fn get(&self, url: &Url) -> Result<Vec<u8>, FetchError> {
        let answer = self.send(self.client.get(url.clone())).await?;
        match answer.status {
            StatusCode::OK => Ok(answer.body),
            status => Err(FetchError::Status {
                url: for_log(url),
                status: status.as_u16(),
            }),
        }
    }

    /// Sends a POST request, completed by `with`, to `url`.
    pub(crate) async fn post(
        &self,
        url: &Url,
        with: impl FnOnce(RequestBuilder) -> RequestBuilder,
    ) -> Result<Answer, FetchError> {
        self.send(with(self.client.post(url.clone()))).await
    }

    async fn send(&self, request: RequestBuilder) -> Result<Answer, FetchError> {
        let request = request.build();
        let request = request.map_err(|error| self.failure("the request", error))?;
        self.check_transport(request.url())?;
        let url = for_log(request.url());
        let span = outgoing::span(&request, &url);
        let outcome = self.exchange(request, url).instrument(span.clone()).await;
        outgoing::end(&span, outcome.as_ref().map(|answer| answer.status));
        outcome
    }

    async fn exchange(&self, mut request: Request, url: String) -> Result<Answer, FetchError> {
        self.config.headers.add_to(&mut request);
        let response = self.client.execute(request).await;
        let response = response.map_err(|error| self.failure(&url, error))?;
        let status = response.status();
        if let Some(encoding) = response.headers().get(CONTENT_ENCODING)
            && encoding != "identity"
        {
            let encoding = encoding.as_bytes().escape_ascii().to_string();
            return Err(FetchError::Compressed { url, encoding });
        }
        let mut body = self.read(&url, response).await?;
        // JSON has none, but a reader may ignore it (RFC 8259, section 8.1).
        if body.starts_with(BYTE_ORDER_MARK) {
            body.drain(..BYTE_ORDER_MARK.len());
        }
        Ok(Answer { status, body })
    }

    async fn read(&self, url: &str, mut response: Response) -> Result<Vec<u8>, FetchError> {
        let limit = self.config.max_bytes;
        let too_large = || FetchError::TooLarge {
            url: url.to_owned(),
            limit,
        };
        let length = response.content_length();
        if length.is_some_and(|length| length > limit as u64) {
            return Err(too_large());
        }
        let mut body = Vec::new();
        let failure = |error| self.failure(url, error);
        while let Some(chunk) = response.chunk().await.map_err(failure)? {
            if body.len() + chunk.len() > limit {
                return Err(too_large());
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }

    /// Returns the timeout of a request.
    pub(crate) fn timeout(&self) -> Duration {
        self.config.timeout
    }

    /// Checks that requests to `url` are allowed.
    pub(crate) fn check_transport(&self, url: &Url) -> Result<(), FetchError> {
        if self.config.allows(url) {
            Ok(())
        } else {
            Err(FetchError::Insecure(for_log(url)))
        }
    }

    fn failure(&self, url: &str, error: reqwest::Error) -> FetchError {
        let url = url.to_owned();
        if error.is_timeout() {
            return FetchError::Timeout {
                url,
                timeout: self.config.timeout,
            };
        }
        FetchError::Transport {
            url,
            reason: root_cause(&error),
        }
    }
}

/// Returns a builder that trusts the system's certificate authorities and those of Mozilla's list, so that it also
/// works without a system bundle. Add a proxy or a private certificate authority to it.
///
/// Unlike the client of [`HttpClient::new`], it takes proxies from the environment, unless `no_proxy` is called on it.
pub fn client_builder() -> ClientBuilder {
    let roots = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter();
    let roots = roots.filter_map(|root| Certificate::from_der(root).ok());
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that makes an HTTP client"
    )]
    let builder = Client::builder();
    builder.tls_certs_merge(roots)
}

/// Returns whether the host of the URL is `localhost`, in 127.0.0.0/8, or `[::1]`.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(address)) => IpAddr::from(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::from(address).is_loopback(),
        None => false,
    }
}

/// Returns the URL without user, password, query and fragment, which may contain secrets.
pub(crate) fn for_log(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    // Fails only for URLs that cannot have a user or password.
    let _ = url.set_username("").and_then(|()| url.set_password(None));
    url.into()
}

/// Returns the message of the innermost error: the outer ones of the HTTP library only say that a request failed.
fn root_cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

#[cfg(test)]
#[path = "http_tests.rs"]
mod tests;
