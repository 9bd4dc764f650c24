//! Discovery documents (OpenID Connect Discovery 1.0, section 4; RFC 8414, section 3).

use serde_json::{Map, Value};
use url::Url;

use crate::http::{self, FetchError, HttpClient};
use crate::json;

/// Where a discovery document is, and what it may contain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiscoveryConfig {
    /// The URL of the document.
    pub url: Url,
    /// The accepted values of its `issuer`.
    ///
    /// OpenID Connect requires exactly one. A provider whose projects have several issuers has several here.
    pub issuers: Vec<String>,
    /// Hosts that its endpoints may be on, besides the document's own.
    pub endpoint_hosts: Vec<String>,
}

/// A checked discovery document, as far as it is used here.
///
/// Members that only a login page needs (such as `authorization_endpoint`) are not required.
#[derive(Debug, Clone)]
pub struct Discovery {
    issuer: String,
    jwks_uri: Url,
    document: Document,
}

/// Why a discovery document cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DiscoveryError {
    /// It could not be fetched.
    #[error("discovery document: {0}")]
    Fetch(#[from] FetchError),
    /// It is not a JSON object.
    #[error("discovery document at {url} is not a JSON object: {reason}")]
    NotJson {
        /// The URL of the document.
        url: String,
        /// The parser's message.
        reason: String,
    },
    /// A required member is missing.
    #[error("discovery document at {url} has no {member}")]
    MissingMember {
        /// The URL of the document.
        url: String,
        /// The name of the member.
        member: &'static str,
    },
    /// A member has the wrong type or is not an http(s) URL.
    #[error("discovery document at {url}: {member} is not {expected}")]
    InvalidMember {
        /// The URL of the document.
        url: String,
        /// The name of the member.
        member: &'static str,
        /// What is expected.
        expected: &'static str,
    },
    /// Its issuer is not an accepted one (OpenID Connect Discovery 1.0, section 4.3).
    #[error("discovery document at {url}: issuer mismatch: expected {expected}, got {got:?}")]
    IssuerMismatch {
        /// The URL of the document.
        url: String,
        /// The accepted issuers.
        expected: String,
        /// The issuer in the document.
        got: String,
    },
    /// An endpoint is on a host that is neither the document's own nor allowed.
    #[error(
        "discovery document at {url}: {member} is on {host}, which is neither its own host nor an allowed one"
    )]
    ForeignHost {
        /// The URL of the document.
        url: String,
        /// The name of the member.
        member: &'static str,
        /// The host of the endpoint.
        host: String,
    },
    /// The document was fetched with TLS, but an endpoint is plain http.
    #[error("discovery document at {url}: {member} is not https")]
    Downgrade {
        /// The URL of the document.
        url: String,
        /// The name of the member.
        member: &'static str,
    },
}

impl Discovery {
    /// Fetches and checks the document.
    pub async fn fetch(
        http: &HttpClient,
        config: &DiscoveryConfig,
    ) -> Result<Self, DiscoveryError> {
        let document = http.get(&config.url).await?;
        Self::read(&document, config)
    }

    /// Checks a document that was fetched from `config.url`.
    pub fn read(document: &[u8], config: &DiscoveryConfig) -> Result<Self, DiscoveryError> {
        let url = http::for_log(&config.url);
        let members: Map<String, Value> =
            serde_json::from_slice(document).map_err(|error| DiscoveryError::NotJson {
                url: url.clone(),
                reason: json::reason(&error),
            })?;
        let document = Document {
            url,
            members,
            config: config.clone(),
        };
        let issuer = document.issuer()?;
        let jwks_uri = document.endpoint("jwks_uri")?;
        Ok(Self {
            issuer,
            jwks_uri,
            document,
        })
    }

    /// Returns `issuer`, which is one of the accepted ones.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Returns `jwks_uri`, which is on the document's host or an allowed one.
    pub fn jwks_uri(&self) -> &Url {
        &self.jwks_uri
    }

    /// Returns `id_token_signing_alg_values_supported`; empty if it is not a list of texts. For messages only: a token is
    /// verified by the configured algorithms.
    pub fn signing_algorithms(&self) -> Vec<String> {
        let list = self
            .document
            .members
            .get("id_token_signing_alg_values_supported");
        let names = list.and_then(Value::as_array).into_iter().flatten();
        names.filter_map(Value::as_str).map(str::to_owned).collect()
    }

    /// Returns `token_endpoint`, which is on the document's host or an allowed one. Errors: it is missing, not a valid
    /// URL, on another host, or not https.
    ///
    /// It is checked only here, because it is not needed to verify tokens.
    pub fn token_endpoint(&self) -> Result<Url, DiscoveryError> {
        self.document.endpoint("token_endpoint")
    }

    /// Returns `authorization_endpoint`, which is on the document's host or an allowed one. Errors: as of
    /// [`token_endpoint`](Self::token_endpoint).
    pub fn authorization_endpoint(&self) -> Result<Url, DiscoveryError> {
        self.document.endpoint("authorization_endpoint")
    }

    /// Returns `device_authorization_endpoint`, which is on the document's host or an allowed one. Errors: as of
    /// [`token_endpoint`](Self::token_endpoint).
    pub fn device_authorization_endpoint(&self) -> Result<Url, DiscoveryError> {
        self.document.endpoint("device_authorization_endpoint")
    }

    /// Returns `introspection_endpoint`, which is on the document's host or an allowed one. Errors: as of
    /// [`token_endpoint`](Self::token_endpoint).
    pub fn introspection_endpoint(&self) -> Result<Url, DiscoveryError> {
        self.document.endpoint("introspection_endpoint")
    }
}

/// The members of the document, and the configuration that they are checked against.
#[derive(Debug, Clone)]
struct Document {
    url: String,
    members: Map<String, Value>,
    config: DiscoveryConfig,
}

impl Document {
    fn text(&self, member: &'static str) -> Result<&str, DiscoveryError> {
        let url = || self.url.clone();
        match self.members.get(member) {
            Some(Value::String(text)) => Ok(text),
            None => Err(DiscoveryError::MissingMember { url: url(), member }),
            Some(_) => Err(DiscoveryError::InvalidMember {
                url: url(),
                member,
                expected: "a string",
            }),
        }
    }

    fn issuer(&self) -> Result<String, DiscoveryError> {
        let issuer = self.text("issuer")?;
        let mut accepted = self.config.issuers.iter();
        if accepted.any(|accepted| accepted == issuer) {
            return Ok(issuer.to_owned());
        }
        Err(DiscoveryError::IssuerMismatch {
            url: self.url.clone(),
            expected: self.config.issuers.join(" or "),
            got: issuer.chars().take(200).collect(), // untrusted, so possibly long
        })
    }

    /// Returns a URL that is on an allowed host, and uses https if the document itself does.
    fn endpoint(&self, member: &'static str) -> Result<Url, DiscoveryError> {
        let text = self.text(member)?;
        let invalid = || DiscoveryError::InvalidMember {
            url: self.url.clone(),
            member,
            expected: "an http(s) URL",
        };
        let endpoint = Url::parse(text).map_err(|_| invalid())?;
        if !matches!(endpoint.scheme(), "https" | "http") {
            return Err(invalid());
        }
        if self.config.url.scheme() == "https" && endpoint.scheme() != "https" {
            return Err(DiscoveryError::Downgrade {
                url: self.url.clone(),
                member,
            });
        }
        let host = endpoint.host_str().ok_or_else(invalid)?;
        let mut allowed = self.config.endpoint_hosts.iter();
        if self.config.url.host_str() == Some(host) || allowed.any(|allowed| allowed == host) {
            return Ok(endpoint);
        }
        Err(DiscoveryError::ForeignHost {
            url: self.url.clone(),
            member,
            host: host.to_owned(),
        })
    }
}

#[cfg(test)]
#[path = "discovery_tests.rs"]
mod tests;
