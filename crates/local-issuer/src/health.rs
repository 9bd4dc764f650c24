//! Asks a running issuer whether it is well.

use crate::http_client;

/// Why an issuer is not healthy.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HealthError {
    /// It did not answer.
    #[error("no answer from {url}: {source}")]
    NoAnswer {
        /// What was asked.
        url: String,
        /// Why there was none.
        source: reqwest::Error,
    },
    /// It answered, but not with 200.
    #[error("{url} answered {status}")]
    Unhealthy {
        /// What was asked.
        url: String,
        /// What it said.
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

/// Asks `/health` of each of these base addresses.
///
/// # Errors
/// At the first that does not answer with 200.
pub async fn healthcheck(base_urls: &[&str]) -> Result<(), HealthError> {
    for base_url in base_urls {
        let url = format!("{base_url}/health");
        let failed = |source| HealthError::NoAnswer {
            url: url.clone(),
            source,
        };
        let client = http_client::build().map_err(failed)?;
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
