//! Creation and rotation of keys, safe with any number of replicas: the first replica to update the row of the key set
//! does it.

use std::time::Duration;

use tracing::{error, info};

use super::{SigningAlgorithm, SigningError, SigningKey, SigningKeys};
use crate::store::Write;
use crate::store::keys::{KeySetVersion, KeyState, StoredKey};
use crate::store::orgs::seconds;

/// The outcome of a key rotation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rotation {
    /// The keys were rotated.
    Done,
    /// Another replica rotated the keys at the same time.
    DoneElsewhere,
}

impl SigningKeys {
    /// Creates the first keys, and rotates if the current key uses another algorithm than the configured one.
    pub async fn ensure(&self) -> Result<(), SigningError> {
        let (version, keys) = self.store.keys().await?;
        let signs_as_set = |key: &StoredKey| {
            key.state == KeyState::Current && key.algorithm == self.config.algorithm.as_str()
        };
        if !keys.iter().any(signs_as_set) {
            self.rotate_from(version).await?;
        }
        self.fresh().await.map(drop)
    }

    /// Rotates the keys: the next key becomes the current one, the current key stays published for the tokens that it
    /// signed, and a new next key is created. Errors: the stored keys are encrypted with another key than the configured
    /// one; nothing changes then.
    pub async fn rotate(&self) -> Result<Rotation, SigningError> {
        let version = self.store.key_set_version().await?;
        self.rotate_from(version).await
    }

    /// Rotates if a rotation is due.
    pub async fn rotate_if_due(&self) -> Result<(), SigningError> {
        let version = self.store.key_set_version().await?;
        if seconds(self.clock.now()) >= self.due_at(version) {
            self.rotate_from(version).await?;
        }
        Ok(())
    }

    /// Returns the time until the next rotation is due.
    pub async fn due_in(&self) -> Result<Duration, SigningError> {
        let version = self.store.key_set_version().await?;
        let left = self.due_at(version) - seconds(self.clock.now());
        Ok(Duration::from_secs(left.try_into().unwrap_or_default()))
    }

    fn due_at(&self, version: KeySetVersion) -> i64 {
        version
            .rotated_at
            .saturating_add_unsigned(self.config.rotate_after.as_secs())
    }

    async fn rotate_from(&self, seen: KeySetVersion) -> Result<Rotation, SigningError> {
        // Before the transaction: generating keys is slow, and other writers wait for the transaction.
        let spare = [self.generate().await?, self.generate().await?];
        let now = self.clock.now();
        let mut write = self.store.write().await?;
        if !write.claim_key_set(seen, now).await? {
            info!("the signing keys were rotated by another replica at the same moment");
            return Ok(Rotation::DoneElsewhere);
        }
        self.move_on(&mut write, spare).await?;
        write.commit().await?;
        let loaded = self.reload().await?;
        let id = loaded.current().id();
        info!(key.id = id, "the signing keys were rotated: {id} signs now");
        Ok(Rotation::Done)
    }

    async fn move_on(&self, write: &mut Write, spare: [SigningKey; 2]) -> Result<(), SigningError> {
        let now = seconds(self.clock.now());
        let retire_at = now.saturating_add_unsigned(self.config.publish_after.as_secs());
        let mut promoted = false;
        // Previous keys first, the next key last: there are never two current keys.
        let mut keys = write.keys().await?;
        // A process with another encryption key would store keys that the running servers cannot open.
        for key in keys.iter().filter(|key| key.state != KeyState::Previous) {
            self.decrypted(key)?;
        }
        keys.sort_by_key(|key| key.state as u8);
        for key in keys.iter().rev() {
            match key.state {
                KeyState::Previous if key.retire_at <= now => write.delete_key(&key.id).await?,
                KeyState::Previous => {}
                KeyState::Current => {
                    write
                        .set_key_state(&key.id, KeyState::Previous, retire_at)
                        .await?;
                }
                KeyState::Next if key.algorithm == self.config.algorithm.as_str() => {
                    write.set_key_state(&key.id, KeyState::Current, 0).await?;
                    promoted = true;
                }
                // It has never signed a token.
                KeyState::Next => write.delete_key(&key.id).await?,
            }
        }
        let [first, second] = spare;
        if !promoted {
            self.add(write, &first, KeyState::Current).await?;
        }
        self.add(write, &second, KeyState::Next).await
    }

    async fn add(
        &self,
        write: &mut Write,
        key: &SigningKey,
        state: KeyState,
    ) -> Result<(), SigningError> {
        let stored = StoredKey {
            id: key.id().to_owned(),
            algorithm: key.algorithm().as_str().to_owned(),
            state,
            public_jwk: key.jwk().to_string(),
            private_key: self.config.encryption.seal(key.id(), key.to_pkcs8()?)?,
            retire_at: 0,
        };
        Ok(write.add_key(&stored, self.clock.now()).await?)
    }

    async fn generate(&self) -> Result<SigningKey, SigningError> {
        let algorithm: SigningAlgorithm = self.config.algorithm;
        let made = tokio::task::spawn_blocking(move || SigningKey::generate(algorithm)).await;
        match made {
            Ok(key) => Ok(key?),
            Err(failed) => {
                error!(reason = %failed, "the thread that makes signing keys has ended: {failed}");
                Err(SigningError::NoCurrentKey)
            }
        }
    }
}
