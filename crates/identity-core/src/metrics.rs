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
//! | [`INTROSPECTIONS`] | counter | `issuer`, `outcome` | opaque tokens, if they are introspected: `active`, `inactive` and `failed` are responses of the issuer, `cached` tokens whose last response was used again, `turned_away` those refused because too many were waiting |
//! | [`CACHE_HITS`] | counter | | tokens found in the cache and still accepted |
//! | [`CACHE_MISSES`] | counter | | tokens not found in the cache |
//! | [`CACHE_DROPPED`] | counter | | tokens found in the cache but no longer accepted: expired, or their key was removed from the key set |
//! | [`CACHE_ENTRIES`] | gauge | | tokens in the cache |
//! | [`CACHE_BYTES`] | gauge, bytes | | estimated memory of the cached tokens; errs on the high side |
//!
//! The hit rate is hits / (hits + misses + dropped). The gauges of keys are updated every second.

mod introspection;
mod keys;
mod names;
mod tokens;

pub use names::*;

pub(crate) use introspection::IntrospectionMetrics;
pub(crate) use keys::KeyMetrics;
pub(crate) use tokens::{CacheMetrics, TokenMetrics};

#[cfg(test)]
pub(crate) mod tests;
