//! The cache of verified tokens: the next request with the same token needs no signature check.
//!
//! An entry is used only if the token would be verified again now, which [`Verifier`](crate::verification::Verifier)
//! decides; otherwise the entry is dropped and the token is verified again. So an entry cannot outlive the token's
//! `exp` or the key that verified it. Refusals are never cached.
//!
//! A token is cached when it is verified for the second time. So a token that is used once takes up no entry, and a
//! flood of such tokens evicts nothing.

mod digest;
mod doorkeeper;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use quick_cache::sync::Cache;
use quick_cache::{DefaultHashBuilder, Lifecycle, OptionsBuilder, Weighter};

use crate::authenticated::Authenticated;
use crate::metrics::CacheMetrics;
pub(crate) use digest::TokenDigest;
use doorkeeper::Doorkeeper;

/// The number of shards of the cache, each with its own lock, if it is large enough.
const SHARDS: usize = 16;

/// Limits of the cache of verified tokens. Both apply; 0 for either disables the cache.
///
/// A token's memory is estimated from its length, and overestimated for typical tokens. A token that needs more than a
/// sixteenth of `max_bytes` is not cached, but verified each time, and so is a token that is used again only after many
/// others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CacheLimits {
    /// The maximum number of tokens. Default 10,000.
    pub max_tokens: usize,
    /// The maximum memory, in bytes. Default 64 MiB.
    pub max_bytes: usize,
}

impl CacheLimits {
    /// No cache: a token is verified on each request.
    pub const OFF: Self = Self {
        max_tokens: 0,
        max_bytes: 0,
    };
}

impl Default for CacheLimits {
    fn default() -> Self {
        Self {
            max_tokens: 10_000,
            max_bytes: 64 * 1024 * 1024,
        }
    }
}

/// Verified tokens, by their SHA-256.
pub(crate) struct TokenCache {
    doorkeeper: Doorkeeper,
    tokens: Cache<TokenDigest, Verified, Weight, DefaultHashBuilder, HandBack>,
    /// The estimated memory of all entries, in bytes.
    bytes: AtomicUsize,
    metrics: CacheMetrics,
}

/// The result of a verification.
#[derive(Debug, Clone)]
pub(crate) struct Verified {
    /// The index of the token's issuer in the authenticator.
    pub(crate) issuer: usize,
    /// The authenticated caller.
    pub(crate) caller: Arc<Authenticated>,
}

impl TokenCache {
    /// Returns an empty cache, or `None` if the limits disable it.
    pub(crate) fn new(limits: CacheLimits) -> Option<Self> {
        let CacheLimits {
            max_tokens,
            max_bytes,
        } = limits;
        let entries = max_tokens.min(max_bytes / TokenDigest::OVERHEAD);
        if entries == 0 {
            return None;
        }
        // Each shard may round its capacity up by one.
        let least = (max_bytes - SHARDS) / entries;
        let options = OptionsBuilder::new()
            .shards(SHARDS)
            .estimated_items_capacity(entries)
            .weight_capacity((entries * least) as u64)
            // The library's own probation area is not needed: the doorkeeper takes its role.
            .hot_allocation(1.0)
            .build()
            .ok()?;
        Some(Self {
            doorkeeper: Doorkeeper::new(entries),
            tokens: Cache::with_options(
                options,
                Weight { least },
                DefaultHashBuilder::default(),
                HandBack,
            ),
            bytes: AtomicUsize::new(0),
            metrics: CacheMetrics::new(),
        })
    }

    /// Returns the result for this token if it is cached and `is_accepted` accepts it. An entry that is not accepted is
    /// dropped.
    pub(crate) fn get(
        &self,
        token: &TokenDigest,
        is_accepted: impl FnOnce(&Verified) -> bool,
    ) -> Option<Verified> {
        let Some(verified) = self.tokens.get(token) else {
            self.metrics.miss();
            return None;
        };
        if is_accepted(&verified) {
            self.metrics.hit();
            return Some(verified);
        }
        // Keeps an entry that another request inserted in the meantime.
        let is_same = |entry: &Verified| Arc::ptr_eq(&entry.caller, &verified.caller);
        let removed = self.tokens.remove_if(token, is_same);
        self.removed(removed.as_slice());
        self.metrics.dropped();
        None
    }

    /// Caches the result for a verified token if the token was seen before.
    pub(crate) fn keep(&self, token: TokenDigest, verified: Verified) {
        if !self.doorkeeper.seen_before(&token) {
            return;
        }
        // Added before the insertion, because another request may evict the entry at once.
        self.bytes.fetch_add(token.bytes(), Ordering::Relaxed);
        let mut evicted = Vec::new();
        self.tokens
            .insert_with_lifecycle(token, verified, &mut evicted);
        self.removed(&evicted);
    }

    fn removed(&self, entries: &[(TokenDigest, Verified)]) {
        for (token, _) in entries {
            self.bytes.fetch_sub(token.bytes(), Ordering::Relaxed);
        }
        let bytes = self.bytes.load(Ordering::Relaxed);
        self.metrics.show(self.tokens.len(), bytes);
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

/// The weight of an entry: its estimated memory, or the average per entry if that is larger, so that the limit on the
/// weight also limits the number of entries.
#[derive(Debug, Clone)]
struct Weight {
    least: usize,
}

impl Weighter<TokenDigest, Verified> for Weight {
    fn weight(&self, token: &TokenDigest, _: &Verified) -> u64 {
        token.bytes().max(self.least) as u64
    }
}

/// Returns evicted entries to the inserting request, which frees them after the shard's lock is released.
#[derive(Debug, Clone)]
struct HandBack;

impl Lifecycle<TokenDigest, Verified> for HandBack {
    type RequestState = Vec<(TokenDigest, Verified)>;

    fn on_evict(&self, evicted: &mut Self::RequestState, token: TokenDigest, verified: Verified) {
        evicted.push((token, verified));
    }
}

#[cfg(test)]
mod tests;
