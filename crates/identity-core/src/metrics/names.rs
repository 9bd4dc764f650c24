//! The names of the metrics, and their descriptions for a recorder.

use metrics::{Unit, describe_counter, describe_gauge};

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
/// Number of opaque tokens that are introspected, by outcome.
pub const INTROSPECTIONS: &str = "identity_introspections_total";
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

/// Tells the recorder that is installed what each metric means.
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
    describe_counter!(
        KEY_TURNED_AWAY,
        Count,
        "Requests refused because too many were waiting"
    );
    describe_counter!(TOKENS, Count, "Tokens, by outcome");
    describe_counter!(
        INTROSPECTIONS,
        Count,
        "Opaque tokens that are introspected, by outcome"
    );
    describe_counter!(CACHE_HITS, Count, "Tokens found in the cache");
    describe_counter!(CACHE_MISSES, Count, "Tokens not found in the cache");
    describe_counter!(
        CACHE_DROPPED,
        Count,
        "Tokens in the cache that were no longer accepted"
    );
    describe_gauge!(CACHE_ENTRIES, Count, "Tokens in the cache");
    describe_gauge!(CACHE_BYTES, Bytes, "Estimated memory of the cached tokens");
}
