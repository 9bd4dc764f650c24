//! The settings of the rate limits.

use std::num::NonZeroU32;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::settings::SettingsReader;

/// Limits of requests. None is on unless it is set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("x-reload" = "requests"))]
pub struct RateLimitConfig {
    /// Failed authentications of a client address.
    #[serde(default)]
    pub failures: Rate,
    /// Requests of a client address.
    #[serde(default)]
    pub address: AddressRates,
    /// Requests of an authenticated subject.
    #[serde(default)]
    pub subject: SubjectRates,
    /// How many addresses or subjects this process remembers for each limit. The one that was not seen for the longest time
    /// makes room for a new one, which then begins with a full burst.
    #[schemars(range(min = 1000, max = 10_000_000))]
    pub max_keys: usize,
    /// What the keys in the store of RATE_LIMIT_URL begin with; the service's name if unset. Services with the same prefix
    /// and name count together.
    pub key_prefix: Option<String>,
    /// How long the store of RATE_LIMIT_URL may take to respond before this process counts for itself, in milliseconds.
    #[schemars(range(min = 1, max = 10_000))]
    pub store_timeout_milliseconds: u64,
}

/// Limits of the requests of a client address, by the class of the route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct AddressRates {
    /// Of routes that need no token.
    #[serde(default)]
    pub public: Rate,
    /// Of protected routes, for GET and every method that is not a change.
    #[serde(default)]
    pub read: Rate,
    /// Of protected routes, for POST, PUT, PATCH and DELETE.
    #[serde(default)]
    pub change: Rate,
}

/// Limits of the requests of a subject, by the class of the route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct SubjectRates {
    /// Of protected routes, for GET and every method that is not a change.
    #[serde(default)]
    pub read: Rate,
    /// Of protected routes, for POST, PUT, PATCH and DELETE.
    #[serde(default)]
    pub change: Rate,
}

/// A limit: a rate and a burst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Rate {
    /// How many a minute are accepted on average; there is no such limit if unset.
    #[serde(default)]
    #[schemars(range(min = 1, max = 1_000_000))]
    pub per_minute: Option<NonZeroU32>,
    /// How many at once are accepted before that rate applies; as many as in a minute if unset.
    #[serde(default)]
    #[schemars(range(min = 1, max = 1_000_000))]
    pub burst: Option<NonZeroU32>,
}

impl Default for RateLimitConfig {
    fn default() -> Self {
        Self {
            failures: Rate::default(),
            address: AddressRates::default(),
            subject: SubjectRates::default(),
            max_keys: 100_000,
            key_prefix: None,
            store_timeout_milliseconds: 100,
        }
    }
}

impl RateLimitConfig {
    /// Returns how long the store may take to respond.
    pub fn store_timeout(&self) -> Duration {
        Duration::from_millis(self.store_timeout_milliseconds)
    }

    /// Returns each limit with its path below `rate_limit`.
    fn rates(&self) -> [(&'static str, Rate); 6] {
        [
            ("failures", self.failures),
            ("address.public", self.address.public),
            ("address.read", self.address.read),
            ("address.change", self.address.change),
            ("subject.read", self.subject.read),
            ("subject.change", self.subject.change),
        ]
    }

    /// Returns whether any limit is set.
    pub fn is_set(&self) -> bool {
        self.rates()
            .iter()
            .any(|(_, rate)| rate.per_minute.is_some())
    }

    /// Reports a burst without a rate, and a prefix that would not be seen or not be told from what follows it.
    pub(crate) fn check(&self, reader: &mut SettingsReader) {
        for (path, rate) in self.rates() {
            if rate.per_minute.is_none() && rate.burst.is_some() {
                let path = format!("rate_limit.{path}");
                let name = path.replace('.', "__").to_ascii_uppercase();
                let expected = format!("expected {name}__PER_MINUTE as well");
                reader.unusable(&format!("{path}.burst"), &expected);
            }
        }
        let is_plain = |prefix: &String| {
            let mut letters = prefix.chars();
            letters.all(|letter| letter.is_ascii_alphanumeric() || "-._".contains(letter))
        };
        if !self.key_prefix.iter().all(is_plain) {
            let expected = "expected letters, digits and -._";
            reader.unusable("rate_limit.key_prefix", expected);
        }
    }
}

impl Rate {
    /// Returns this rate, with as much at once as in a minute.
    pub fn per_minute(requests: NonZeroU32) -> Self {
        Self {
            per_minute: Some(requests),
            burst: None,
        }
    }
}
