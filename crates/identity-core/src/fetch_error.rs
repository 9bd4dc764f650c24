//! Why a document of an issuer could not be fetched.

use std::time::Duration;

/// Why a document could not be fetched.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// The URL is neither https, nor plain http to loopback or an allowed host.
    #[error("{0} is not https: plain http is for loopback and allowed hosts only")]
    Insecure(String),
    /// There was no complete response before the timeout.
    #[error("no whole response from {url} within {} ms", .timeout.as_millis())]
    Timeout {
        /// The URL of the request.
        url: String,
        /// The timeout.
        timeout: Duration,
    },
    /// The connection failed or was closed.
    #[error("{url} cannot be reached: {reason}")]
    Transport {
        /// The URL of the request.
        url: String,
        /// The error of the network or of TLS.
        reason: String,
    },
    /// The response has a status other than 200. Redirects are not followed.
    #[error("{url} responded with {status}")]
    Status {
        /// The URL of the request.
        url: String,
        /// The status of the response.
        status: u16,
    },
    /// The response is compressed, although the request did not ask for that.
    #[error(
        "{url} responded with content-encoding {encoding}, which was not asked for: compressed documents are not read"
    )]
    Compressed {
        /// The URL of the request.
        url: String,
        /// The `Content-Encoding` of the response, such as `gzip`.
        encoding: String,
    },
    /// The response is larger than the limit.
    #[error("{url} responded with more than {limit} bytes")]
    TooLarge {
        /// The URL of the request.
        url: String,
        /// The limit in bytes.
        limit: usize,
    },
}

impl FetchError {
    /// Returns what failed in one word, for a span.
    pub(crate) const fn kind(&self) -> &'static str {
        match self {
            Self::Insecure(_) => "insecure",
            Self::Timeout { .. } => "timeout",
            Self::Transport { .. } => "transport",
            Self::Status { .. } => "status",
            Self::Compressed { .. } => "compressed",
            Self::TooLarge { .. } => "too_large",
        }
    }
}
