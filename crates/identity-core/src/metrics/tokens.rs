//! Metrics of tokens and of the token cache.

use metrics::{Counter, Gauge, counter, gauge};

use super::names::{CACHE_BYTES, CACHE_DROPPED, CACHE_ENTRIES, CACHE_HITS, CACHE_MISSES, TOKENS};
use crate::token_error::TokenError;
use crate::verifier::VerifyError;

/// Counters of one issuer's tokens, by outcome.
#[derive(Debug)]
pub(crate) struct TokenMetrics {
    verified: Counter,
    refused: Vec<(&'static str, Counter)>,
}

impl TokenMetrics {
    /// The outcome of an accepted token.
    const VERIFIED: &str = "verified";

    /// Looks up the metrics in the installed recorder.
    pub(crate) fn of(issuer: &str) -> Self {
        let counter = |outcome: &'static str| counter!(TOKENS, "issuer" => issuer.to_owned(), "outcome" => outcome);
        let unavailable = [&VerifyError::UNAVAILABLE, &VerifyError::NOT_INTROSPECTED];
        let codes = TokenError::CODES.iter().chain(unavailable);
        Self {
            verified: counter(Self::VERIFIED),
            refused: codes.map(|code| (*code, counter(code))).collect(),
        }
    }

    pub(crate) fn verified(&self) {
        self.verified.increment(1);
    }

    pub(crate) fn refused(&self, error: &VerifyError) {
        let code = error.code();
        let counter = self.refused.iter().find(|(known, _)| *known == code);
        if let Some((_, counter)) = counter {
            counter.increment(1);
        }
    }
}

/// The metrics of a cache of verified tokens.
#[derive(Debug)]
pub(crate) struct CacheMetrics {
    hits: Counter,
    misses: Counter,
    dropped: Counter,
    entries: Gauge,
    bytes: Gauge,
}

impl CacheMetrics {
    /// Looks up the metrics in the installed recorder.
    pub(crate) fn new() -> Self {
        Self {
            hits: counter!(CACHE_HITS),
            misses: counter!(CACHE_MISSES),
            dropped: counter!(CACHE_DROPPED),
            entries: gauge!(CACHE_ENTRIES),
            bytes: gauge!(CACHE_BYTES),
        }
    }

    pub(crate) fn hit(&self) {
        self.hits.increment(1);
    }

    pub(crate) fn miss(&self) {
        self.misses.increment(1);
    }

    pub(crate) fn dropped(&self) {
        self.dropped.increment(1);
    }

    /// Updates the gauges.
    pub(crate) fn show(&self, entries: usize, bytes: usize) {
        self.entries.set(entries as f64);
        self.bytes.set(bytes as f64);
    }
}
