//! Responses of the endpoints that give tokens.

use std::time::Duration;

use reqwest::StatusCode;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use url::Url;

use super::TokenClientError;
use crate::http::{self, Answer};

/// A successful response of a token endpoint (RFC 6749, section 5.1). `Debug` shows no token.
#[derive(Debug, Deserialize)]
pub struct TokenResponse {
    pub(super) access_token: SecretString,
    refresh_token: Option<SecretString>,
    id_token: Option<SecretString>,
    pub(super) scope: Option<String>,
    token_type: String,
    expires_in: Option<f64>,
}

impl TokenResponse {
    /// Returns the access token, which is a bearer token and not empty.
    pub fn access_token(&self) -> &str {
        self.access_token.expose_secret()
    }

    /// Returns the refresh token.
    pub fn refresh_token(&self) -> Option<&str> {
        self.refresh_token.as_ref().map(ExposeSecret::expose_secret)
    }

    /// Returns the ID token. It is not verified.
    pub fn id_token(&self) -> Option<&str> {
        self.id_token.as_ref().map(ExposeSecret::expose_secret)
    }

    /// Returns the granted scopes, separated by spaces.
    pub fn scope(&self) -> Option<&str> {
        self.scope.as_deref()
    }

    /// Returns the lifetime of the access token when it was issued.
    pub fn lifetime(&self) -> Option<Duration> {
        self.expires_in
            .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
    }
}

/// A successful response of a device authorization endpoint (RFC 8628, section 3.2). `Debug` does not show the device
/// code.
#[derive(Debug, Deserialize)]
#[non_exhaustive]
pub struct DeviceAuthorization {
    device_code: SecretString,
    /// What the user enters.
    pub user_code: String,
    /// Where the user enters it. It comes from the issuer and is not checked.
    pub verification_uri: String,
    /// The same address with the code in it.
    pub verification_uri_complete: Option<String>,
    expires_in: u64,
    interval: Option<u64>,
}

impl DeviceAuthorization {
    /// Returns what the device asks the token endpoint with.
    pub fn device_code(&self) -> &str {
        self.device_code.expose_secret()
    }

    /// Returns how long both codes are valid.
    pub fn lifetime(&self) -> Duration {
        Duration::from_secs(self.expires_in)
    }

    /// Returns how long to wait before each request to the token endpoint: at least 1 s; 5 s if the response does not say.
    pub fn interval(&self) -> Duration {
        Duration::from_secs(self.interval.unwrap_or(5).max(1))
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

/// Parses a response of a token endpoint. Errors: an error response, or an unknown form.
pub(super) fn tokens(url: &Url, answer: &Answer) -> Result<TokenResponse, TokenClientError> {
    let granted = read::<TokenResponse>(url, answer)?;
    let granted = granted
        .filter(|granted| !granted.access_token.expose_secret().is_empty())
        .ok_or_else(|| unreadable(url, "the response has no access token".to_owned()))?;
    match granted.token_type.eq_ignore_ascii_case("Bearer") {
        true => Ok(granted),
        false => {
            let reason = "the token is not a bearer token".to_owned();
            Err(unreadable(url, reason))
        }
    }
}

/// Parses a response of a device authorization endpoint. Errors: as of [`tokens`].
pub(super) fn device(url: &Url, answer: &Answer) -> Result<DeviceAuthorization, TokenClientError> {
    let started = read(url, answer)?;
    started.ok_or_else(|| unreadable(url, "the response has no device code".to_owned()))
}

/// Parses a successful response. Returns `None` if it has another form: the parser's message could repeat a part of the
/// response, and so of a token.
fn read<T: DeserializeOwned>(url: &Url, answer: &Answer) -> Result<Option<T>, TokenClientError> {
    let (status, body) = (answer.status, &answer.body);
    if status.is_success() {
        return Ok(serde_json::from_slice(body).ok());
    }
    let refusal = serde_json::from_slice(body).map_err(|_| {
        let reason = format!("status {status} without an error that is known");
        unreadable(url, reason)
    })?;
    Err(TokenClientError::Refused(oauth_error(status, refusal)))
}

fn unreadable(url: &Url, reason: String) -> TokenClientError {
    let url = http::for_log(url);
    TokenClientError::Unreadable { url, reason }
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
