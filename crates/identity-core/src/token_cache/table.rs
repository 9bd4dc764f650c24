//! A bounded table that is read without a lock.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, AtomicUsize, Ordering};

use arc_swap::ArcSwapOption;

use super::digest::TokenDigest;

/// How many entries may share a set: as many as their tags fill one line of a processor's cache.
const WAYS: usize = 8;

/// Values by the digest of their token, at most so many and so heavy.
///
/// A digest belongs into one set of a few places. A reader compares the tags of that set, and the whole digest where a
/// tag fits; it takes no lock, and writes nothing but a mark that an entry is of use, where there is none yet. Whoever
/// puts something in makes room first: a hand goes round the places, takes the marks away, and what has none any more
/// goes. There are twice as many places as entries, so that a set is rarely full before the table is.
pub(super) struct Table<V> {
    sets: Box<[Set<V>]>,
    bounds: Bounds,
    /// What is in the table, or about to be.
    entries: AtomicUsize,
    weight: AtomicUsize,
    hand: AtomicUsize,
    tag: fn(&TokenDigest) -> u64,
}

/// The most that a table holds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    pub(super) entries: usize,
    pub(super) weight: usize,
}

struct Set<V> {
    /// Of the entries in the same places. One that fits promises nothing.
    tags: [AtomicU64; WAYS],
    entries: [ArcSwapOption<Entry<V>>; WAYS],
    /// Which places were read since the hand came by, a bit each.
    used: AtomicU8,
}

struct Entry<V> {
    digest: TokenDigest,
    value: V,
    weight: usize,
}

impl<V> Table<V> {
    /// What is kept beside a value, in bytes.
    pub(super) const ENTRY: usize = size_of::<Entry<V>>() + 4 * size_of::<usize>();

    /// What a table for so many entries takes up, empty.
    pub(super) fn size(entries: usize) -> usize {
        Self::sets(entries) * size_of::<Set<V>>()
    }

    fn sets(entries: usize) -> usize {
        (entries * 2).div_ceil(WAYS).max(1)
    }

    /// An empty table.
    pub(super) fn new(bounds: Bounds) -> Self {
        Self::with_tags(bounds, TokenDigest::beginning)
    }

    /// An empty table in which `tag` says where to look.
    pub(super) fn with_tags(bounds: Bounds, tag: fn(&TokenDigest) -> u64) -> Self {
        let sets = (0..Self::sets(bounds.entries)).map(|_| Set::default());
        Self {
            sets: sets.collect(),
            bounds,
            entries: AtomicUsize::new(0),
            weight: AtomicUsize::new(0),
            hand: AtomicUsize::new(0),
            tag,
        }
    }

    /// What `look` makes of the value of this token, if there is one.
    pub(super) fn get<R>(&self, token: &TokenDigest, look: impl FnOnce(&V) -> R) -> Option<R> {
        let tag = (self.tag)(token);
        let set = self.set(tag)?;
        for (way, entry) in set.with_tag(tag) {
            let entry = entry.load();
            if let Some(entry) = entry.as_ref().filter(|entry| entry.digest == *token) {
                set.mark(way);
                return Some(look(&entry.value));
            }
        }
        None
    }

    /// Puts a value in, in the place of the token's old one if there is one. `weight` is what it takes up.
    pub(super) fn insert(&self, token: TokenDigest, value: V, weight: usize) {
        let tag = (self.tag)(&token);
        let Some(set) = self.set(tag) else { return };
        if !self.make_room(weight) {
            return;
        }
        let entry = Arc::new(Entry {
            digest: token,
            value,
            weight,
        });
        let way = set.place_for(tag, &token);
        if let (Some(place), Some(tag_of_place)) = (set.entries.get(way), set.tags.get(way)) {
            tag_of_place.store(tag, Ordering::Release);
            self.gone(place.swap(Some(entry)));
        }
    }

    /// Takes the value of this token out.
    pub(super) fn remove(&self, token: &TokenDigest) {
        let tag = (self.tag)(token);
        let Some(set) = self.set(tag) else { return };
        for (_, place) in set.with_tag(tag) {
            let found = place.load_full();
            if found.as_ref().is_some_and(|entry| entry.digest == *token) {
                let before = place.compare_and_swap(&found, None);
                if before.as_ref().map(Arc::as_ptr) == found.as_ref().map(Arc::as_ptr) {
                    self.gone(found);
                }
            }
        }
    }

    /// How many values there are.
    pub(super) fn len(&self) -> usize {
        self.entries.load(Ordering::Relaxed)
    }

    /// What they weigh.
    pub(super) fn weight(&self) -> usize {
        self.weight.load(Ordering::Relaxed)
    }

    fn set(&self, tag: u64) -> Option<&Set<V>> {
        // Other bits than those in which most tags of one set differ.
        let place = (tag >> 32) as usize % self.sets.len();
        self.sets.get(place)
    }

    /// Counts an entry in that is about to come, and lets others go until there is room. `false`: there is none.
    fn make_room(&self, weight: usize) -> bool {
        if weight > self.bounds.weight {
            return false;
        }
        self.entries.fetch_add(1, Ordering::Relaxed);
        self.weight.fetch_add(weight, Ordering::Relaxed);
        // Twice round: the first time may only take the marks away.
        let mut steps = self.sets.len() * WAYS * 2;
        while self.len() > self.bounds.entries || self.weight() > self.bounds.weight {
            if steps == 0 {
                self.entries.fetch_sub(1, Ordering::Relaxed);
                self.weight.fetch_sub(weight, Ordering::Relaxed);
                return false; // others are about to put in as much as there is room for
            }
            self.step();
            steps -= 1;
        }
        true
    }

    /// Moves the hand on by one place.
    fn step(&self) {
        let place = self.hand.fetch_add(1, Ordering::Relaxed);
        let (set, way) = (place / WAYS % self.sets.len(), place % WAYS);
        let Some(set) = self.sets.get(set) else {
            return;
        };
        if !set.unmark(way)
            && let Some(place) = set.entries.get(way)
        {
            self.gone(place.swap(None));
        }
    }

    fn gone(&self, entry: Option<Arc<Entry<V>>>) {
        if let Some(entry) = entry {
            self.entries.fetch_sub(1, Ordering::Relaxed);
            self.weight.fetch_sub(entry.weight, Ordering::Relaxed);
        }
    }
}

impl<V> Set<V> {
    /// The places that may hold an entry with this tag.
    fn with_tag(&self, tag: u64) -> impl Iterator<Item = (usize, &ArcSwapOption<Entry<V>>)> {
        let places = self.tags.iter().zip(&self.entries).enumerate();
        places
            .filter(move |(_, (one, _))| one.load(Ordering::Acquire) == tag)
            .map(|(way, (_, entry))| (way, entry))
    }

    /// Where the token's entry stands, or else a place that is empty, or one that is of no use.
    fn place_for(&self, tag: u64, token: &TokenDigest) -> usize {
        let is_its_own = |place: &ArcSwapOption<Entry<V>>| {
            let entry = place.load();
            entry.as_ref().is_some_and(|entry| entry.digest == *token)
        };
        let own = self.with_tag(tag).find(|(_, place)| is_its_own(place));
        if let Some((way, _)) = own {
            return way;
        }
        let empty = self.entries.iter().position(|place| place.load().is_none());
        let unused = || (0..WAYS).find(|way| !self.unmark(*way));
        empty.or_else(unused).unwrap_or_default()
    }

    fn mark(&self, way: usize) {
        let bit = 1 << way;
        // Most have one: a read is shared by all processors, a write is not.
        if self.used.load(Ordering::Relaxed) & bit == 0 {
            self.used.fetch_or(bit, Ordering::Relaxed);
        }
    }

    /// Takes the mark away, and says whether there was one.
    fn unmark(&self, way: usize) -> bool {
        let bit = 1 << way;
        self.used.fetch_and(!bit, Ordering::Relaxed) & bit != 0
    }
}

impl<V> Default for Set<V> {
    fn default() -> Self {
        Self {
            tags: std::array::from_fn(|_| AtomicU64::default()),
            entries: std::array::from_fn(|_| ArcSwapOption::empty()),
            used: AtomicU8::default(),
        }
    }
}

#[cfg(test)]
#[path = "table_tests.rs"]
mod tests;
