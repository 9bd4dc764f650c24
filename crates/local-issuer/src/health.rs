//! Checks that a running issuer is healthy.

use crate::http_client;

/// Why an issuer is not healthy.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HealthError {
    /// There was no response.
    #[error("no response from {url}: {source}")]
    NoAnswer {
        /// The URL.
        url: String,
        /// The reason.
        source: reqwest::Error,
    },
    /// The response was not 200.
    #[error("{url} responded with {status}")]
    Unhealthy {
        /// The URL.
        url: String,
        /// The status of the response.
        status: u16,
    },
}

impl HealthError {
    /// A stable name for this kind of error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoAnswer { .. } => "no_answer",
            Self::Unhealthy { .. } => "unhealthy",
        }
    }
}

/// Requests `/health` at each of these base addresses.
///
/// # Errors
/// If an address does not respond with 200: the first that does not.
pub async fn healthcheck(base_urls: &[&str]) -> Result<(), HealthError> {
    for base_url in base_urls {
        let url = format!("{base_url}/health");
        let failed = |source| HealthError::NoAnswer {
            url: url.clone(),
            source,
        };
        let client = http_client::build(&url).map_err(failed)?;
        let status = client.get(&url).send().await.map_err(failed)?.status();
        if !status.is_success() {
            return Err(HealthError::Unhealthy {
                url,
                status: status.as_u16(),
            });
        }
    }
    Ok(())
}
