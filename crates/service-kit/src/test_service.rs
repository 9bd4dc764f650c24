//! Fixtures for services in the tests of this crate.

use std::sync::Arc;
use std::time::Duration;

use identity_core::keys::{
    KeyAddress, KeyError, KeyFault, KeyLookupError, KeySet, KeySource, KeyStatus, KeysFuture,
};
use identity_core::verification::{AudienceRule, VerificationRules};
use identity_core::{Authenticator, ClaimsError, Principal, Provider, VerifiedToken, claims};

use crate::ServiceInfo;

pub(crate) const INFO: ServiceInfo = ServiceInfo {
    name: "an-api",
    version: "1.2.3",
    description: "An API",
    provider: "plain",
    how_to_get_a_token: "Ask the issuer.",
};

/// A provider that accepts tokens of these issuers. Nothing listens at the address of its keys.
#[derive(Debug)]
pub(crate) struct Of(pub(crate) &'static [&'static str]);

impl Provider for Of {
    fn keys(&self) -> KeyAddress {
        KeyAddress::Fixed("http://127.0.0.1:1/".parse().unwrap())
    }

    fn verification(&self) -> VerificationRules {
        let audience = AudienceRule::Required(vec!["an-api".to_owned()]);
        let issuers = self.0.iter().map(|&issuer| issuer.to_owned());
        VerificationRules::new(issuers.collect(), audience)
    }

    fn principal(&self, token: &VerifiedToken) -> Result<Principal, ClaimsError> {
        Ok(Principal {
            current_tenant: token.text("org_id").map(str::to_owned),
            roles: claims::names(token.claim("roles")),
            ..Principal::without_rights(token)
        })
    }
}

/// Returns an authenticator with these keys.
pub(crate) fn authenticator(keys: impl KeySource) -> Authenticator {
    let builder = Authenticator::builder(Of(&["https://id.example.com/"]));
    builder.keys(Arc::new(keys)).build().unwrap()
}

/// Keys that were never fetched; requests do not wait for them.
#[derive(Debug)]
pub(crate) struct NoKeys;

impl KeySource for NoKeys {
    fn current(&self) -> Option<Arc<KeySet>> {
        None
    }

    fn with_key<'a>(&'a self, _: &'a str) -> KeysFuture<'a> {
        let error = KeyError {
            fault: KeyFault::TooManyWaiting(7),
            retry_after: Duration::from_millis(1200),
        };
        Box::pin(std::future::ready(Err(KeyLookupError::Unavailable(error))))
    }

    fn status(&self) -> KeyStatus {
        KeyStatus::Starting { reason: None }
    }
}
