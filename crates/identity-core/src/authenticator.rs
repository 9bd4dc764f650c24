//! Bearer token in, authenticated caller out.

use std::sync::Arc;

use crate::clock::Clock;
use crate::keys::{KeySource, KeyStatus};
use crate::principal::Principal;
use crate::provider::Provider;
use crate::token_error::TokenError;
use crate::verified_token::VerifiedToken;
use crate::verifier::{Verifier, VerifyError};

/// A caller whose token was verified.
#[derive(Debug)]
pub struct Authenticated {
    principal: Principal,
    token: VerifiedToken,
}

impl Authenticated {
    /// Who is calling, and with what rights.
    pub fn principal(&self) -> &Principal {
        &self.principal
    }

    /// The token that says so.
    pub fn token(&self) -> &VerifiedToken {
        &self.token
    }
}

/// Authenticates the callers of one provider: a [`Verifier`] and the provider's reading of claims.
///
/// Callers get their result in an [`Arc`], so that one that was verified before can be handed out again.
#[derive(Debug)]
pub struct Authenticator {
    verifier: Verifier,
    provider: Arc<dyn Provider>,
    keys: Arc<dyn KeySource>,
}

impl Authenticator {
    /// Authenticates with the rules of `provider` and the keys of `keys`, at the time of `clock`.
    pub fn new(
        provider: Arc<dyn Provider>,
        keys: Arc<dyn KeySource>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let verifier = Verifier::new(provider.verification(), Arc::clone(&keys), clock);
        Self {
            verifier,
            provider,
            keys,
        }
    }

    /// Verifies the token and reads who is calling.
    pub async fn authenticate(&self, token: &str) -> Result<Arc<Authenticated>, VerifyError> {
        let token = self.verifier.verify(token).await?;
        let principal = self
            .provider
            .principal(&token)
            .map_err(TokenError::Claims)?;
        Ok(Arc::new(Authenticated { principal, token }))
    }

    /// How the provider's keys are.
    pub fn key_status(&self) -> KeyStatus {
        self.keys.status()
    }
}
