//! Requests to the endpoints of an issuer that authenticate clients.

use reqwest::RequestBuilder;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::{ClientAuthentication, DeviceAuthorization, TokenClientError, TokenResponse, answer};
use crate::form;
use crate::http::HttpClient;

/// A client of an issuer. Each call is one request; nothing is kept. `Debug` does not show the secret.
#[derive(Debug, Clone)]
pub struct OAuthClient {
    /// `client_id`.
    pub id: String,
    /// `client_secret`. `None` for a public client.
    pub secret: Option<SecretString>,
    /// How the secret is sent.
    pub authentication: ClientAuthentication,
}

impl OAuthClient {
    /// Requests tokens at a token endpoint. The fields are those of the grant, such as `grant_type` and `code`. Errors: the
    /// endpoint cannot be reached, refuses the request, or gives no bearer token.
    pub async fn tokens(
        &self,
        http: &HttpClient,
        url: &Url,
        fields: &[(&str, &str)],
    ) -> Result<TokenResponse, TokenClientError> {
        let answer = http.post(url, |request| self.fill(request, fields)).await?;
        answer::tokens(url, &answer)
    }

    /// Starts a sign-in for a device (RFC 8628, section 3.1). The fields are `scope` and those of the provider. Errors: as
    /// of [`tokens`](Self::tokens).
    pub async fn device_authorization(
        &self,
        http: &HttpClient,
        url: &Url,
        fields: &[(&str, &str)],
    ) -> Result<DeviceAuthorization, TokenClientError> {
        let answer = http.post(url, |request| self.fill(request, fields)).await?;
        answer::device(url, &answer)
    }

    fn fill(&self, request: RequestBuilder, fields: &[(&str, &str)]) -> RequestBuilder {
        let mut fields = fields.to_vec();
        let secret = self.secret.as_ref().map(ExposeSecret::expose_secret);
        match (secret, self.authentication) {
            (Some(secret), ClientAuthentication::Basic) => {
                let user = form::encoded(&self.id);
                request
                    .basic_auth(user, Some(form::encoded(secret)))
                    .form(&fields)
            }
            (secret, _) => {
                fields.push(("client_id", &self.id));
                fields.extend(secret.map(|secret| ("client_secret", secret)));
                request.form(&fields)
            }
        }
    }
}
