//! Requests to an introspection endpoint.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwapOption;
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use reqwest::{RequestBuilder, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::response::{self, Response};
use super::{IntrospectionConfig, IntrospectionEndpoint, IntrospectionFault};
use crate::authenticator_error::AuthenticatorError;
use crate::discovery::{Discovery, DiscoveryConfig};
use crate::form;
use crate::http::{self, FetchError, HttpClient};
use crate::keys::KeyAddress;
use crate::setting_names::SettingNames;

const FORM: HeaderValue = HeaderValue::from_static("application/x-www-form-urlencoded");

/// An introspection endpoint, and the credentials for it.
pub(crate) struct Endpoint {
    address: Address,
    client_id: String,
    client_secret: SecretString,
    http: HttpClient,
    names: SettingNames,
}

enum Address {
    Fixed(Url),
    /// The URL is that of the last discovery, if requests to it succeed.
    Discovered(Box<DiscoveryConfig>, ArcSwapOption<Url>),
}

impl Endpoint {
    /// Errors: requests to it are not allowed, or it is to be discovered and `keys` are not.
    pub(crate) fn new(
        config: &IntrospectionConfig,
        keys: KeyAddress,
        http: HttpClient,
        names: SettingNames,
    ) -> Result<Self, AuthenticatorError> {
        let address = match (&config.endpoint, keys) {
            (IntrospectionEndpoint::Fixed(url), _) => {
                http.check_transport(url)
                    .map_err(AuthenticatorError::IntrospectionEndpoint)?;
                Address::Fixed(url.clone())
            }
            (IntrospectionEndpoint::Discovered, KeyAddress::Discovered(discovery)) => {
                Address::Discovered(Box::new(discovery), ArcSwapOption::empty())
            }
            (IntrospectionEndpoint::Discovered, _) => return Err(AuthenticatorError::NoDiscovery),
        };
        Ok(Self {
            address,
            client_id: config.client_id.clone(),
            client_secret: config.client_secret.clone(),
            http,
            names,
        })
    }

    /// Returns the timeout of a request.
    pub(super) fn timeout(&self) -> Duration {
        self.http.timeout()
    }

    /// Asks about a token.
    pub(super) async fn ask(&self, token: &str) -> Result<Response, IntrospectionFault> {
        let url = self.url().await?;
        let response = self.request(&url, token).await;
        if let (Address::Discovered(_, known), Err(_)) = (&self.address, &response) {
            known.store(None); // the issuer may have moved it: the next request looks it up again
        }
        response
    }

    async fn url(&self) -> Result<Arc<Url>, IntrospectionFault> {
        let (discovery, known) = match &self.address {
            Address::Fixed(url) => return Ok(Arc::new(url.clone())),
            Address::Discovered(discovery, known) => (discovery, known),
        };
        if let Some(url) = known.load_full() {
            return Ok(url);
        }
        let document = Discovery::fetch(&self.http, discovery).await?;
        let url = Arc::new(document.introspection_endpoint()?);
        known.store(Some(Arc::clone(&url)));
        Ok(url)
    }

    async fn request(&self, url: &Url, token: &str) -> Result<Response, IntrospectionFault> {
        let answer = self.http.post(url, |request| self.fill(request, token));
        let answer = answer.await?;
        let url = || http::for_log(url);
        match answer.status {
            StatusCode::OK => response::read(&answer.body)
                .map_err(|reason| IntrospectionFault::Unreadable { url: url(), reason }),
            status @ (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) => {
                Err(IntrospectionFault::ClientRefused {
                    url: url(),
                    status: status.as_u16(),
                    settings: self.names.introspection_client,
                })
            }
            status => Err(IntrospectionFault::Fetch(FetchError::Status {
                url: url(),
                status: status.as_u16(),
            })),
        }
    }

    /// RFC 7662, section 2.1; RFC 6749, section 2.3.1.
    fn fill(&self, request: RequestBuilder, token: &str) -> RequestBuilder {
        let user = form::encoded(&self.client_id);
        let password = form::encoded(self.client_secret.expose_secret());
        let fields = [("token", token), ("token_type_hint", "access_token")];
        request
            .basic_auth(user, Some(password))
            .header(CONTENT_TYPE, FORM)
            .body(form::body(&fields))
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = match &self.address {
            Address::Fixed(url) => Some(http::for_log(url)),
            Address::Discovered(_, known) => known.load().as_deref().map(http::for_log),
        };
        formatter
            .debug_struct("Endpoint")
            .field("url", &url)
            .finish_non_exhaustive()
    }
}
