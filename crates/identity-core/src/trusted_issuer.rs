//! An accepted issuer.

use std::sync::Arc;

use crate::authenticated::Authenticated;
use crate::claims::Claims;
use crate::introspection::{self, Introspector};
use crate::key_origin::{KeptKeys, KeyOrigin};
use crate::keys::{IssuerStatus, KeySource};
use crate::metrics::TokenMetrics;
use crate::principal::Principal;
use crate::provider::Provider;
use crate::token::UnverifiedToken;
use crate::token_error::TokenError;
use crate::verified_token::VerifiedToken;
use crate::verifier::{Verifier, VerifyError, check_size};

/// An accepted issuer: its provider, verifier and keys.
#[derive(Debug)]
pub(crate) struct TrustedIssuer {
    pub(crate) name: String,
    pub(crate) verifier: Verifier,
    provider: Arc<dyn Provider>,
    pub(crate) keys: Arc<dyn KeySource>,
    pub(crate) introspector: Option<Introspector>,
    pub(crate) metrics: TokenMetrics,
    origin: Option<KeyOrigin>,
}

impl TrustedIssuer {
    pub(crate) fn new(
        provider: Arc<dyn Provider>,
        keys: Arc<dyn KeySource>,
        verifier: Verifier,
    ) -> Self {
        let name = verifier.issuers().first().cloned().unwrap_or_default();
        Self {
            metrics: TokenMetrics::of(&name),
            name,
            verifier,
            provider,
            keys,
            introspector: None,
            origin: None,
        }
    }

    /// Records where the keys are fetched from.
    pub(crate) fn with_keys_from(self, origin: Option<KeyOrigin>) -> Self {
        Self { origin, ..self }
    }

    /// Returns whether the keys were another authenticator's before.
    pub(crate) fn has_kept_keys(&self) -> bool {
        self.origin.as_ref().is_some_and(|origin| origin.is_kept)
    }

    /// Returns the keys for an authenticator that takes them over, if they are fetched.
    pub(crate) fn kept_keys(&self) -> Option<KeptKeys> {
        Some(KeptKeys {
            origin: self.origin.clone()?,
            keys: Arc::clone(&self.keys),
        })
    }

    /// Has the opaque tokens of this issuer introspected.
    pub(crate) fn introspected_by(self, introspector: Option<Introspector>) -> Self {
        Self {
            introspector,
            ..self
        }
    }

    pub(crate) fn status(&self) -> IssuerStatus {
        IssuerStatus {
            issuer: self.name.clone(),
            keys: self.keys.status(),
        }
    }

    pub(crate) async fn introspect(
        &self,
        introspector: &Introspector,
        token: &str,
    ) -> Result<Arc<Authenticated>, VerifyError> {
        let result = match check_size(token.len(), self.verifier.max_bytes()) {
            Ok(()) => {
                let accept = |claims| self.accept(introspector, claims);
                introspector.caller(token, accept).await
            }
            Err(error) => Err(error.into()),
        };
        match &result {
            Ok(_) => self.metrics.verified(),
            Err(error) => self.metrics.refused(error),
        }
        result
    }

    /// Checks the claims of an opaque token that the issuer says is active.
    fn accept(
        &self,
        introspector: &Introspector,
        claims: Claims,
    ) -> Result<Arc<Authenticated>, TokenError> {
        let username_as_subject = introspector.username_as_subject();
        let claims = introspection::complete(claims, self.verifier.rules(), username_as_subject)?;
        let without_exp = introspector.expires_without_exp();
        let token = self.verifier.check_introspected(claims, without_exp)?;
        let principal = self.provider.principal(&token)?;
        Ok(self.caller(principal, token))
    }

    pub(crate) async fn authenticate(
        &self,
        token: UnverifiedToken<'_>,
    ) -> Result<Arc<Authenticated>, VerifyError> {
        let token = self.verifier.verify_parsed(token).await?;
        let principal = self.provider.principal(&token);
        let principal = principal.map_err(TokenError::Claims)?;
        Ok(self.caller(principal, token))
    }

    fn caller(&self, principal: Principal, token: VerifiedToken) -> Arc<Authenticated> {
        let (clock, leeway) = self.verifier.clock();
        Arc::new(Authenticated {
            principal,
            token,
            clock,
            leeway,
        })
    }
}
