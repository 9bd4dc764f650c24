//! Responses of a token endpoint.

use std::time::Duration;

use reqwest::StatusCode;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use url::Url;

use super::TokenClientError;
use crate::http;

/// A successful response (RFC 6749, section 5.1).
#[derive(Deserialize)]
pub(super) struct Granted {
    pub(super) access_token: SecretString,
    pub(super) scope: Option<String>,
    token_type: String,
    expires_in: Option<f64>,
}

impl Granted {
    pub(super) fn lifetime(&self) -> Option<Duration> {
        self.expires_in
            .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
    }
}

/// An error response of a token endpoint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code} (status {status}): {description}")]
pub struct OAuthError {
    /// The HTTP status.
    pub status: u16,
    /// `error` (RFC 6749, section 5.2; Auth0), or Descope's `errorCode`.
    pub code: String,
    /// The provider's description, empty if there is none.
    pub description: String,
}

/// An error response, in the form of Descope or of RFC 6749.
#[derive(Deserialize)]
#[serde(untagged)]
enum Refusal {
    Descope {
        #[serde(rename = "errorCode")]
        code: String,
        #[serde(rename = "errorDescription")]
        description: Option<String>,
        #[serde(rename = "errorMessage")]
        message: Option<String>,
    },
    Rfc6749 {
        error: String,
        error_description: Option<String>,
    },
}

/// Parses a response. Errors: an error response, or an unknown form.
pub(super) fn read(
    url: &Url,
    status: StatusCode,
    body: &[u8],
) -> Result<Granted, TokenClientError> {
    let unreadable = |reason: String| TokenClientError::Unreadable {
        url: http::for_log(url),
        reason,
    };
    if !status.is_success() {
        let refusal = serde_json::from_slice(body)
            .map_err(|_| unreadable(format!("status {status} without an error that is known")))?;
        return Err(TokenClientError::Refused(oauth_error(status, refusal)));
    }
    // The parser's message could repeat a part of the response, and so of a token.
    let granted = serde_json::from_slice::<Granted>(body).ok();
    let granted = granted
        .filter(|granted| !granted.access_token.expose_secret().is_empty())
        .ok_or_else(|| unreadable("the answer has no access token".to_owned()))?;
    if granted.token_type.eq_ignore_ascii_case("Bearer") {
        Ok(granted)
    } else {
        Err(unreadable("the token is not a bearer token".to_owned()))
    }
}

fn oauth_error(status: StatusCode, refusal: Refusal) -> OAuthError {
    let (code, description) = match refusal {
        Refusal::Rfc6749 {
            error,
            error_description,
        } => (error, error_description.unwrap_or_default()),
        Refusal::Descope {
            code,
            description,
            message,
        } => {
            let both: Vec<_> = [description, message]
                .into_iter()
                .flatten()
                .filter(|text| !text.is_empty())
                .collect();
            (code, both.join(": "))
        }
    };
    OAuthError {
        status: status.as_u16(),
        code,
        description,
    }
}
