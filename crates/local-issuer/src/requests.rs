//! Counts requests by path, for tests that ask how often something was fetched.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// Paths that are told apart; whatever comes after them is counted as one.
const MOST_PATHS: usize = 10_000;
const OTHER_PATHS: &str = "(other paths)";

#[derive(Default)]
pub(crate) struct RequestCounter {
    counts: Mutex<BTreeMap<String, u64>>,
}

impl RequestCounter {
    pub(crate) fn count(&self, path: &str) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let path = if counts.len() < MOST_PATHS || counts.contains_key(path) {
            path
        } else {
            OTHER_PATHS
        };
        *counts.entry(path.to_owned()).or_default() += 1;
    }

    pub(crate) fn counts(&self) -> BTreeMap<String, u64> {
        self.counts
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}
