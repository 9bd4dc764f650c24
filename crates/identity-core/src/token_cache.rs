//! Tokens that were verified, so that the next request with the same one needs no signature check.
//!
//! What this cache gives is never an answer by itself: whoever asks makes sure that the token would be verified again
//! now ([`Verifier`](crate::Verifier) knows), and verifies it anew if not. So an entry cannot outlive the token's `exp`
//! or the key that verified it, and a refusal never comes from here.

mod digest;
mod weight;

use std::fmt;
use std::hash::BuildHasher;
use std::sync::Arc;

use quick_cache::sync::{Cache, DefaultLifecycle};
use quick_cache::{OptionsBuilder, Weighter};

use crate::authenticator::Authenticated;
use crate::figures::CacheFigures;
pub(crate) use digest::{DigestHasher, TokenDigest};

/// How much a cache of verified tokens holds. It keeps to both limits; 0 for either turns it off.
///
/// `max_bytes` is what the entries may take up, with all that belongs to them, estimated rather too high than too low.
/// Each shard of the cache has its part of it (there are at most four for each core), and a token that needs more
/// than that is not kept, but verified each time.
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

    /// What an entry weighs at least, so that no more than `max_tokens` of them fit into `max_bytes`.
    fn least_weight(self) -> Option<usize> {
        let is_on = self.max_tokens > 0 && self.max_bytes > 0;
        is_on.then(|| self.max_bytes.div_ceil(self.max_tokens))
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

/// Verified tokens by their SHA-256. `S` only finds the place where to look: what is found is compared whole.
pub(crate) struct TokenCache<S = DigestHasher> {
    entries: Cache<TokenDigest, Entry, Weight, S>,
    least_weight: usize,
    figures: CacheFigures,
}

/// What was found out about a token.
#[derive(Debug, Clone)]
pub(crate) struct Verified {
    /// Which of the authenticator's issuers it is of.
    pub(crate) issuer: usize,
    /// Who it is of.
    pub(crate) caller: Arc<Authenticated>,
}

#[derive(Clone)]
struct Entry {
    verified: Verified,
    weight: u64,
}

#[derive(Clone)]
struct Weight;

impl Weighter<TokenDigest, Entry> for Weight {
    fn weight(&self, _: &TokenDigest, entry: &Entry) -> u64 {
        entry.weight
    }
}

impl TokenCache {
    /// An empty cache, or none if the limits say so.
    pub(crate) fn new(limits: CacheLimits) -> Option<Self> {
        Self::with_hasher(limits, DigestHasher)
    }
}

impl<S: BuildHasher + Clone> TokenCache<S> {
    fn with_hasher(limits: CacheLimits, hasher: S) -> Option<Self> {
        let least_weight = limits.least_weight()?;
        let mut options = OptionsBuilder::new();
        options
            .estimated_items_capacity(limits.max_tokens)
            .weight_capacity(u64::try_from(limits.max_bytes).ok()?);
        if limits.max_tokens == 1 {
            options.hot_allocation(1.0); // the only one takes all there is
        }
        let options = options.build().ok()?;
        let lifecycle = DefaultLifecycle::default();
        Some(Self {
            entries: Cache::with_options(options, Weight, hasher, lifecycle),
            least_weight,
            figures: CacheFigures::new(),
        })
    }

    /// What was found out about this token, if `stands` says that it is still so. What no longer stands is dropped.
    ///
    /// The lock of one shard is taken for the time that it takes to copy a pointer.
    pub(crate) fn get(
        &self,
        token: &TokenDigest,
        stands: impl FnOnce(&Verified) -> bool,
    ) -> Option<Verified> {
        let Some(Entry { verified, .. }) = self.entries.get(token) else {
            self.figures.miss();
            return None;
        };
        if stands(&verified) {
            self.figures.hit();
            return Some(verified);
        }
        self.entries.remove(token);
        self.figures.dropped();
        self.show();
        None
    }

    /// Keeps what was found out about a token that was verified.
    pub(crate) fn keep(&self, token: TokenDigest, verified: Verified) {
        let weight = weight::of(&verified.caller).max(self.least_weight);
        let entry = Entry {
            verified,
            weight: u64::try_from(weight).unwrap_or(u64::MAX),
        };
        self.entries.insert(token, entry);
        self.show();
    }

    fn show(&self) {
        self.figures.show(self.entries.len(), self.entries.weight());
    }
}

impl<S> fmt::Debug for TokenCache<S> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("TokenCache")
            .field("least_weight", &self.least_weight)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
