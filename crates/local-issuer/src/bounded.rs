//! A bounded store of values under random ids, each for a limited time.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::keys::KeyError;
use crate::random;

/// About 250 bits, so that an id cannot be guessed.
const ID_LETTERS: usize = 43;

/// Values that expire; the oldest is dropped for a new one.
pub(crate) struct Bounded<T> {
    most: usize,
    entries: Mutex<Entries<T>>,
}

struct Entries<T> {
    by_id: HashMap<String, Entry<T>>,
    /// The ids in the order in which they were put.
    order: BTreeMap<u64, String>,
    put: u64,
}

struct Entry<T> {
    number: u64,
    expires_at: i64,
    value: T,
}

impl<T: Clone> Bounded<T> {
    /// At most this many values.
    pub(crate) fn new(most: usize) -> Self {
        Self {
            most,
            entries: Mutex::new(Entries {
                by_id: HashMap::new(),
                order: BTreeMap::new(),
                put: 0,
            }),
        }
    }

    /// Keeps a value until `expires_at`, and returns its id.
    pub(crate) fn put(&self, value: T, expires_at: i64) -> Result<String, KeyError> {
        let id = random::alphanumeric(ID_LETTERS)?;
        self.put_as(&id, value, expires_at);
        Ok(id)
    }

    /// As [`Self::put`], under an id of the caller's own, which must be random.
    pub(crate) fn put_as(&self, id: &str, value: T, expires_at: i64) {
        let mut entries = self.lock();
        entries.remove(id);
        while entries.by_id.len() >= self.most.max(1) {
            entries.remove_oldest();
        }
        let number = entries.put;
        entries.put += 1;
        entries.order.insert(number, id.to_owned());
        let entry = Entry {
            number,
            expires_at,
            value,
        };
        entries.by_id.insert(id.to_owned(), entry);
    }

    /// The value with this id, unless it has expired.
    pub(crate) fn get(&self, id: &str, now: i64) -> Option<T> {
        self.change(id, now, |value| value.clone())
    }

    /// Removes and returns the value with this id, unless it has expired.
    pub(crate) fn take(&self, id: &str, now: i64) -> Option<T> {
        let entry = self.lock().remove(id)?;
        (now < entry.expires_at).then_some(entry.value)
    }

    /// Changes the value with this id, unless it has expired; no other request sees it meanwhile.
    pub(crate) fn change<R>(
        &self,
        id: &str,
        now: i64,
        change: impl FnOnce(&mut T) -> R,
    ) -> Option<R> {
        let mut entries = self.lock();
        let entry = entries.by_id.get_mut(id)?;
        (now < entry.expires_at).then(|| change(&mut entry.value))
    }

    /// The id of a value that has not expired. It looks at each one.
    pub(crate) fn find(&self, now: i64, wanted: impl Fn(&T) -> bool) -> Option<String> {
        let entries = self.lock();
        let mut found = entries.by_id.iter();
        let (id, _) = found.find(|(_, entry)| now < entry.expires_at && wanted(&entry.value))?;
        Some(id.clone())
    }

    /// Drops the values that are meant. It looks at each one.
    pub(crate) fn drop_each(&self, meant: impl Fn(&T) -> bool) {
        let mut entries = self.lock();
        let entries = &mut *entries;
        entries.by_id.retain(|_, entry| {
            let dropped = meant(&entry.value);
            if dropped {
                entries.order.remove(&entry.number);
            }
            !dropped
        });
    }

    /// Drops everything.
    pub(crate) fn clear(&self) {
        let mut entries = self.lock();
        entries.by_id.clear();
        entries.order.clear();
    }

    fn lock(&self) -> MutexGuard<'_, Entries<T>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Entries<T> {
    fn remove(&mut self, id: &str) -> Option<Entry<T>> {
        let entry = self.by_id.remove(id)?;
        self.order.remove(&entry.number);
        Some(entry)
    }

    fn remove_oldest(&mut self) {
        if let Some((_, id)) = self.order.pop_first() {
            self.by_id.remove(&id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_gone_when_it_has_expired_or_was_taken() {
        let store = Bounded::new(10);
        let id = store.put("value", 60).unwrap();
        assert_eq!(store.get(&id, 60), None);
        assert_eq!(store.get("another", 0), None);
        assert_eq!(store.get(&id, 59), Some("value"));
        assert_eq!(store.take(&id, 59), Some("value"));
        assert_eq!(store.take(&id, 59), None);
    }

    #[test]
    fn the_oldest_value_is_dropped_for_a_new_one() {
        let store = Bounded::new(3);
        let ids: Vec<_> = (0..3).map(|value| store.put(value, 60).unwrap()).collect();
        // The second one leaves, so that there is room.
        store.take(&ids[1], 0);
        store.put(3, 60).unwrap();
        assert_eq!(store.get(&ids[0], 0), Some(0));
        store.put(4, 60).unwrap();
        assert_eq!(store.get(&ids[0], 0), None);
        assert_eq!(store.get(&ids[2], 0), Some(2));
    }
}
