//! Reading small documents from an issuer: with a timeout, a size limit, no redirects, and https unless allowed.

use std::net::IpAddr;
use std::time::Duration;

pub use reqwest;
use reqwest::header::{ACCEPT, HeaderMap, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::tls::Certificate;
use reqwest::{Client, ClientBuilder, RequestBuilder, Response, StatusCode};
use url::{Host, Url};

/// Configuration of requests to issuers.
#[derive(Debug, Clone)]
pub struct HttpConfig {
    /// For a whole exchange, from connecting to the last byte. Default 5 s.
    pub timeout: Duration,
    /// The largest response that is read, in bytes, as it comes over the wire. Default 256 KiB.
    pub max_bytes: usize,
    /// Hosts besides loopback that may be spoken to without TLS. Default none.
    pub plain_http_hosts: Vec<String>,
    /// Sent as `User-Agent`: some providers' gateways refuse requests without a telling one.
    pub user_agent: String,
}

impl Default for HttpConfig {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(5),
            max_bytes: 256 * 1024,
            plain_http_hosts: Vec::new(),
            user_agent: concat!("identity-core/", env!("CARGO_PKG_VERSION")).to_owned(),
        }
    }
}

impl HttpConfig {
    /// Whether this address may be spoken to: by https, or by plain http where it is loopback or an allowed host.
    pub fn allows(&self, url: &Url) -> bool {
        let listed = |host: &str| self.plain_http_hosts.iter().any(|allowed| allowed == host);
        match url.scheme() {
            "https" => true,
            "http" => is_loopback(url) || url.host_str().is_some_and(listed),
            _ => false,
        }
    }
}

/// An HTTP client for documents and tokens of an issuer. Cheap to clone.
///
/// Whatever it is made of, it follows no redirects, and keeps to the timeout and the size limit of its [`HttpConfig`].
#[derive(Debug, Clone)]
pub struct HttpClient {
    client: Client,
    config: HttpConfig,
}

/// The HTTP client cannot be built: the TLS library, or what the caller's builder was given.
#[derive(Debug, thiserror::Error)]
#[error("the HTTP client cannot be set up")]
pub struct HttpSetupError(#[from] reqwest::Error);

/// Why a document could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// Neither https nor loopback, nor a host that was allowed.
    #[error("{0} is not https: plain http is for loopback and allowed hosts only")]
    Insecure(String),
    /// No response in time.
    #[error("no whole response from {url} within {} ms", .timeout.as_millis())]
    Timeout {
        /// Where from.
        url: String,
        /// How long was waited.
        timeout: Duration,
    },
    /// No connection, or it broke.
    #[error("{url} cannot be reached: {reason}")]
    Transport {
        /// Where from.
        url: String,
        /// What the network or TLS said.
        reason: String,
    },
    /// A response with another status than 200; redirects are not followed.
    #[error("{url} responded with {status}")]
    Status {
        /// Where from.
        url: String,
        /// What status.
        status: u16,
    },
    /// More bytes than are read.
    #[error("{url} responded with more than {limit} bytes")]
    TooLarge {
        /// Where from.
        url: String,
        /// How many are read.
        limit: usize,
    },
}

/// A response that was read whole.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) body: Vec<u8>,
}

impl HttpClient {
    /// A client that trusts what [`client_builder`] trusts and uses no proxy. Errors: the TLS library cannot be set up.
    pub fn new(config: HttpConfig) -> Result<Self, HttpSetupError> {
        Self::from_builder(client_builder().no_proxy(), config)
    }

    /// A client with the proxies, certificate authorities and DNS of `builder`. Errors: it cannot be built.
    ///
    /// It takes a builder and not a client, because only on a builder can redirects be turned off and the timeout be set,
    /// whatever was set before.
    pub fn from_builder(
        builder: ClientBuilder,
        config: HttpConfig,
    ) -> Result<Self, HttpSetupError> {
        let client = builder
            .timeout(config.timeout)
            .redirect(Policy::none())
            .user_agent(&config.user_agent)
            .default_headers(HeaderMap::from_iter([(
                ACCEPT,
                HeaderValue::from_static("application/json"),
            )]))
            .build()?;
        Ok(Self { client, config })
    }

    /// Reads the document at `url`. Errors: every response but a whole one of status 200 within the limits.
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

    /// Sends a form, built by `with`, to `url`.
    #[cfg(feature = "client")]
    pub(crate) async fn post(
        &self,
        url: &Url,
        with: impl FnOnce(RequestBuilder) -> RequestBuilder,
    ) -> Result<Answer, FetchError> {
        self.send(with(self.client.post(url.clone()))).await
    }

    async fn send(&self, request: RequestBuilder) -> Result<Answer, FetchError> {
        let request = request
            .build()
            .map_err(|error| self.failure("the request", error))?;
        self.check_transport(request.url())?;
        let url = for_log(request.url());
        let response = self
            .client
            .execute(request)
            .await
            .map_err(|error| self.failure(&url, error))?;
        let status = response.status();
        let body = self.read(&url, response).await?;
        Ok(Answer { status, body })
    }

    async fn read(&self, url: &str, mut response: Response) -> Result<Vec<u8>, FetchError> {
        let limit = self.config.max_bytes;
        let too_large = || FetchError::TooLarge {
            url: url.to_owned(),
            limit,
        };
        if response
            .content_length()
            .is_some_and(|length| length > limit as u64)
        {
            return Err(too_large());
        }
        let mut body = Vec::new();
        while let Some(chunk) = response
            .chunk()
            .await
            .map_err(|error| self.failure(url, error))?
        {
            if body.len() + chunk.len() > limit {
                return Err(too_large());
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }

    /// Whether `url` may be asked at all.
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

/// Returns a builder that trusts the system's certificate authorities and those of Mozilla's list, so that it also works
/// where there is no bundle: to add a proxy or a company's certificate authority to.
///
/// Unlike the client of [`HttpClient::new`] it takes proxies from the environment, unless `no_proxy` is called on it.
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

/// Whether the host is this machine: `localhost`, 127.0.0.0/8 or `[::1]`.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(address)) => IpAddr::from(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::from(address).is_loopback(),
        None => false,
    }
}

/// An address without the parts that may hold what must not be in a log.
pub(crate) fn for_log(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    // Fails only for addresses that cannot have either.
    let _ = url.set_username("").and_then(|()| url.set_password(None));
    url.into()
}

/// The innermost text: the outer ones of the HTTP library only say that something failed.
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
