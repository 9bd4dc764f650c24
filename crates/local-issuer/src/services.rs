//! The services that the page lists: where they are, whose tokens they accept, and what they respond with.

mod document;
mod exchange;
mod health;

use std::str::FromStr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use url::Url;

use crate::kind::ProviderKind;

pub(crate) use document::{Operation, operations};
pub(crate) use exchange::{Received, receive};
pub(crate) use health::{Health, health};

/// A service that the page lists with its health, and sends requests to for a person.
///
/// Parsed from its name, whose tokens it accepts (`descope`, `auth0`, or `other` for those of another issuer), and its address;
/// a second address is the one that the issuer uses, where it differs from the browser's:
///
/// ```
/// # use local_issuer::Service;
/// let service: Service = "orders descope http://localhost:8000".parse()?;
/// let in_a_network: Service = "orders descope http://localhost:8000 http://orders:8000".parse()?;
/// # Ok::<(), local_issuer::ServiceError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    pub(crate) name: String,
    /// The side whose tokens it accepts; `None` for another issuer's.
    pub(crate) tokens: Option<ProviderKind>,
    /// Where the browser finds it, without a trailing slash.
    pub(crate) url: String,
    /// Where this issuer finds it, without a trailing slash.
    pub(crate) internal_url: String,
}

/// The reason a text is no [`Service`].
#[derive(Debug, thiserror::Error)]
#[error(
    "expected a name, descope, auth0 or other, and one or two addresses, such as orders descope http://localhost:8000; {text:?} {fault}"
)]
pub struct ServiceError {
    text: String,
    fault: &'static str,
}

impl FromStr for Service {
    type Err = ServiceError;

    fn from_str(text: &str) -> Result<Self, ServiceError> {
        let because = |fault| ServiceError {
            text: text.to_owned(),
            fault,
        };
        let mut words = text.split_whitespace();
        let (Some(name), Some(tokens), Some(url)) = (words.next(), words.next(), words.next())
        else {
            return Err(because("has fewer than three words"));
        };
        let tokens = match tokens {
            "descope" => Some(ProviderKind::Descope),
            "auth0" => Some(ProviderKind::Auth0),
            "other" => None,
            _ => return Err(because("does not say whose tokens are accepted")),
        };
        let plain = || because("has an address that is not http://host:port alone");
        let service = Self {
            name: name.to_owned(),
            tokens,
            url: origin(url).ok_or_else(plain)?,
            internal_url: origin(words.next().unwrap_or(url)).ok_or_else(plain)?,
        };
        match words.next() {
            Some(_) => Err(because("has more than four words")),
            None => Ok(service),
        }
    }
}

/// The services of a running issuer, for both sides.
pub(crate) struct Services {
    listed: Mutex<Vec<Service>>,
    pub(crate) limits: ServiceLimits,
    /// The ports of both sides.
    pub(crate) ports: [(ProviderKind, u16); 2],
}

/// How long the page waits for a service, and how much of a response it takes.
#[derive(Clone, Debug)]
pub struct ServiceLimits {
    /// For `/health/ready` and `/openapi.json` while the page is made; one second.
    pub look: Duration,
    /// For the response to a request that a person sends; five seconds.
    pub request: Duration,
    /// How much of a response's body is shown; 16 KiB.
    pub shown_bytes: usize,
    /// The largest document whose routes are offered; 1 MiB.
    pub document_bytes: usize,
}

impl Services {
    pub(crate) fn new(
        listed: Vec<Service>,
        limits: ServiceLimits,
        ports: [(ProviderKind, u16); 2],
    ) -> Self {
        Self {
            listed: Mutex::new(listed),
            limits,
            ports,
        }
    }

    pub(crate) fn listed(&self) -> Vec<Service> {
        self.lock().clone()
    }

    pub(crate) fn list(&self, services: Vec<Service>) {
        *self.lock() = services;
    }

    /// The service of this name, if it accepts the tokens of this side.
    pub(crate) fn find(&self, name: &str, tokens: ProviderKind) -> Option<Service> {
        let listed = self.lock();
        let found = listed
            .iter()
            .find(|service| service.name == name && service.tokens == Some(tokens));
        found.cloned()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Service>> {
        self.listed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for ServiceLimits {
    fn default() -> Self {
        Self {
            look: Duration::from_secs(1),
            request: Duration::from_secs(5),
            shown_bytes: 16 * 1024,
            document_bytes: 1024 * 1024,
        }
    }
}

/// The origin that an address is, if it is one of plain http and nothing else.
fn origin(address: &str) -> Option<String> {
    let url = Url::parse(address).ok()?;
    let is_plain = url.scheme() == "http"
        && url.has_host()
        && url.path() == "/"
        && url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    is_plain.then(|| url.origin().ascii_serialization())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_has_a_name_an_issuer_and_plain_addresses() {
        for (text, fault) in [
            ("orders descope", "fewer than three"),
            ("orders okta http://localhost:8000", "whose tokens"),
            ("orders other https://localhost:8000", "not http"),
            ("orders other http://localhost:8000/api", "not http"),
            ("orders other http://user@localhost:8000", "not http"),
            ("orders other http://localhost:8000?a=b", "not http"),
            ("orders other localhost:8000", "not http"),
            ("orders other http://localhost:8000 orders:8000", "not http"),
            ("orders other http://a http://b http://c", "more than four"),
        ] {
            let error = text.parse::<Service>().unwrap_err().to_string();
            assert!(error.contains(fault), "{text}: {error}");
        }
        let service: Service = " orders auth0 http://localhost:8001/ http://orders:8001"
            .parse()
            .unwrap();
        assert_eq!(
            (&*service.name, service.tokens),
            ("orders", Some(ProviderKind::Auth0))
        );
        assert_eq!(service.url, "http://localhost:8001");
        assert_eq!(service.internal_url, "http://orders:8001");
    }
}
