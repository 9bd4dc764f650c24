//! The cache of verified tokens: the next request with the same token needs no signature check.
//!
//! An entry is used only if the token would be verified again now, which [`Verifier`](crate::verification::Verifier) decides; otherwise
//! the entry is dropped and the token is verified anew. So an entry cannot outlive the token's `exp` or the key that
//! verified it. Refusals are never cached.
//!
//! A token is cached when it is verified for the second time. So a token that is used once takes up no entry, and a flood
//! of them evicts nothing.

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

/// Into how many parts the cache is divided, each with a lock of its own, if it is large enough.
const SHARDS: usize = 16;

/// How much the cache of verified tokens holds. It keeps to both limits; 0 for either turns it off.
///
/// A token's memory is estimated from its length, generously for tokens as providers issue them. A token that needs more
/// than a sixteenth of `max_bytes` is not cached, but verified each time. So is one that is not used for a second time
/// before many others were used.
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
}

impl Default for CacheLimits {
    fn default() -> Self {
        Self {
            max_tokens: 10_000,
            max_bytes: 64 * 1024 * 1024,
        }
    }
}

/// Verified tokens by their SHA-256.
pub(crate) struct TokenCache {
    doorkeeper: Doorkeeper,
    tokens: Cache<TokenDigest, Verified, Weight, DefaultHashBuilder, HandBack>,
    /// The estimated memory of all entries.
    bytes: AtomicUsize,
    metrics: CacheMetrics,
}

/// The result of a verification.
#[derive(Debug, Clone)]
pub(crate) struct Verified {
    /// The index of the token's issuer among the authenticator's.
    pub(crate) issuer: usize,
    /// Who is calling.
    pub(crate) caller: Arc<Authenticated>,
}

impl TokenCache {
    /// Returns an empty cache, or `None` if the limits turn it off.
    pub(crate) fn new(limits: CacheLimits) -> Option<Self> {
        let CacheLimits {
            max_tokens,
            max_bytes,
        } = limits;
        let entries = max_tokens.min(max_bytes / TokenDigest::OVERHEAD);
        if entries == 0 {
            return None;
        }
        // Each shard may round its part up by one.
        let least = (max_bytes - SHARDS) / entries;
        let options = OptionsBuilder::new()
            .shards(SHARDS)
            .estimated_items_capacity(entries)
            .weight_capacity((entries * least) as u64)
            // The probation that the library would keep a part for is the doorkeeper's.
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

    /// Returns the result for this token if `is_accepted` says that it still holds. An entry that does not is dropped.
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
        // Not one that another request inserted in the meantime.
        let is_same = |entry: &Verified| Arc::ptr_eq(&entry.caller, &verified.caller);
        let removed = self.tokens.remove_if(token, is_same);
        self.removed(removed.as_slice());
        self.metrics.dropped();
        None
    }

    /// Caches the result for a token that was verified, if it was seen before.
    pub(crate) fn keep(&self, token: TokenDigest, verified: Verified) {
        if !self.doorkeeper.seen_before(&token) {
            return;
        }
        // First, because another request may evict the entry at once.
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

/// An entry's estimated memory, and at least its share of all memory: so the bound on the weight is one on the number of
/// entries too.
#[derive(Debug, Clone)]
struct Weight {
    least: usize,
}

impl Weighter<TokenDigest, Verified> for Weight {
    fn weight(&self, token: &TokenDigest, _: &Verified) -> u64 {
        token.bytes().max(self.least) as u64
    }
}

/// Returns evicted entries to the request that inserted: it frees them when the shard's lock is no longer held.
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
