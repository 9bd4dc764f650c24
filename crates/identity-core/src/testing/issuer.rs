//! An issuer of tokens, for tests.

use std::sync::Arc;

use super::{StaticKeys, TestCaller, TestClaims, TestClock, TestKey};
use crate::algorithms::Algorithm;
use crate::authenticator::Authenticator;
use crate::builder::AuthenticatorBuilder;
use crate::clock::{Clock, SystemClock};

/// An issuer of tokens in the form of a provider, with keys that exist only in the test: nothing is fetched.
///
/// Its [`authenticator`](Self::authenticator) accepts the tokens of its callers.
///
/// ```
/// use identity_core::providers::Auth0;
/// use identity_core::testing::TestIssuer;
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let provider = Auth0::tenant("dev-example.us.auth0.com", "https://api.example.com").unwrap();
/// let issuer = TestIssuer::of(provider);
/// let authenticator = issuer.authenticator();
///
/// let token = issuer.caller("auth0|1").permission("reports.read").token();
/// let caller = authenticator.authenticate(&token).await.unwrap();
/// assert!(caller.principal().has_permission("reports.read"));
///
/// for bad in issuer.caller("auth0|1").permission("reports.read").bad_tokens() {
///     let refused = authenticator.authenticate(&bad.token).await.unwrap_err();
///     assert_eq!(refused.code(), bad.code, "{bad}");
/// }
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct TestIssuer {
    pub(super) provider: Arc<dyn TestClaims>,
    pub(super) key: TestKey,
    pub(super) clock: Arc<dyn Clock>,
}

impl TestIssuer {
    /// Creates an issuer of this provider's tokens, which are good for ten minutes.
    pub fn of(provider: impl TestClaims) -> Self {
        let key = match provider.verification().algorithms.first() {
            Algorithm::RS256 => TestKey::fixed(),
            other => TestKey::fresh("fixed", other),
        };
        Self {
            provider: Arc::new(provider),
            key,
            clock: Arc::new(SystemClock),
        }
    }

    /// Fixes the time of this issuer and its authenticator, in seconds since the epoch. Default: the system clock.
    pub fn at(self, seconds: f64) -> Self {
        Self {
            clock: Arc::new(TestClock::at(seconds)),
            ..self
        }
    }

    /// Returns an authenticator that accepts this issuer's tokens.
    pub fn authenticator(&self) -> Authenticator {
        let built = self.builder().build();
        built.expect("one provider, with its keys")
    }

    /// Returns the builder of that authenticator, to change its limits or to add a provider.
    pub fn builder(&self) -> AuthenticatorBuilder {
        Authenticator::builder(Arc::clone(&self.provider))
            .keys(Arc::new(StaticKeys::of(&[&self.key])))
            .clock(Arc::clone(&self.clock))
    }

    /// Returns a caller without rights, with this subject.
    pub fn caller(&self, subject: &str) -> TestCaller<'_> {
        TestCaller::new(self, subject)
    }
}
