//! The settings that limit guessing.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::passwords::PasswordLimits;

/// What slows down guessing. Failures fill a bucket, which drains with time.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Limits {
    /// `PASSWORDS__AT_ONCE` (default: one a core) and `PASSWORDS__WAITING` (default 1,024).
    #[serde(skip, default = "one_hash_a_core")]
    pub passwords: PasswordLimits,
    /// How many failed sign-ins under one name cost nothing; after one more, the next has to wait. An address from which the
    /// name was signed in before is counted apart, with the same limits.
    #[schemars(range(min = 1, max = 1000))]
    pub failures_per_account: u32,
    /// How many failures under one name are forgotten per hour, evenly.
    #[schemars(range(min = 1, max = 3600))]
    pub account_failures_per_hour: u32,
    /// How many failed sign-ins from one address cost nothing; wrong secrets of machine clients are counted apart.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub failures_per_address: u32,
    /// How many failures from one address are forgotten per hour, evenly.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub address_failures_per_hour: u32,
    /// How many new organizations from one address cost nothing.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub signups_per_address: u32,
    /// How many new organizations from one address are forgotten per hour, evenly.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub address_signups_per_hour: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            passwords: one_hash_a_core(),
            failures_per_account: 10,
            account_failures_per_hour: 12,
            failures_per_address: 100,
            address_failures_per_hour: 60,
            signups_per_address: 20,
            address_signups_per_hour: 20,
        }
    }
}

pub(crate) fn one_hash_a_core() -> PasswordLimits {
    PasswordLimits {
        at_once: cores(),
        waiting: 1024,
    }
}

/// Returns the number of processors that this process may use.
pub(crate) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
