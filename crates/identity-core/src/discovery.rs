//! Discovery documents (OpenID Connect Discovery 1.0, section 4; RFC 8414, section 3).

use serde_json::{Map, Value};
use url::Url;

use crate::http::{self, FetchError, HttpClient};
use crate::json;

/// Where a discovery document is and what it has to say.
#[derive(Debug, Clone)]
pub struct DiscoveryConfig {
    /// The document's address.
    pub url: Url,
    /// The accepted values of its `issuer`.
    ///
    /// OpenID Connect wants exactly one. A provider that gives one project several issuers has several here.
    pub issuers: Vec<String>,
    /// Hosts besides the document's own that its endpoints may be on.
    pub endpoint_hosts: Vec<String>,
}

/// The parts of a discovery document that are used here, checked.
///
/// Members that only a login page needs (`authorization_endpoint` and the like) are not required.
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
    /// It could not be read.
    #[error("discovery document: {0}")]
    Fetch(#[from] FetchError),
    /// It is not a JSON object.
    #[error("discovery document at {url} is not a JSON object: {reason}")]
    NotJson {
        /// Where it is.
        url: String,
        /// What the parser said.
        reason: String,
    },
    /// A required member is missing.
    #[error("discovery document at {url} has no {member}")]
    MissingMember {
        /// Where it is.
        url: String,
        /// The member's name.
        member: &'static str,
    },
    /// A member has the wrong form.
    #[error("discovery document at {url}: {member} is not {expected}")]
    InvalidMember {
        /// Where it is.
        url: String,
        /// The member's name.
        member: &'static str,
        /// What it should be.
        expected: &'static str,
    },
    /// Its issuer is not an accepted one (OpenID Connect Discovery 1.0, section 4.3).
    #[error("discovery document at {url}: issuer mismatch: expected {expected}, got {got:?}")]
    IssuerMismatch {
        /// Where it is.
        url: String,
        /// The accepted ones.
        expected: String,
        /// What it says.
        got: String,
    },
    /// An endpoint is on a host that is neither the document's own nor allowed.
    #[error(
        "discovery document at {url}: {member} is on {host}, which is neither its own host nor an allowed one"
    )]
    ForeignHost {
        /// Where it is.
        url: String,
        /// The member's name.
        member: &'static str,
        /// The host in question.
        host: String,
    },
    /// An endpoint would be spoken to without TLS although the document was read with it.
    #[error("discovery document at {url}: {member} is not https")]
    Downgrade {
        /// Where it is.
        url: String,
        /// The member's name.
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

    /// `issuer`: one of the accepted ones.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// `jwks_uri`: on the document's host or an allowed one.
    pub fn jwks_uri(&self) -> &Url {
        &self.jwks_uri
    }

    /// `token_endpoint`: on the document's host or an allowed one. Errors: it is missing or elsewhere.
    ///
    /// It is looked at only here, because whoever verifies tokens does not need it.
    pub fn token_endpoint(&self) -> Result<Url, DiscoveryError> {
        self.document.endpoint("token_endpoint")
    }
}

/// The members as they came, and what they are measured by.
#[derive(Debug, Clone)]
struct Document {
    url: String,
    members: Map<String, Value>,
    config: DiscoveryConfig,
}

impl Document {
    fn missing(&self, member: &'static str) -> DiscoveryError {
        DiscoveryError::MissingMember {
            url: self.url.clone(),
            member,
        }
    }

    fn text(&self, member: &'static str) -> Result<&str, DiscoveryError> {
        match self.members.get(member) {
            None => Err(self.missing(member)),
            Some(Value::String(text)) => Ok(text),
            Some(_) => Err(DiscoveryError::InvalidMember {
                url: self.url.clone(),
                member,
                expected: "a string",
            }),
        }
    }

    fn issuer(&self) -> Result<String, DiscoveryError> {
        let issuer = self.text("issuer")?;
        if self
            .config
            .issuers
            .iter()
            .any(|accepted| accepted == issuer)
        {
            return Ok(issuer.to_owned());
        }
        Err(DiscoveryError::IssuerMismatch {
            url: self.url.clone(),
            expected: self.config.issuers.join(" or "),
            got: issuer.chars().take(200).collect(), // of another's making, so possibly long
        })
    }

    /// An address that is on an allowed host, and not less protected than the document itself was.
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
        let own = self.config.url.host_str() == Some(host);
        if own
            || self
                .config
                .endpoint_hosts
                .iter()
                .any(|allowed| allowed == host)
        {
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
