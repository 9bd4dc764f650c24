//! The keys that sign tokens. They are in the database, so all replicas use the same ones.

mod key;
mod rotation;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwapOption;
use identity_core::clock::{Clock, UnixTime};
use identity_core::keys::{
    KeyError, KeyLookupError, KeySet, KeySetError, KeySource, KeyStatus, KeysFuture,
};
use jsonwebtoken::jwk::{Jwk, JwkSet};
use service_kit::health::{Dependency, DependencyCheck};
use tracing::warn;

pub use key::{KeyFailure, SigningAlgorithm, SigningKey};
pub use rotation::Rotation;

use crate::encryption::{EncryptionError, EncryptionKey};
use crate::store::Store;
use crate::store::keys::{KeySetVersion, KeyState, StoredKey};

/// The signing keys in the database, cached by this replica.
pub struct SigningKeys {
    store: Store,
    config: SigningConfig,
    clock: Arc<dyn Clock>,
    loaded: ArcSwapOption<Loaded>,
}

/// Configuration of [`SigningKeys`].
#[derive(Debug, Clone)]
pub struct SigningConfig {
    /// The key that encrypts the private parts.
    pub encryption: EncryptionKey,
    /// The algorithm of new keys.
    pub algorithm: SigningAlgorithm,
    /// How long a key signs tokens before it is rotated.
    pub rotate_after: Duration,
    /// How long a key stays published after that: at least the lifetime of a token.
    pub publish_after: Duration,
}

/// The keys as last read from the database.
#[derive(Debug)]
pub struct Loaded {
    version: KeySetVersion,
    current: SigningKey,
    set: Arc<KeySet>,
    jwks: JwkSet,
    read_at: UnixTime,
}

impl Loaded {
    /// Returns the current signing key.
    pub fn current(&self) -> &SigningKey {
        &self.current
    }

    /// Returns whether a key with this id is published.
    pub fn has(&self, key_id: &str) -> bool {
        self.set.has(key_id)
    }

    /// Returns the published public keys.
    pub fn jwks(&self) -> &JwkSet {
        &self.jwks
    }
}

/// The reason signing keys are unavailable or cannot be rotated.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SigningError {
    /// The database failed.
    #[error("the signing keys cannot be read or stored")]
    Store(#[from] sqlx::Error),
    /// The private part cannot be encrypted or decrypted.
    #[error(transparent)]
    Encryption(#[from] EncryptionError),
    /// A key cannot be generated, parsed or used.
    #[error(transparent)]
    Key(#[from] KeyFailure),
    /// There is no current key.
    #[error("there is no current signing key")]
    NoCurrentKey,
    /// The stored public keys are invalid.
    #[error("the public keys cannot be read: {0}")]
    KeySet(#[from] KeySetError),
}

impl SigningKeys {
    /// The `Retry-After` while the database fails.
    const RETRY_AFTER: Duration = Duration::from_secs(1);

    /// Returns the signing keys in `store`. A new store has none before [`ensure`](Self::ensure).
    pub fn new(store: Store, config: SigningConfig, clock: Arc<dyn Clock>) -> Self {
        Self {
            store,
            config,
            clock,
            loaded: ArcSwapOption::empty(),
        }
    }

    /// Returns the current keys. Reads their version from the database each time, because another replica may have
    /// rotated them.
    pub async fn fresh(&self) -> Result<Arc<Loaded>, SigningError> {
        let version = self.store.key_set_version().await?;
        match self.loaded.load_full() {
            Some(loaded) if loaded.version == version => Ok(loaded),
            _ => self.reload().await,
        }
    }

    async fn reload(&self) -> Result<Arc<Loaded>, SigningError> {
        let (version, keys) = self.store.keys().await?;
        let current = keys.iter().find(|key| key.state == KeyState::Current);
        let current = current.ok_or(SigningError::NoCurrentKey)?;
        let published = keys
            .iter()
            .filter_map(|key| serde_json::from_str::<Jwk>(&key.public_jwk).ok());
        let jwks = JwkSet {
            keys: published.collect(),
        };
        let document = serde_json::to_vec(&jwks).map_err(|_| KeyFailure::unwritable())?;
        let loaded = Arc::new(Loaded {
            version,
            current: self.decrypted(current)?,
            set: Arc::new(KeySet::from_json(&document, usize::MAX)?),
            jwks,
            read_at: self.clock.now(),
        });
        self.loaded.store(Some(Arc::clone(&loaded)));
        Ok(loaded)
    }

    fn decrypted(&self, key: &StoredKey) -> Result<SigningKey, SigningError> {
        let algorithm = key.algorithm.parse().unwrap_or_default();
        let pkcs8 = self.config.encryption.open(&key.id, &key.private_key)?;
        Ok(SigningKey::from_pkcs8(&key.id, algorithm, &pkcs8)?)
    }
}

/// The server is not ready while it cannot sign: the current key must be there, and open with the configured encryption
/// key.
impl Dependency for SigningKeys {
    fn name(&self) -> &'static str {
        "signing keys"
    }

    fn check(&self) -> DependencyCheck<'_> {
        Box::pin(async {
            self.fresh().await.map(drop).map_err(|error| {
                warn!(reason = %error, "the current signing key cannot be used: {error}");
                "the current signing key cannot be used".to_owned()
            })
        })
    }
}

impl fmt::Debug for SigningKeys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("SigningKeys")
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}

/// The key source for verifying the server's own tokens.
impl KeySource for SigningKeys {
    fn current(&self) -> Option<Arc<KeySet>> {
        let loaded = self.loaded.load();
        loaded.as_ref().map(|loaded| Arc::clone(&loaded.set))
    }

    fn with_key<'a>(&'a self, key_id: &'a str) -> KeysFuture<'a> {
        Box::pin(async move {
            let loaded = self.fresh().await;
            let loaded = loaded.map_err(|error| KeyError::of_source(error, Self::RETRY_AFTER))?;
            if loaded.set.has(key_id) {
                return Ok(Arc::clone(&loaded.set));
            }
            Err(KeyLookupError::NotFound)
        })
    }

    fn status(&self) -> KeyStatus {
        match self.loaded.load().as_ref() {
            Some(loaded) => {
                let age = self.clock.now().seconds() - loaded.read_at.seconds();
                KeyStatus::Ready {
                    age: Duration::try_from_secs_f64(age).unwrap_or_default(),
                    keys: loaded.set.len(),
                }
            }
            None => KeyStatus::Starting { reason: None },
        }
    }
}
