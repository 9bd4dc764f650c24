//! The keys of one provider: the current one, the next, the previous ones, and those that a test published besides.

use std::sync::{Arc, PoisonError, RwLock};

use serde_json::Value;

use super::algorithm::Algorithm;
use super::error::KeyError;
use super::file::KeyFile;
use super::hostile::HostileKey;
use super::ring_keys::{HostileKeyInfo, Published, RingKeys};
use super::signing_key::SigningKey;
use super::style::KeyStyle;
use crate::kind::ProviderKind;
use crate::rotation::{KeyIds, Rotation, Step};

/// The ring of one provider, shared by its endpoints and its handles.
pub(crate) struct KeyRing {
    style: KeyStyle,
    keys: RwLock<RingKeys>,
    /// The keys that a reset restores.
    first: RingKeys,
    /// Where the keys are kept, and under which name.
    file: Option<(Arc<KeyFile>, ProviderKind)>,
    most_keys: usize,
}

impl KeyRing {
    pub(crate) fn new(
        style: KeyStyle,
        keys: RingKeys,
        file: Option<(Arc<KeyFile>, ProviderKind)>,
        most_keys: usize,
    ) -> Self {
        Self {
            style,
            first: keys.clone(),
            keys: RwLock::new(keys),
            file,
            most_keys,
        }
    }

    pub(crate) fn style(&self) -> KeyStyle {
        self.style
    }

    pub(crate) fn snapshot(&self) -> RingKeys {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        keys.clone()
    }

    pub(crate) fn current(&self) -> Arc<SigningKey> {
        self.snapshot().current
    }

    pub(crate) fn find(&self, kid: &str) -> Option<Arc<SigningKey>> {
        self.snapshot().all().find(|key| key.kid() == kid).cloned()
    }

    /// A key that left the key set.
    pub(crate) fn find_withdrawn(&self, kid: &str) -> Option<Arc<SigningKey>> {
        let withdrawn = self.snapshot().withdrawn;
        withdrawn.into_iter().find(|key| key.kid() == kid)
    }

    pub(crate) fn find_hostile(&self, id: &str) -> Option<Published> {
        let hostile = self.snapshot().hostile;
        hostile.into_iter().find(|key| key.id == id)
    }

    pub(crate) fn ids(&self) -> KeyIds {
        let keys = self.snapshot();
        let kid = |key: &Arc<SigningKey>| key.kid().to_owned();
        KeyIds {
            current: kid(&keys.current),
            next: keys.next.as_ref().map(kid),
            previous: keys.previous.iter().map(kid).collect(),
            published: keys.published.iter().map(kid).collect(),
            withheld: keys.withheld.iter().cloned().collect(),
            withdrawn: keys.withdrawn.iter().map(kid).collect(),
        }
    }

    pub(crate) fn hostile(&self) -> Vec<HostileKeyInfo> {
        let keys = self.snapshot();
        keys.hostile.iter().map(Published::info).collect()
    }

    /// The members of the key set, in the provider's order of keys and of members.
    pub(crate) fn jwks(&self) -> Vec<Value> {
        let keys = self.snapshot();
        let mut listed: Vec<Value> = keys.hostile_jwks(true).cloned().collect();
        for key in keys.all().filter(|key| !keys.withheld.contains(key.kid())) {
            listed.push(Value::Object(self.style.ordered(key.jwk().clone())));
        }
        listed.extend(keys.hostile_jwks(false).cloned());
        listed
    }

    pub(crate) fn rotate(&self, rotation: Rotation) -> Result<KeyIds, KeyError> {
        // Made before the lock is taken: generating takes long, and the endpoints must go on answering.
        let fresh = self.style.new_key(Algorithm::Rs256)?;
        let lacks_next = self.style.publishes_ahead && self.snapshot().next.is_none();
        let spare = lacks_next.then(|| self.style.new_key(Algorithm::Rs256));
        let spare = spare.transpose()?;
        self.change(|keys| {
            match rotation.step {
                Step::PublishAhead => {
                    keys.next.get_or_insert(fresh);
                }
                Step::Unannounced => keys.promote(fresh),
                Step::AsTheProvider => {
                    let (next, left) = match keys.next.take() {
                        Some(next) => (next, Some(fresh)),
                        None => (fresh, spare),
                    };
                    keys.promote(next);
                    keys.next = left.filter(|_| self.style.publishes_ahead);
                }
            }
            if rotation.revoke {
                keys.revoke_previous();
            }
            Ok(())
        })?;
        Ok(self.ids())
    }

    /// Publishes one more key, which signs only what is minted with it.
    pub(crate) fn publish(&self, algorithm: Algorithm) -> Result<String, KeyError> {
        self.check_room(1)?;
        let key = self.style.new_key(algorithm)?;
        let kid = key.kid().to_owned();
        self.change(|keys| {
            keys.published.push(key);
            Ok(kid)
        })
    }

    pub(crate) fn publish_hostile(&self, key: &HostileKey) -> Result<HostileKeyInfo, KeyError> {
        self.check_room(key.count())?;
        let made = key.make(self.style, self.current().kid())?;
        self.change(|keys| {
            keys.hostile_count += 1;
            let published = Published {
                id: format!("hostile-{}", keys.hostile_count),
                jwks: made.jwks,
                before: key.is_first(),
                forger: made.forger,
            };
            let info = published.info();
            keys.hostile.push(published);
            Ok(info)
        })
    }

    /// Takes a hostile key, or all of them, out of the key set; whether there was one.
    pub(crate) fn remove_hostile(&self, id: Option<&str>) -> Result<bool, KeyError> {
        self.change(|keys| {
            let before = keys.hostile.len();
            keys.hostile.retain(|key| id.is_some_and(|id| key.id != id));
            Ok(keys.hostile.len() < before)
        })
    }

    /// Takes a key out of the key set; whether there was one.
    pub(crate) fn withdraw(&self, kid: &str) -> Result<bool, KeyError> {
        self.change(|keys| Ok(keys.withdraw(kid)))
    }

    /// Leaves a key that stays in use out of the key set; whether there is one.
    pub(crate) fn withhold(&self, kid: &str) -> bool {
        let mut keys = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        let known = keys.all().any(|key| key.kid() == kid);
        if known {
            keys.withheld.insert(kid.to_owned());
        }
        known
    }

    /// Puts a key that was withheld or withdrawn into the key set again; whether there was one.
    pub(crate) fn restore(&self, kid: &str) -> Result<bool, KeyError> {
        self.change(|keys| Ok(keys.restore(kid)))
    }

    /// Goes back to the keys of the start.
    pub(crate) fn reset(&self) -> Result<(), KeyError> {
        self.change(|keys| {
            let count = keys.hostile_count;
            *keys = self.first.clone();
            // Names are not given twice, or what was minted with an old one would be taken for the new one's.
            keys.hostile_count = count;
            Ok(())
        })
    }

    fn check_room(&self, more: usize) -> Result<(), KeyError> {
        let keys = self.snapshot();
        let hostile = keys.hostile.iter().map(|key| key.jwks.len()).sum::<usize>();
        let listed = keys.all().count() + hostile;
        if listed.saturating_add(more) > self.most_keys {
            return Err(KeyError::TooMany {
                limit: self.most_keys,
            });
        }
        Ok(())
    }

    fn change<T>(
        &self,
        change: impl FnOnce(&mut RingKeys) -> Result<T, KeyError>,
    ) -> Result<T, KeyError> {
        let mut keys = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        let changed = change(&mut keys)?;
        if let Some((file, name)) = &self.file {
            // Saved under the lock, so that two rotations cannot leave the older one in the file.
            file.save(*name, &keys)?;
        }
        Ok(changed)
    }
}
