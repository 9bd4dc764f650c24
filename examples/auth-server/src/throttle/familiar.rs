//! From which networks users have signed in before.

use std::hash::RandomState;

use hashlink::LruCache;

/// The networks from which a name was signed in, in this process only and in bounded memory.
pub struct Familiar(LruCache<u64, Vec<u64>, RandomState>);

impl Familiar {
    /// The maximum number of names. The name whose last sign-in is the longest ago is evicted.
    pub const MOST_NAMES: usize = 50_000;
    /// The maximum number of networks per name: a user with many addresses evicts only their own.
    pub const MOST_NETWORKS: usize = 8;

    /// Returns a memory of nothing.
    pub fn new() -> Self {
        Self(LruCache::with_hasher(Self::MOST_NAMES, RandomState::new()))
    }

    /// Returns whether `name` was signed in from `network`.
    pub fn has(&self, name: u64, network: u64) -> bool {
        let networks = self.0.peek(&name);
        networks.is_some_and(|networks| networks.contains(&network))
    }

    /// Remembers a sign-in.
    pub fn remember(&mut self, name: u64, network: u64) {
        let mut networks = self.0.remove(&name).unwrap_or_default();
        networks.retain(|known| *known != network);
        networks.insert(0, network);
        networks.truncate(Self::MOST_NETWORKS);
        self.0.insert(name, networks);
    }
}

#[cfg(test)]
mod tests {
    use super::Familiar;

    #[test]
    fn memory_is_bounded_per_name_and_in_all() {
        let mut familiar = Familiar::new();
        for network in 0..20 {
            familiar.remember(1, network);
            familiar.remember(1, 0);
        }
        assert!(familiar.has(1, 0) && familiar.has(1, 19) && !familiar.has(2, 0));
        assert!(!familiar.has(1, 12), "older than the others");
        for name in 1..=Familiar::MOST_NAMES as u64 + 1 {
            familiar.remember(name, 7);
        }
        assert_eq!(familiar.0.len(), Familiar::MOST_NAMES);
        assert!(!familiar.has(1, 7) && familiar.has(2, 7));
    }
}
