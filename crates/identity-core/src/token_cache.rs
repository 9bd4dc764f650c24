//! Tokens that were verified, so that the next request with the same one needs no signature check.
//!
//! What this cache gives is never an answer by itself: whoever asks makes sure that the token would be verified again
//! now ([`Verifier`](crate::verification::Verifier) knows), and verifies it anew if not. So an entry cannot outlive the token's `exp`
//! or the key that verified it, and a refusal never comes from here.
//!
//! A token is kept when it is verified for the second time. So one that is used once costs no place, and many that are
//! cannot push out those that are used again and again.

mod digest;
mod met;
mod table;
mod weight;

use std::fmt;
use std::sync::Arc;

use crate::authenticated::Authenticated;
use crate::metrics::CacheMetrics;
pub(crate) use digest::TokenDigest;
use met::Met;
use table::{Bounds, Table};

/// How much a cache of verified tokens holds. It keeps to both limits; 0 for either turns it off.
///
/// `max_bytes` is what the cache may take up, with all that belongs to it, estimated rather too high than too low. A
/// token that needs more than an eighth of it is not kept, but verified each time. So is one that is not used a second time
/// before many others came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CacheLimits {
    /// The largest number of tokens. Default 10,000.
    pub max_tokens: usize,
    /// The most memory, in bytes. Default 64 MiB.
    pub max_bytes: usize,
}

impl CacheLimits {
    /// No cache: each token is verified each time.
    pub const OFF: Self = Self {
        max_tokens: 0,
        max_bytes: 0,
    };

    /// The smallest that a verified token takes up: less memory than for so many cannot hold more of them.
    const LEAST_BYTES: usize = 512;

    fn bounds(self) -> Option<Bounds> {
        let entries = self.max_tokens.min(self.max_bytes / Self::LEAST_BYTES);
        let empty = Table::<Verified>::size(entries) + Met::size(entries);
        let weight = self.max_bytes.checked_sub(empty);
        let bounds = Bounds {
            entries,
            weight: weight?,
        };
        (entries > 0).then_some(bounds)
    }
}

impl Default for CacheLimits {
    fn default() -> Self {
        Self {
            max_tokens: 10_000,
            max_bytes: 64 * 1024 * 1024,
        }
    }
}

/// Verified tokens by their SHA-256. Nobody who looks one up takes a lock.
pub(crate) struct TokenCache {
    met: Met,
    tokens: Table<Verified>,
    /// What a token may take up.
    heaviest: usize,
    metrics: CacheMetrics,
}

/// What was found out about a token.
#[derive(Debug, Clone)]
pub(crate) struct Verified {
    /// Which of the authenticator's issuers it is of.
    pub(crate) issuer: usize,
    /// Who it is of.
    pub(crate) caller: Arc<Authenticated>,
}

impl TokenCache {
    /// An empty cache, or none if the limits say so.
    pub(crate) fn new(limits: CacheLimits) -> Option<Self> {
        let bounds = limits.bounds()?;
        Some(Self {
            met: Met::new(bounds.entries),
            tokens: Table::new(bounds),
            heaviest: limits.max_bytes / 8,
            metrics: CacheMetrics::new(),
        })
    }

    /// What was found out about this token, if `stands` says that it is still so. What no longer stands is dropped.
    pub(crate) fn get(
        &self,
        token: &TokenDigest,
        stands: impl FnOnce(&Verified) -> bool,
    ) -> Option<Verified> {
        let look = |verified: &Verified| stands(verified).then(|| verified.clone());
        match self.tokens.get(token, look) {
            None => {
                self.metrics.miss();
                None
            }
            Some(Some(verified)) => {
                self.metrics.hit();
                Some(verified)
            }
            Some(None) => {
                self.tokens.remove(token);
                self.metrics.dropped();
                self.show();
                None
            }
        }
    }

    /// Keeps what was found out about a token that was verified, if it was so before.
    pub(crate) fn keep(&self, token: TokenDigest, verified: Verified) {
        if !self.met.before(&token) {
            return;
        }
        let weight = Table::<Verified>::ENTRY + weight::of(&verified.caller);
        if weight <= self.heaviest {
            self.tokens.insert(token, verified, weight);
            self.show();
        }
    }

    fn show(&self) {
        self.metrics.show(self.tokens.len(), self.tokens.weight());
    }
}

impl fmt::Debug for TokenCache {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("TokenCache")
            .field("tokens", &self.tokens.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
