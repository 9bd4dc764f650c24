//! Admission to the cache: a token is admitted when it is seen for the second time.

use std::sync::atomic::{AtomicU64, Ordering};

use super::digest::TokenDigest;

/// Remembers recently seen tokens in constant memory, by two bytes of their digests, so that a token that is used only
/// once is not cached and evicts no token that is used more often.
///
/// A slot remembers the last four tokens that share it. Two tokens in the same slot with the same two bytes count as
/// one, so that one of them is cached at its first use.
pub(super) struct Doorkeeper {
    slots: Box<[AtomicU64]>,
}

impl Doorkeeper {
    /// Creates an empty doorkeeper with one slot per entry of the cache.
    pub(super) fn new(entries: usize) -> Self {
        let slots = (0..entries).map(|_| AtomicU64::default());
        Self {
            slots: slots.collect(),
        }
    }

    /// Returns whether this token was recently seen, and remembers it.
    pub(super) fn seen_before(&self, token: &TokenDigest) -> bool {
        let beginning = token.beginning();
        let slot = (beginning >> 32) as usize % self.slots.len().max(1);
        let Some(slot) = self.slots.get(slot) else {
            return false;
        };
        // 0 means empty.
        let tag = (beginning as u16).max(1);
        let known = slot.load(Ordering::Relaxed);
        if [0, 16, 32, 48].iter().any(|at| (known >> at) as u16 == tag) {
            return true;
        }
        // Not atomic with the load: of two concurrent tokens, one may be forgotten.
        slot.store(known << 16 | u64::from(tag), Ordering::Relaxed);
        false
    }
}

#[cfg(test)]
mod tests {
    use super::{Doorkeeper, TokenDigest};

    #[test]
    fn a_token_was_seen_from_the_second_time_on() {
        let doorkeeper = Doorkeeper::new(100);
        let seen = |number| doorkeeper.seen_before(&TokenDigest::numbered(number));
        for number in 0..20 {
            assert!(!seen(number), "{number}");
        }
        for number in 0..20 {
            assert!(seen(number), "{number}");
            assert!(seen(number), "{number}");
        }
    }

    #[test]
    fn nearly_all_are_still_known_when_as_many_came_in_between_as_are_kept() {
        let doorkeeper = Doorkeeper::new(1000);
        let mut seen = |number: &usize| doorkeeper.seen_before(&TokenDigest::numbered(*number));
        assert!((0..1000).filter(&mut seen).count() < 10);
        let known = (0..1000).filter(seen).count();
        assert!((950..=1000).contains(&known), "{known} of 1000");
    }

    #[test]
    fn a_slot_knows_the_last_four() {
        let doorkeeper = Doorkeeper::new(1);
        let seen = |number| doorkeeper.seen_before(&TokenDigest::numbered(number));
        assert!((1..=4).all(|number| !seen(number)));
        assert!((1..=4).all(seen));
        assert!(!seen(5));
        assert!(!seen(1), "the first was forgotten for it");
        assert!((3..=5).all(seen));
    }
}
