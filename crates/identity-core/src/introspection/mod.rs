//! Introspection of opaque tokens (RFC 7662): the issuer says whether a token is active, and what it grants.
//!
//! Only a token that is not a JWT is introspected. The issuer's response then meets the rules of the provider like the
//! claims of a JWT, as far as it has them: `iss` and `exp` may be missing.

mod config;
mod endpoint;
mod error;
mod response;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use quick_cache::sync::Cache;
use tokio::sync::Semaphore;
use tokio::time::timeout;

pub use config::{IntrospectionConfig, IntrospectionEndpoint, IntrospectionLimits};
pub use error::{IntrospectionError, IntrospectionFault};

pub(crate) use endpoint::Endpoint;
pub(crate) use response::{Response, check_token_type, complete};

use crate::authenticated::Authenticated;
use crate::claims::Claims;
use crate::clock::{Clock, UnixTime};
use crate::metrics::IntrospectionMetrics;
use crate::token_cache::TokenDigest;
use crate::token_error::TokenError;
use crate::verifier::VerifyError;

/// Longer responses are not kept, so that the number of those that are bounds their memory.
const MOST_KEPT_BYTES: usize = 16 * 1024;

/// The outcome for a token.
type Outcome = Result<Arc<Authenticated>, VerifyError>;

/// Introspects the opaque tokens of one issuer.
///
/// Callers with the same token share one request to the issuer. An outcome is kept while it is fresh, so never if it is
/// a refusal.
pub(crate) struct Introspector {
    endpoint: Endpoint,
    max_age: Duration,
    username_as_subject: bool,
    max_waiting: usize,
    waiting: Semaphore,
    requests: Semaphore,
    kept: Cache<TokenDigest, Kept>,
    clock: Arc<dyn Clock>,
    metrics: IntrospectionMetrics,
}

/// An outcome, and when it may be used again: from then on, until before then.
#[derive(Clone)]
struct Kept {
    outcome: Outcome,
    from: f64,
    until: f64,
}

impl Kept {
    /// False if the clock returns NaN, or was set back.
    fn is_fresh(&self, now: UnixTime) -> bool {
        self.outcome.is_ok() && self.from <= now.seconds() && now.seconds() < self.until
    }
}

impl Introspector {
    /// `issuer` is the label of its metrics.
    pub(crate) fn new(
        config: &IntrospectionConfig,
        endpoint: Endpoint,
        clock: Arc<dyn Clock>,
        issuer: &str,
    ) -> Self {
        let limits = config.limits;
        let permits = |count: usize| Semaphore::new(count.min(Semaphore::MAX_PERMITS));
        Self {
            endpoint,
            max_age: limits.max_age,
            username_as_subject: config.username_as_subject,
            max_waiting: limits.max_waiting,
            waiting: permits(limits.max_waiting),
            requests: permits(limits.max_concurrent),
            kept: Cache::new(limits.max_tokens),
            clock,
            metrics: IntrospectionMetrics::of(issuer),
        }
    }

    /// Returns whether `username` is the subject of a token without `sub`.
    pub(crate) fn username_as_subject(&self) -> bool {
        self.username_as_subject
    }

    /// Returns when a response without `exp` expires.
    pub(crate) fn expires_without_exp(&self) -> UnixTime {
        UnixTime::from_seconds(self.clock.now().seconds() + self.max_age.as_secs_f64())
    }

    /// Returns the caller with this token. `accept` checks the claims of an active token.
    pub(crate) async fn caller(
        &self,
        token: &str,
        accept: impl Fn(Claims) -> Result<Arc<Authenticated>, TokenError>,
    ) -> Outcome {
        let digest = TokenDigest::of(token);
        if let Some(outcome) = self.recall(&digest) {
            self.metrics.cached();
            return outcome;
        }
        let Ok(_place) = self.waiting.try_acquire() else {
            self.metrics.turned_away();
            return Err(unavailable(IntrospectionFault::TooManyWaiting(
                self.max_waiting,
            )));
        };
        match self.kept.get_value_or_guard_async(&digest).await {
            // Another caller has asked in the meantime.
            Ok(shared) => shared.outcome,
            Err(guard) => {
                let kept = self.introspect(token, accept).await;
                // Those who wait get it, whether it is kept or not. It fails only if the entry is gone.
                drop(guard.insert(kept.clone()));
                self.forget_stale(&digest);
                kept.outcome
            }
        }
    }

    fn recall(&self, digest: &TokenDigest) -> Option<Outcome> {
        let kept = self.kept.get(digest)?;
        if kept.is_fresh(self.clock.now()) {
            return Some(kept.outcome);
        }
        self.forget_stale(digest);
        None
    }

    fn forget_stale(&self, digest: &TokenDigest) {
        let now = self.clock.now();
        self.kept.remove_if(digest, |kept| !kept.is_fresh(now));
    }

    async fn introspect(
        &self,
        token: &str,
        accept: impl Fn(Claims) -> Result<Arc<Authenticated>, TokenError>,
    ) -> Kept {
        let from = self.clock.now().seconds();
        let (outcome, length) = match self.ask(token).await {
            Ok(Response::Active { claims, length }) => {
                (accept(claims).map_err(VerifyError::Token), length)
            }
            Ok(Response::Inactive) => (Err(VerifyError::Token(TokenError::Inactive)), 0),
            Err(fault) => (Err(unavailable(fault)), 0),
        };
        let expires_at = match &outcome {
            Ok(caller) if length <= MOST_KEPT_BYTES => caller.token().expires_at().seconds(),
            _ => from,
        };
        Kept {
            outcome,
            from,
            until: expires_at.min(from + self.max_age.as_secs_f64()),
        }
    }

    async fn ask(&self, token: &str) -> Result<Response, IntrospectionFault> {
        let patience = self.endpoint.timeout();
        let slot = timeout(patience, self.requests.acquire()).await;
        let result = match slot {
            Ok(Ok(_slot)) => self.endpoint.ask(token).await,
            // The semaphore is never closed.
            Ok(Err(_)) | Err(_) => Err(IntrospectionFault::Busy(patience)),
        };
        self.metrics.asked(&result);
        result
    }
}

fn unavailable(fault: IntrospectionFault) -> VerifyError {
    VerifyError::Introspection(IntrospectionError::new(fault))
}

impl fmt::Debug for Introspector {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Introspector")
            .field("endpoint", &self.endpoint)
            .field("kept", &self.kept.len())
            .finish_non_exhaustive()
    }
}
