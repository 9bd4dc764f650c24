//! The metrics that this crate reports through the `metrics` facade: their names, meanings and units.
//!
//! To collect them, install a recorder (such as a Prometheus exporter) **before** an
//! [`Authenticator`](crate::Authenticator) or [`RemoteKeys`](crate::keys::RemoteKeys) is created, because counters are
//! looked up once and not per request; then call [`describe`] once. Without a recorder, metrics cost next to nothing.
//!
//! The label `issuer` is the first accepted issuer, or the URL of a fixed key set; `outcome` has a fixed set of values.
//! No label value comes from a token.
//!
//! | metric | kind, unit | labels | meaning |
//! |---|---|---|---|
//! | [`KEY_AGE`] | gauge, s | `issuer` | age of the keys in use; 0 without keys |
//! | [`KEY_FAILING`] | gauge, s | `issuer` | time since fetches began to fail; 0 while they succeed |
//! | [`KEYS`] | gauge | `issuer` | keys in use; 0 without keys |
//! | [`KEYS_SKIPPED`] | gauge | `issuer` | published keys that cannot be used |
//! | [`KEY_FETCHES`] | counter | `issuer`, `outcome` | fetches: `success`, `discovery`, `fetch`, `key_set` (what failed) |
//! | [`REFETCHES`] | counter | `issuer`, `outcome` | refetches for unknown key ids: `fetched`, or `limited` (a request that got no refetch, because the last one was too recent) |
//! | [`KEY_WAITING`] | gauge | `issuer` | requests that are waiting for keys |
//! | [`KEY_TURNED_AWAY`] | counter | `issuer` | requests refused because too many were already waiting for keys |
//! | [`TOKENS`] | counter | `issuer`, `outcome` | tokens: `verified`, or the error code; with several issuers, `issuer` is `other` for tokens of an unknown issuer |
//! | [`CACHE_HITS`] | counter | | tokens found in the cache and still accepted |
//! | [`CACHE_MISSES`] | counter | | tokens not found in the cache |
//! | [`CACHE_DROPPED`] | counter | | tokens found in the cache but no longer accepted: expired, or their key was removed from the key set |
//! | [`CACHE_ENTRIES`] | gauge | | tokens in the cache |
//! | [`CACHE_BYTES`] | gauge, bytes | | estimated memory of the cached tokens; errs on the high side |
//!
//! The hit rate is hits / (hits + misses + dropped). The gauges of keys are updated every second.

mod keys;
mod tokens;

use metrics::{Unit, describe_counter, describe_gauge};

pub(crate) use keys::KeyMetrics;
pub(crate) use tokens::{CacheMetrics, TokenMetrics};

/// Age of the keys in use, in seconds.
pub const KEY_AGE: &str = "identity_key_age_seconds";
/// Time since key fetches began to fail, in seconds.
pub const KEY_FAILING: &str = "identity_key_failing_seconds";
/// Number of keys in use.
pub const KEYS: &str = "identity_keys";
/// Number of published keys that cannot be used.
pub const KEYS_SKIPPED: &str = "identity_keys_skipped";
/// Number of key set fetches, by outcome.
pub const KEY_FETCHES: &str = "identity_key_fetches_total";
/// Number of refetches for unknown key ids, by outcome.
pub const REFETCHES: &str = "identity_key_refetches_total";
/// Number of requests that are waiting for keys.
pub const KEY_WAITING: &str = "identity_key_waiting_requests";
/// Number of requests refused because too many were already waiting for keys.
pub const KEY_TURNED_AWAY: &str = "identity_key_turned_away_total";
/// Number of tokens, by outcome.
pub const TOKENS: &str = "identity_tokens_total";
/// Number of tokens found in the cache and still accepted.
pub const CACHE_HITS: &str = "identity_token_cache_hits_total";
/// Number of tokens not found in the cache.
pub const CACHE_MISSES: &str = "identity_token_cache_misses_total";
/// Number of tokens found in the cache but no longer accepted.
pub const CACHE_DROPPED: &str = "identity_token_cache_dropped_total";
/// Number of tokens in the cache.
pub const CACHE_ENTRIES: &str = "identity_token_cache_entries";
/// Estimated memory of the cached tokens, in bytes.
pub const CACHE_BYTES: &str = "identity_token_cache_bytes";

/// Describes each metric to the installed recorder.
pub fn describe() {
    use Unit::{Bytes, Count, Seconds};
    describe_gauge!(KEY_AGE, Seconds, "Since the keys in use were fetched");
    describe_gauge!(
        KEY_FAILING,
        Seconds,
        "Since the first of the failed fetches in a row"
    );
    describe_gauge!(KEYS, Count, "Keys in use");
    describe_gauge!(KEYS_SKIPPED, Count, "Published keys that cannot be used");
    describe_counter!(KEY_FETCHES, Count, "Fetches of key sets, by outcome");
    describe_counter!(
        REFETCHES,
        Count,
        "Refetches for unknown key ids, by outcome"
    );
    describe_gauge!(KEY_WAITING, Count, "Requests that wait for keys");
    describe_counter!(KEY_TURNED_AWAY, Count, "Requests with no place to wait");
    describe_counter!(TOKENS, Count, "Tokens, by outcome");
    describe_counter!(CACHE_HITS, Count, "Tokens found in the cache");
    describe_counter!(CACHE_MISSES, Count, "Tokens not found in the cache");
    describe_counter!(
        CACHE_DROPPED,
        Count,
        "Tokens in the cache that no longer stood"
    );
    describe_gauge!(CACHE_ENTRIES, Count, "Tokens in the cache");
    describe_gauge!(CACHE_BYTES, Bytes, "What the cached tokens take up");
}

#[cfg(test)]
pub(crate) mod tests;
