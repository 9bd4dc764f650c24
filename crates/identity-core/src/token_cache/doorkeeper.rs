//! Tokens that were verified once.

use std::sync::atomic::{AtomicU64, Ordering};

use super::digest::TokenDigest;

/// Knows whether a token was met lately, by two bytes of it: what is used once need not be kept, and pushes out nothing
/// that is used more often.
///
/// A place knows the last four of those who share it. Two tokens whose digests begin alike count as one, and then one of
/// them is kept a use too early.
pub(super) struct Met {
    places: Box<[AtomicU64]>,
}

impl Met {
    /// What it takes up beside a table of so many entries, in bytes: a place for each.
    pub(super) fn size(entries: usize) -> usize {
        entries * size_of::<AtomicU64>()
    }

    /// Has met nobody, beside a table of so many entries.
    pub(super) fn new(entries: usize) -> Self {
        let places = (0..entries).map(|_| AtomicU64::default());
        Self {
            places: places.collect(),
        }
    }

    /// Whether this token was met before. From now on it was.
    pub(super) fn before(&self, token: &TokenDigest) -> bool {
        let beginning = token.beginning();
        let place = (beginning >> 32) as usize % self.places.len().max(1);
        let Some(place) = self.places.get(place) else {
            return false;
        };
        // 0 is a place where nobody is.
        let tag = (beginning as u16).max(1);
        let known = place.load(Ordering::Relaxed);
        if [0, 16, 32, 48].iter().any(|at| (known >> at) as u16 == tag) {
            return true;
        }
        // Of two that come at once one may be forgotten.
        place.store(known << 16 | u64::from(tag), Ordering::Relaxed);
        false
    }
}

#[cfg(test)]
mod tests {
    use super::{Met, TokenDigest};

    #[test]
    fn a_token_was_met_from_the_second_time_on() {
        let met = Met::new(100);
        for number in 0..20 {
            assert!(!met.before(&TokenDigest::numbered(number)), "{number}");
        }
        for number in 0..20 {
            assert!(met.before(&TokenDigest::numbered(number)), "{number}");
            assert!(met.before(&TokenDigest::numbered(number)), "{number}");
        }
    }

    #[test]
    fn nearly_all_are_still_known_when_as_many_came_in_between_as_are_kept() {
        let met = Met::new(1000);
        for number in 0..1000 {
            met.before(&TokenDigest::numbered(number));
        }
        let known = (0..1000).filter(|number| met.before(&TokenDigest::numbered(*number)));
        let known = known.count();
        assert!((950..=1000).contains(&known), "{known} of 1000");
    }

    #[test]
    fn a_place_knows_the_last_four() {
        let met = Met::new(1);
        for number in 1..=4 {
            assert!(!met.before(&TokenDigest::numbered(number)), "{number}");
        }
        for number in 1..=4 {
            assert!(met.before(&TokenDigest::numbered(number)), "{number}");
        }
        assert!(!met.before(&TokenDigest::numbered(5)));
        assert!(
            !met.before(&TokenDigest::numbered(1)),
            "the first was forgotten for it"
        );
        for number in 3..=5 {
            assert!(met.before(&TokenDigest::numbered(number)), "{number}");
        }
    }

    #[test]
    fn its_size_is_what_its_places_take_up() {
        assert_eq!(Met::size(1000), size_of_val(&*Met::new(1000).places));
        assert_eq!(Met::size(1000), 8000);
    }
}
