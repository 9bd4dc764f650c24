//! Authentication: from a bearer token to a caller.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::authenticated::Authenticated;
use crate::authenticator_error::AuthenticatorError;
use crate::introspection::Introspector;
use crate::key_origin::KeptKeys;
use crate::keys::{IssuerStatus, KeyStatus};
use crate::metrics::TokenMetrics;
use crate::registered_claims;
use crate::setting_names::SettingNames;
use crate::token::{UnverifiedToken, is_opaque};
use crate::token_cache::{CacheLimits, TokenCache, TokenDigest, Verified};
use crate::token_error::{Excerpt, TokenError};
use crate::trusted_issuer::TrustedIssuer;
use crate::verification_rules::{TokenLimits, VerificationRules};
use crate::verifier::{VerifyError, check_size};

/// Authenticates callers by their bearer tokens, for one provider or several, and caches verified tokens. Created with
/// [`Authenticator::builder`].
///
/// A token's `iss` only selects among the configured providers; a token of an unknown issuer is refused before any
/// request is made. Each provider has its own keys, and its own limits on fetching them.
///
/// A cached token is accepted without a signature check, as long as
/// [`Verifier::verify`](crate::verification::Verifier::verify) would accept it: it has not expired, and the same key
/// that verified it is still in the issuer's key set. A token is cached when it is verified for the second time;
/// refusals are never cached. A new authenticator has an empty cache. The result is an [`Arc`], because the cache
/// returns the same one again.
///
/// A token that is not a JWT is refused, unless [`introspection`](crate::AuthenticatorBuilder::introspection) is set: then
/// the issuer is asked about it. A JWT is never introspected, whatever is wrong with it.
#[derive(Debug)]
pub struct Authenticator {
    issuers: Vec<TrustedIssuer>,
    /// The index in `issuers` for each accepted `iss`.
    index: BTreeMap<String, usize>,
    /// Counts tokens of an unknown issuer.
    unknown: TokenMetrics,
    cache: Option<TokenCache>,
    /// The maximum length of a token, in bytes.
    max_bytes: usize,
    names: SettingNames,
}

impl Authenticator {
    /// The `issuer` label of tokens of an unknown issuer in [`metrics`](crate::metrics), if several are configured.
    const UNKNOWN: &str = "other";

    /// `index` has the position in `issuers` for each accepted `iss`.
    pub(crate) fn new(
        issuers: Vec<TrustedIssuer>,
        index: BTreeMap<String, usize>,
        cache: CacheLimits,
        limits: TokenLimits,
    ) -> Self {
        let unknown = match issuers.as_slice() {
            [only] => &only.name,
            _ => Self::UNKNOWN,
        };
        Self {
            unknown: TokenMetrics::of(unknown),
            max_bytes: limits.max_bytes,
            issuers,
            index,
            cache: TokenCache::new(cache),
            names: SettingNames::default(),
        }
    }

    pub(crate) fn with_names(self, names: SettingNames) -> Self {
        Self { names, ..self }
    }

    /// Returns the names of the settings, for messages.
    pub(crate) fn names(&self) -> SettingNames {
        self.names
    }

    /// Returns the rules of each issuer.
    pub(crate) fn rules(&self) -> impl Iterator<Item = &VerificationRules> {
        self.issuers.iter().map(|issuer| issuer.verifier.rules())
    }

    /// Returns the algorithms that the discovery documents offer, as far as they are known.
    pub(crate) fn offered_algorithms(&self) -> Vec<String> {
        let keys = self
            .issuers
            .iter()
            .filter_map(|issuer| issuer.keys.current());
        keys.flat_map(|keys| keys.offered_algorithms().to_vec())
            .collect()
    }

    /// Verifies the token and returns the caller.
    ///
    /// Waits only if the token names an unknown key id, or if its signature does not verify or its algorithm is not that of
    /// the key, so that the issuer's keys have to be fetched.
    ///
    /// An opaque token is introspected, if that is configured, unless the issuer's response is cached.
    ///
    /// Errors: [`VerifyError::Token`] if the token is refused, [`VerifyError::Unavailable`] if the keys are
    /// unavailable, [`VerifyError::Introspection`] if the issuer cannot be asked about an opaque token.
    pub async fn authenticate(&self, token: &str) -> Result<Arc<Authenticated>, VerifyError> {
        if let Some((issuer, introspector)) = self.introspector_of(token) {
            // In a box, because it would make the future of all other tokens larger.
            return Box::pin(issuer.introspect(introspector, token)).await;
        }
        let Some(cache) = self.cache_for(token) else {
            return Ok(self.verify(token).await?.caller);
        };
        let digest = TokenDigest::of(token);
        if let Some(caller) = self.recall(cache, &digest) {
            return Ok(caller);
        }
        let verified = self.verify(token).await?;
        let caller = Arc::clone(&verified.caller);
        cache.keep(digest, verified);
        Ok(caller)
    }

    /// Returns all accepted issuers (`iss`), in the order in which the providers were added.
    #[must_use]
    pub fn issuers(&self) -> Vec<String> {
        let issuers = self.issuers.iter();
        issuers
            .flat_map(|issuer| issuer.verifier.issuers().iter().cloned())
            .collect()
    }

    /// Returns the status of the keys; with several providers, the worst one.
    #[must_use]
    pub fn key_status(&self) -> KeyStatus {
        let rank = |status: &KeyStatus| match status {
            KeyStatus::Ready { .. } => 0,
            KeyStatus::Degraded { .. } => 1,
            KeyStatus::Starting { .. } => 2,
        };
        // Reversed, because `max_by_key` returns the last maximum: the first provider wins among equals.
        let all = self.issuers.iter().rev().map(|issuer| issuer.keys.status());
        all.max_by_key(rank)
            .unwrap_or(KeyStatus::Starting { reason: None })
    }

    /// Returns the status of each provider's keys, in the order in which the providers were added.
    #[must_use]
    pub fn key_statuses(&self) -> Vec<IssuerStatus> {
        self.issuers.iter().map(TrustedIssuer::status).collect()
    }

    /// Waits for the keys of each provider, as long as their first fetch takes. Keys that were taken over from another
    /// authenticator ([`keys_of`](crate::AuthenticatorBuilder::keys_of)) are not waited for.
    ///
    /// Errors: the status of the first provider whose keys could not be fetched. They are fetched again in the
    /// background, so that a later call may succeed.
    pub async fn first_keys(&self) -> Result<(), IssuerStatus> {
        for issuer in self.issuers.iter().filter(|issuer| !issuer.has_kept_keys()) {
            let is_starting = || matches!(issuer.keys.status(), KeyStatus::Starting { .. });
            if is_starting() && issuer.keys.with_key("").await.is_err() {
                return Err(issuer.status());
            }
        }
        Ok(())
    }

    /// Returns the keys for an authenticator that takes them over.
    pub(crate) fn kept_keys(&self) -> Vec<KeptKeys> {
        let issuers = self.issuers.iter();
        issuers.filter_map(TrustedIssuer::kept_keys).collect()
    }

    /// Returns what introspects this token. Returns `None` if the token may be a JWT, or nothing introspects tokens.
    fn introspector_of(&self, token: &str) -> Option<(&TrustedIssuer, &Introspector)> {
        let mut issuers = self.issuers.iter();
        let found = issuers.find_map(|issuer| Some((issuer, issuer.introspector.as_ref()?)));
        found.filter(|_| is_opaque(token))
    }

    /// Returns `None` if the token is too long, so that it is refused without being hashed, or if there is no cache.
    fn cache_for(&self, token: &str) -> Option<&TokenCache> {
        let cache = self.cache.as_ref()?;
        (token.len() <= self.max_bytes).then_some(cache)
    }

    fn recall(&self, cache: &TokenCache, digest: &TokenDigest) -> Option<Arc<Authenticated>> {
        let found = cache.get(digest, |found| {
            let issuer = self.issuers.get(found.issuer);
            issuer.is_some_and(|issuer| issuer.verifier.still_accepts(found.caller.token()))
        })?;
        self.issuers.get(found.issuer)?.metrics.verified();
        Some(found.caller)
    }

    async fn verify(&self, token: &str) -> Result<Verified, VerifyError> {
        let (index, issuer, token) = self.choose(token).map_err(|error| {
            let error = VerifyError::Token(error);
            self.unknown.refused(&error);
            error
        })?;
        let result = issuer.authenticate(token).await;
        match &result {
            Ok(_) => issuer.metrics.verified(),
            Err(error) => issuer.metrics.refused(error),
        }
        Ok(Verified {
            issuer: index,
            caller: result?,
        })
    }

    /// Returns the issuer whose verifier checks this token. Nothing in the token is trusted yet: its `iss` only selects
    /// among the configured issuers.
    fn choose<'t>(
        &self,
        token: &'t str,
    ) -> Result<(usize, &TrustedIssuer, UnverifiedToken<'t>), TokenError> {
        check_size(token.len(), self.max_bytes)?;
        let token = UnverifiedToken::parse(token)?;
        if let [only] = self.issuers.as_slice() {
            return Ok((0, only, token));
        }
        let name = registered_claims::issuer(&token.claims)?;
        let index = self.index.get(name).copied();
        let found = index.and_then(|index| Some((index, self.issuers.get(index)?)));
        match found {
            Some((index, issuer)) => Ok((index, issuer, token)),
            None => Err(TokenError::InvalidIssuer(Excerpt::new(Some(name)))),
        }
    }
}

/// Returns the index of the issuer that accepts each `iss`. Errors: two issuers accept the same.
pub(crate) fn index_of<'a>(
    issuers: impl Iterator<Item = &'a VerificationRules>,
) -> Result<BTreeMap<String, usize>, AuthenticatorError> {
    let mut index = BTreeMap::new();
    for (position, rules) in issuers.enumerate() {
        for name in &rules.issuers {
            let other = index.insert(name.clone(), position);
            if other.is_some_and(|other| other != position) {
                return Err(AuthenticatorError::SharedIssuer(name.clone()));
            }
        }
    }
    Ok(index)
}

#[cfg(test)]
#[path = "authenticator_tests/mod.rs"]
mod tests;
