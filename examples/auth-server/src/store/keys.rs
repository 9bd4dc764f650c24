//! The stored signing keys.

use identity_core::clock::UnixTime;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, FromRow, Row};

use super::orgs::seconds;
use super::{Store, Write};

/// A signing key with its private part encrypted.
#[derive(Clone)]
pub struct StoredKey {
    /// `kid`.
    pub id: String,
    /// `RS256`, `ES256` or `EdDSA`.
    pub algorithm: String,
    /// The current use of the key.
    pub state: KeyState,
    /// The public part.
    pub public_jwk: String,
    /// The private part, encrypted.
    pub private_key: String,
    /// When a previous key may be deleted, in seconds since 1970.
    pub retire_at: i64,
}

/// The use of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// Published; signs after the next rotation.
    Next,
    /// Signs tokens.
    Current,
    /// Published for the tokens that it signed.
    Previous,
}

impl KeyState {
    /// Returns the name in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Next => "next",
            Self::Current => "current",
            Self::Previous => "previous",
        }
    }

    fn of(text: &str) -> Self {
        match text {
            "next" => Self::Next,
            "current" => Self::Current,
            _ => Self::Previous,
        }
    }
}

/// The version of the key set, which increases with each change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeySetVersion {
    /// The version number; 0 before the first keys.
    pub number: i64,
    /// When the keys were last rotated, in seconds since 1970.
    pub rotated_at: i64,
}

impl Store {
    /// Returns the current version of the key set.
    pub async fn key_set_version(&self) -> Result<KeySetVersion, sqlx::Error> {
        version(&mut *self.pool().acquire().await?).await
    }

    /// Returns all keys and their version, read consistently.
    pub async fn keys(&self) -> Result<(KeySetVersion, Vec<StoredKey>), sqlx::Error> {
        let mut connection = self.pool().acquire().await?;
        loop {
            let before = version(&mut connection).await?;
            let keys = all(&mut connection).await?;
            // A rotation during the read changes the version.
            if version(&mut connection).await? == before {
                return Ok((before, keys));
            }
        }
    }
}

impl Write {
    /// Claims the change of the keys from version `seen` to the next one. Returns `true` for exactly one of any number
    /// of concurrent attempts, on any replica; the others must read the keys again.
    pub async fn claim_key_set(
        &mut self,
        seen: KeySetVersion,
        now: UnixTime,
    ) -> Result<bool, sqlx::Error> {
        let update = sqlx::query(
            "UPDATE key_set SET version = version + 1, rotated_at = $1 WHERE id = 1 AND version = $2",
        );
        let changed = self.changed(update.bind(seconds(now)).bind(seen.number));
        Ok(changed.await? == 1)
    }

    /// Returns all keys.
    pub async fn keys(&mut self) -> Result<Vec<StoredKey>, sqlx::Error> {
        all(self.connection()).await
    }

    /// Stores a key.
    pub async fn add_key(&mut self, key: &StoredKey, now: UnixTime) -> Result<(), sqlx::Error> {
        let insert = sqlx::query(
            "INSERT INTO signing_keys (id, algorithm, state, public_jwk, private_key, created_at, retire_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(&key.id)
        .bind(&key.algorithm)
        .bind(key.state.as_str())
        .bind(&key.public_jwk)
        .bind(&key.private_key)
        .bind(seconds(now))
        .bind(key.retire_at);
        self.execute(insert).await
    }

    /// Changes the use of a key.
    pub async fn set_key_state(
        &mut self,
        id: &str,
        state: KeyState,
        retire_at: i64,
    ) -> Result<(), sqlx::Error> {
        let update =
            sqlx::query("UPDATE signing_keys SET state = $1, retire_at = $2 WHERE id = $3");
        self.execute(update.bind(state.as_str()).bind(retire_at).bind(id))
            .await
    }

    /// Deletes a key. Its tokens become invalid.
    pub async fn delete_key(&mut self, id: &str) -> Result<(), sqlx::Error> {
        let delete = sqlx::query("DELETE FROM signing_keys WHERE id = $1");
        self.execute(delete.bind(id)).await
    }
}

async fn version(connection: &mut AnyConnection) -> Result<KeySetVersion, sqlx::Error> {
    let (number, rotated_at) =
        sqlx::query_as("SELECT version, rotated_at FROM key_set WHERE id = 1")
            .fetch_one(connection)
            .await?;
    Ok(KeySetVersion { number, rotated_at })
}

async fn all(connection: &mut AnyConnection) -> Result<Vec<StoredKey>, sqlx::Error> {
    sqlx::query_as(
        "SELECT id, algorithm, state, public_jwk, private_key, retire_at FROM signing_keys ORDER BY created_at, id",
    )
    .fetch_all(connection)
    .await
}

impl FromRow<'_, AnyRow> for StoredKey {
    fn from_row(row: &AnyRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row.try_get("id")?,
            algorithm: row.try_get("algorithm")?,
            state: KeyState::of(row.try_get("state")?),
            public_jwk: row.try_get("public_jwk")?,
            private_key: row.try_get("private_key")?,
            retire_at: row.try_get("retire_at")?,
        })
    }
}
