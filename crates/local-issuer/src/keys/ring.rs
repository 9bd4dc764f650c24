//! The keys of one provider: the current one, the next, the previous ones, and whatever a test published besides.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use serde_json::{Map, Value};

use super::{Algorithm, KeyError, KeyFile, SigningKey};
use crate::provider::ProviderKind;
use crate::rotation::{KeyIds, Rotation, Step};

/// Descope invalidates a key that is more than twelve rotations away.
const KEPT_PREVIOUS: usize = 12;

/// The signing keys of both providers, to start another issuer with.
#[derive(Clone)]
pub struct IssuerKeys {
    pub(crate) descope: RingKeys,
    pub(crate) auth0: RingKeys,
}

/// What a ring holds at one moment.
#[derive(Clone)]
pub(crate) struct RingKeys {
    pub(crate) current: Arc<SigningKey>,
    pub(crate) next: Option<Arc<SigningKey>>,
    /// Latest first.
    pub(crate) previous: VecDeque<Arc<SigningKey>>,
    pub(crate) published: Vec<Arc<SigningKey>>,
    /// Published as they are, without a private key: for key sets that are wrong on purpose.
    pub(crate) foreign: Vec<Value>,
}

/// The ring of one provider, shared by its endpoints and its handles.
pub(crate) struct KeyRing {
    provider: ProviderKind,
    keys: RwLock<RingKeys>,
    file: Option<Arc<KeyFile>>,
}

impl IssuerKeys {
    /// Fresh keys for both providers; the three are made at the same time, because each takes a while.
    pub(crate) fn generate() -> Result<Self, KeyError> {
        std::thread::scope(|scope| {
            let descope = scope.spawn(|| new_key(ProviderKind::Descope, Algorithm::Rs256));
            let next = scope.spawn(|| new_key(ProviderKind::Auth0, Algorithm::Rs256));
            let current = new_key(ProviderKind::Auth0, Algorithm::Rs256)?;
            let descope = descope.join().map_err(|_| KeyError::Generate)??;
            let next = next.join().map_err(|_| KeyError::Generate)??;
            Ok(Self {
                descope: RingKeys::new(descope, None),
                auth0: RingKeys::new(current, Some(next)),
            })
        })
    }

    /// The keys of this process, made when they are first asked for.
    pub(crate) fn shared() -> Result<Self, KeyError> {
        static SHARED: Mutex<Option<IssuerKeys>> = Mutex::new(None);
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        match &*shared {
            Some(keys) => Ok(keys.clone()),
            None => Ok(shared.insert(Self::generate()?).clone()),
        }
    }
}

impl RingKeys {
    pub(crate) fn new(current: Arc<SigningKey>, next: Option<Arc<SigningKey>>) -> Self {
        Self {
            current,
            next,
            previous: VecDeque::new(),
            published: Vec::new(),
            foreign: Vec::new(),
        }
    }

    /// Every key with a private half, in the order of the key set.
    fn all(&self) -> impl Iterator<Item = &Arc<SigningKey>> {
        std::iter::once(&self.current)
            .chain(&self.next)
            .chain(&self.previous)
            .chain(&self.published)
    }
}

impl KeyRing {
    pub(crate) fn new(provider: ProviderKind, keys: RingKeys, file: Option<Arc<KeyFile>>) -> Self {
        Self {
            provider,
            keys: RwLock::new(keys),
            file,
        }
    }

    pub(crate) fn snapshot(&self) -> RingKeys {
        self.keys
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(crate) fn current(&self) -> Arc<SigningKey> {
        Arc::clone(
            &self
                .keys
                .read()
                .unwrap_or_else(PoisonError::into_inner)
                .current,
        )
    }

    pub(crate) fn find(&self, kid: &str) -> Option<Arc<SigningKey>> {
        self.snapshot().all().find(|key| key.kid() == kid).cloned()
    }

    pub(crate) fn ids(&self) -> KeyIds {
        let keys = self.snapshot();
        let kid = |key: &Arc<SigningKey>| key.kid().to_owned();
        KeyIds {
            current: kid(&keys.current),
            next: keys.next.as_ref().map(kid),
            previous: keys.previous.iter().map(kid).collect(),
            published: keys.published.iter().map(kid).collect(),
        }
    }

    /// The members of the key set, in the provider's order of keys and of members.
    pub(crate) fn jwks(&self) -> Result<Vec<Value>, KeyError> {
        let keys = self.snapshot();
        let mut listed = Vec::new();
        for key in keys.all() {
            let jwk: Map<String, Value> = key.jwk()?;
            listed.push(Value::Object(self.provider.order_jwk(jwk)));
        }
        listed.extend(keys.foreign);
        Ok(listed)
    }

    pub(crate) fn rotate(&self, rotation: Rotation) -> Result<KeyIds, KeyError> {
        // Made before the lock is taken: generating takes long, and the endpoints must go on answering.
        let fresh = new_key(self.provider, Algorithm::Rs256)?;
        let lacks_next = self.provider == ProviderKind::Auth0 && self.snapshot().next.is_none();
        let spare = if lacks_next {
            Some(new_key(self.provider, Algorithm::Rs256)?)
        } else {
            None
        };
        self.change(|keys| {
            match rotation.step {
                Step::PublishAhead => {
                    keys.next.get_or_insert(fresh);
                }
                Step::Unannounced => promote(keys, fresh),
                Step::AsTheProvider => {
                    let (next, left) = match keys.next.take() {
                        Some(next) => (next, Some(fresh)),
                        None => (fresh, spare),
                    };
                    promote(keys, next);
                    keys.next = left.filter(|_| self.provider == ProviderKind::Auth0);
                }
            }
            if rotation.revoke {
                keys.previous.clear();
            }
        })?;
        Ok(self.ids())
    }

    /// Publishes one more key, which signs only what is minted with it.
    pub(crate) fn publish(&self, algorithm: Algorithm) -> Result<String, KeyError> {
        let key = new_key(self.provider, algorithm)?;
        let kid = key.kid().to_owned();
        self.change(|keys| keys.published.push(key))?;
        Ok(kid)
    }

    pub(crate) fn publish_foreign(&self, jwk: Value) -> Result<(), KeyError> {
        self.change(|keys| keys.foreign.push(jwk))
    }

    /// Takes a key out of the key set; whether there was one.
    pub(crate) fn withdraw(&self, kid: &str) -> Result<bool, KeyError> {
        let before = self.jwks()?.len();
        self.change(|keys| {
            keys.next = keys.next.take().filter(|key| key.kid() != kid);
            keys.previous.retain(|key| key.kid() != kid);
            keys.published.retain(|key| key.kid() != kid);
            keys.foreign
                .retain(|jwk| jwk.get("kid").and_then(Value::as_str) != Some(kid));
        })?;
        Ok(self.jwks()?.len() < before)
    }

    fn change(&self, change: impl FnOnce(&mut RingKeys)) -> Result<(), KeyError> {
        let mut keys = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        change(&mut keys);
        match &self.file {
            // Saved under the lock, so that two rotations cannot leave the older one in the file.
            Some(file) => file.save(self.provider, &keys),
            None => Ok(()),
        }
    }
}

/// A new key with an id of the provider's form.
pub(crate) fn new_key(
    provider: ProviderKind,
    algorithm: Algorithm,
) -> Result<Arc<SigningKey>, KeyError> {
    Ok(Arc::new(SigningKey::generate(
        provider.new_kid()?,
        algorithm,
    )?))
}

fn promote(keys: &mut RingKeys, next: Arc<SigningKey>) {
    let old = std::mem::replace(&mut keys.current, next);
    keys.previous.push_front(old);
    keys.previous.truncate(KEPT_PREVIOUS);
}

impl fmt::Debug for IssuerKeys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("IssuerKeys")
            .field("descope", &self.descope.current.kid())
            .field("auth0", &self.auth0.current.kid())
            .finish()
    }
}
