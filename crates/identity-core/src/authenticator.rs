//! Bearer token in, authenticated caller out.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::clock::Clock;
use crate::figures::TokenFigures;
use crate::keys::{KeySource, KeyStatus};
use crate::principal::Principal;
use crate::provider::Provider;
use crate::registered_claims;
use crate::token::UnverifiedToken;
use crate::token_cache::{CacheLimits, TokenCache, TokenDigest, Verified};
use crate::token_error::{Excerpt, TokenError};
use crate::verified_token::VerifiedToken;
use crate::verifier::{Verifier, VerifyError, check_size};

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

/// Authenticates the callers of one provider, or of several: a [`Verifier`] and the provider's reading of claims for
/// each, and a cache of the tokens that were verified.
///
/// A token's `iss` only chooses among the providers that are given here; one that names none of them is refused before
/// anything is fetched. Each provider has its own keys, and its own limits on fetching them.
///
/// A token in the cache is answered without a signature check, as long as [`Verifier::verify`] would accept it: not
/// past its `exp`, and not without the very key that verified it in the issuer's present key set. A token is put there
/// when it is verified for the second time; refusals are never cached. A new authenticator has verified nothing yet.
/// Callers get their result in an [`Arc`], so that the same one is handed out again.
#[derive(Debug)]
pub struct Authenticator {
    issuers: Vec<Trusted>,
    /// The place in `issuers` for each accepted `iss`.
    places: BTreeMap<String, usize>,
    /// For tokens that are of none of several issuers.
    strangers: TokenFigures,
    cache: Option<TokenCache>,
    /// The longest token that any of the providers reads.
    max_bytes: usize,
}

/// A provider and where its keys come from.
#[derive(Debug, Clone)]
pub struct TrustedIssuer {
    /// What its tokens must look like, and how they are read.
    pub provider: Arc<dyn Provider>,
    /// The keys that sign its tokens, and no other provider's.
    pub keys: Arc<dyn KeySource>,
}

/// How the keys of one issuer are.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct IssuerStatus {
    /// The first of its accepted names.
    pub issuer: String,
    /// How its keys are.
    pub keys: KeyStatus,
}

/// Why providers cannot be used side by side.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AuthenticatorError {
    /// There is none, so that no token could be accepted.
    #[error("no provider is given")]
    NoProvider,
    /// Two accept the same `iss`, so that it would not choose between them.
    #[error("two providers accept the issuer {0}")]
    SharedIssuer(String),
}

#[derive(Debug)]
struct Trusted {
    name: String,
    verifier: Verifier,
    provider: Arc<dyn Provider>,
    keys: Arc<dyn KeySource>,
    figures: TokenFigures,
}

impl Authenticator {
    /// What [`figures`](crate::figures) call the issuer of a token that is of none of several.
    const STRANGER: &str = "other";

    /// Authenticates with the rules of `provider` and the keys of `keys`, at the time of `clock`.
    pub fn new(
        provider: Arc<dyn Provider>,
        keys: Arc<dyn KeySource>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let trusted = Trusted::new(TrustedIssuer { provider, keys }, clock);
        let strangers = TokenFigures::of(&trusted.name);
        Self::with(vec![trusted], BTreeMap::new(), strangers)
    }

    /// Authenticates the callers of each of these providers, with its own rules and keys.
    ///
    /// Errors: there is none; two accept the same issuer.
    pub fn of_several(
        issuers: Vec<TrustedIssuer>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, AuthenticatorError> {
        let all: Vec<_> = issuers
            .into_iter()
            .map(|issuer| Trusted::new(issuer, Arc::clone(&clock)))
            .collect();
        if all.is_empty() {
            return Err(AuthenticatorError::NoProvider);
        }
        let mut places = BTreeMap::new();
        for (place, issuer) in all.iter().enumerate() {
            for name in issuer.verifier.issuers() {
                let other = places.insert(name.clone(), place);
                if other.is_some_and(|other| other != place) {
                    return Err(AuthenticatorError::SharedIssuer(name.clone()));
                }
            }
        }
        Ok(Self::with(all, places, TokenFigures::of(Self::STRANGER)))
    }

    fn with(
        issuers: Vec<Trusted>,
        places: BTreeMap<String, usize>,
        strangers: TokenFigures,
    ) -> Self {
        let limits = issuers.iter().map(|issuer| issuer.verifier.max_bytes());
        Self {
            max_bytes: limits.max().unwrap_or_default(),
            issuers,
            places,
            strangers,
            cache: TokenCache::new(CacheLimits::default()),
        }
    }

    /// With a new cache of this size instead of the default's: [`CacheLimits::OFF`] for none.
    pub fn caching(self, limits: CacheLimits) -> Self {
        Self {
            cache: TokenCache::new(limits),
            ..self
        }
    }

    /// Verifies the token and reads who is calling.
    ///
    /// Awaits only where the token names a key that is not known yet and its issuer is asked for its keys.
    pub async fn authenticate(&self, token: &str) -> Result<Arc<Authenticated>, VerifyError> {
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

    /// Every accepted `iss`, in the order in which the providers were given.
    pub fn issuers(&self) -> Vec<String> {
        let issuers = self.issuers.iter();
        issuers
            .flat_map(|issuer| issuer.verifier.issuers().iter().cloned())
            .collect()
    }

    /// How the keys are; with several providers, how those are that are worst off.
    pub fn key_status(&self) -> KeyStatus {
        let rank = |status: &KeyStatus| match status {
            KeyStatus::Ready { .. } => 0,
            KeyStatus::Degraded { .. } => 1,
            KeyStatus::Starting { .. } => 2,
        };
        // The first of those that are equally badly off.
        let all = self.issuers.iter().rev().map(|issuer| issuer.keys.status());
        all.max_by_key(rank)
            .unwrap_or(KeyStatus::Starting { reason: None })
    }

    /// How the keys of each provider are, in the order in which the providers were given.
    pub fn key_statuses(&self) -> Vec<IssuerStatus> {
        let status = |issuer: &Trusted| IssuerStatus {
            issuer: issuer.name.clone(),
            keys: issuer.keys.status(),
        };
        self.issuers.iter().map(status).collect()
    }

    /// A token that is too long is refused, and not even hashed.
    fn cache_for(&self, token: &str) -> Option<&TokenCache> {
        let cache = self.cache.as_ref()?;
        (token.len() <= self.max_bytes).then_some(cache)
    }

    fn recall(&self, cache: &TokenCache, digest: &TokenDigest) -> Option<Arc<Authenticated>> {
        let found = cache.get(digest, |found| {
            let issuer = self.issuers.get(found.issuer);
            issuer.is_some_and(|issuer| issuer.verifier.still_accepts(found.caller.token()))
        })?;
        self.issuers.get(found.issuer)?.figures.verified();
        Some(found.caller)
    }

    async fn verify(&self, token: &str) -> Result<Verified, VerifyError> {
        let (place, issuer, token) = self.choose(token).map_err(|error| {
            let error = VerifyError::Token(error);
            self.strangers.refused(&error);
            error
        })?;
        let result = issuer.authenticate(token).await;
        match &result {
            Ok(_) => issuer.figures.verified(),
            Err(error) => issuer.figures.refused(error),
        }
        Ok(Verified {
            issuer: place,
            caller: result?,
        })
    }

    /// Who has to verify this token. Nothing in it is believed yet: its `iss` only selects among those that are given.
    fn choose<'t>(
        &self,
        token: &'t str,
    ) -> Result<(usize, &Trusted, UnverifiedToken<'t>), TokenError> {
        check_size(token.len(), self.max_bytes)?;
        let token = UnverifiedToken::parse(token)?;
        if let [only] = self.issuers.as_slice() {
            return Ok((0, only, token));
        }
        let name = registered_claims::issuer(&token.claims)?;
        let place = self.places.get(name).copied();
        let found = place.and_then(|place| Some((place, self.issuers.get(place)?)));
        match found {
            Some((place, issuer)) => Ok((place, issuer, token)),
            None => Err(TokenError::InvalidIssuer(Excerpt::new(Some(name)))),
        }
    }
}

impl Trusted {
    fn new(issuer: TrustedIssuer, clock: Arc<dyn Clock>) -> Self {
        let TrustedIssuer { provider, keys } = issuer;
        let verifier = Verifier::new(provider.verification(), Arc::clone(&keys), clock);
        let name = verifier.issuers().first().cloned().unwrap_or_default();
        Self {
            figures: TokenFigures::of(&name),
            name,
            verifier,
            provider,
            keys,
        }
    }

    async fn authenticate(
        &self,
        token: UnverifiedToken<'_>,
    ) -> Result<Arc<Authenticated>, VerifyError> {
        let token = self.verifier.verify_parsed(token).await?;
        let principal = self
            .provider
            .principal(&token)
            .map_err(TokenError::Claims)?;
        Ok(Arc::new(Authenticated { principal, token }))
    }
}

#[cfg(test)]
#[path = "authenticator_tests/mod.rs"]
mod tests;
