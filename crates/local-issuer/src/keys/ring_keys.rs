//! What the ring of one provider holds at one moment.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;

use super::forger::Forger;
use super::signing_key::SigningKey;

/// Descope invalidates a key that is more than twelve rotations away.
const KEPT_PREVIOUS: usize = 12;
/// Enough to sign with one of them, or to restore it, for any test.
const KEPT_WITHDRAWN: usize = 100;

/// What a ring holds at one moment.
#[derive(Clone)]
pub(crate) struct RingKeys {
    pub(crate) current: Arc<SigningKey>,
    pub(crate) next: Option<Arc<SigningKey>>,
    /// Latest first.
    pub(crate) previous: VecDeque<Arc<SigningKey>>,
    pub(crate) published: Vec<Arc<SigningKey>>,
    /// Ids of keys that are in use and not in the key set.
    pub(crate) withheld: BTreeSet<String>,
    /// Keys that left the key set, latest first.
    pub(crate) withdrawn: VecDeque<Arc<SigningKey>>,
    /// Keys of key sets that are wrong on purpose.
    pub(crate) hostile: Vec<Published>,
    /// How many hostile keys there ever were, for their names.
    pub(crate) hostile_count: u64,
}

/// A hostile key that is in the key set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct HostileKeyInfo {
    /// What names it here, because its `kid` may not: to sign with it and to take it out again.
    pub id: String,
    /// Its `kid`, if it has one.
    pub kid: Option<String>,
    /// How many keys it is.
    pub keys: usize,
}

/// A hostile key: what is published, and what signs with it.
#[derive(Clone)]
pub(crate) struct Published {
    pub(crate) id: String,
    pub(crate) jwks: Vec<Value>,
    /// Whether it comes before the provider's own keys.
    pub(crate) before: bool,
    pub(crate) forger: Option<Forger>,
}

impl RingKeys {
    pub(crate) fn new(current: Arc<SigningKey>, next: Option<Arc<SigningKey>>) -> Self {
        Self {
            current,
            next,
            previous: VecDeque::new(),
            published: Vec::new(),
            withheld: BTreeSet::new(),
            withdrawn: VecDeque::new(),
            hostile: Vec::new(),
            hostile_count: 0,
        }
    }

    /// Every key with a private half, in the order of the key set.
    pub(super) fn all(&self) -> impl Iterator<Item = &Arc<SigningKey>> {
        std::iter::once(&self.current)
            .chain(&self.next)
            .chain(&self.previous)
            .chain(&self.published)
    }

    /// The members that the key set has from keys that are wrong on purpose.
    pub(super) fn hostile_jwks(&self, before: bool) -> impl Iterator<Item = &Value> {
        let side = self.hostile.iter().filter(move |key| key.before == before);
        side.flat_map(|key| &key.jwks)
    }

    pub(super) fn promote(&mut self, next: Arc<SigningKey>) {
        let old = std::mem::replace(&mut self.current, next);
        self.previous.push_front(old);
        if self.previous.len() > KEPT_PREVIOUS
            && let Some(oldest) = self.previous.pop_back()
        {
            self.keep_withdrawn(oldest);
        }
    }

    /// Takes every previous key out of the key set.
    pub(super) fn revoke_previous(&mut self) {
        for key in std::mem::take(&mut self.previous).into_iter().rev() {
            self.keep_withdrawn(key);
        }
    }

    /// Takes a key other than the current one out of the key set; whether there was one.
    pub(super) fn withdraw(&mut self, kid: &str) -> bool {
        let hostile = self.hostile.len();
        self.hostile.retain(|key| key.kid() != Some(kid));
        let mut gone: Vec<_> = self
            .next
            .take_if(|key| key.kid() == kid)
            .into_iter()
            .collect();
        self.previous.retain(|key| keep(key, kid, &mut gone));
        self.published.retain(|key| keep(key, kid, &mut gone));
        let found = !gone.is_empty() || self.hostile.len() < hostile;
        gone.into_iter().for_each(|key| self.keep_withdrawn(key));
        found
    }

    /// Puts a key that was withheld or withdrawn into the key set again; whether there was one.
    pub(super) fn restore(&mut self, kid: &str) -> bool {
        if self.withheld.remove(kid) {
            return true;
        }
        let place = self.withdrawn.iter().position(|key| key.kid() == kid);
        let key = place.and_then(|place| self.withdrawn.remove(place));
        let found = key.is_some();
        self.published.extend(key);
        found
    }

    fn keep_withdrawn(&mut self, key: Arc<SigningKey>) {
        self.withheld.remove(key.kid());
        self.withdrawn.push_front(key);
        self.withdrawn.truncate(KEPT_WITHDRAWN);
    }
}

/// Whether a key is another than the one of this id, which is moved away.
fn keep(key: &Arc<SigningKey>, kid: &str, gone: &mut Vec<Arc<SigningKey>>) -> bool {
    let other = key.kid() != kid;
    if !other {
        gone.push(Arc::clone(key));
    }
    other
}

impl Published {
    pub(crate) fn kid(&self) -> Option<&str> {
        let [jwk] = self.jwks.as_slice() else {
            return None;
        };
        jwk.get("kid").and_then(Value::as_str)
    }

    pub(crate) fn info(&self) -> HostileKeyInfo {
        HostileKeyInfo {
            id: self.id.clone(),
            kid: self.kid().map(str::to_owned),
            keys: self.jwks.len(),
        }
    }
}
