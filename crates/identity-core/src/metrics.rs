//! The metrics that this crate reports through the `metrics` facade: their names, meanings and units.
//!
//! Whoever wants them installs a recorder (a Prometheus exporter, say) **before** [`Authenticator`](crate::Authenticator)
//! and [`RemoteKeys`](crate::keys::RemoteKeys) are made, because they look up their counters once and not per request; and
//! calls [`describe`] once. Without a recorder all of this costs next to nothing.
//!
//! The label `issuer` is the first accepted issuer, or the address of a fixed key set; `outcome` and `reason` are from
//! closed lists. No label ever comes from a token.
//!
//! | metric | kind, unit | labels | meaning |
//! |---|---|---|---|
//! | [`KEY_AGE`] | gauge, s | `issuer` | since the keys in use were fetched; 0 while there are none |
//! | [`KEY_FAILING`] | gauge, s | `issuer` | since the first of the failed fetches in a row; 0 while they succeed |
//! | [`KEYS`] | gauge | `issuer` | keys in use; 0 while there are none |
//! | [`KEYS_SKIPPED`] | gauge | `issuer` | published keys that cannot be used |
//! | [`KEY_FETCHES`] | counter | `issuer`, `outcome` | fetches: `success`, `discovery`, `fetch`, `key_set` (what failed) |
//! | [`REFETCHES`] | counter | `issuer`, `outcome` | refetches for unknown key ids: `fetched`, or `limited` (a request that was answered without one, because the last was too recent) |
//! | [`KEY_WAITING`] | gauge | `issuer` | requests that wait for keys now |
//! | [`KEY_TURNED_AWAY`] | counter | `issuer` | requests that found no place to wait |
//! | [`TOKENS`] | counter | `issuer`, `outcome` | tokens: `verified`, or the code of the refusal; `issuer` is `other` for those of none of several |
//! | [`CACHE_HITS`] | counter | | tokens that were verified before and still stand |
//! | [`CACHE_MISSES`] | counter | | tokens that were not in the cache |
//! | [`CACHE_DROPPED`] | counter | | tokens that were in the cache and no longer stand: ended, or their key left the set |
//! | [`CACHE_ENTRIES`] | gauge | | tokens in the cache |
//! | [`CACHE_BYTES`] | gauge, bytes | | what they take up, rather too much than too little |
//!
//! The hit rate is hits / (hits + misses + dropped). Gauges of keys are brought up to date every second.

mod keys;
mod names;
mod tokens;

pub use names::*;

pub(crate) use keys::KeyMetrics;
pub(crate) use tokens::{CacheMetrics, TokenMetrics};

#[cfg(test)]
pub(crate) mod tests;
