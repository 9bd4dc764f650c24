//! The key that encrypts the private parts of the signing keys.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::{fmt, fs};

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::rand;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tracing::warn;

use crate::store::Store;

/// A 256-bit key for AES-256-GCM. `Debug` never shows it.
#[derive(Clone, PartialEq, Eq)]
pub struct EncryptionKey([u8; 32]);

/// The reason an encryption key is missing or fails.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EncryptionError {
    /// No key is configured, and there is no database folder for a key file.
    #[error(
        "KEY_ENCRYPTION_KEY is not set: with PostgreSQL it has to be, the same for all replicas; `openssl rand -base64 32` makes one"
    )]
    Missing,
    /// The key file next to the database cannot be read or created.
    #[error(
        "the file with the encryption key, {path}, cannot be used; KEY_ENCRYPTION_KEY takes its place"
    )]
    File {
        /// The path of the file.
        path: PathBuf,
        /// The operating system's error.
        source: io::Error,
    },
    /// The database has signing keys, and the file with the key that encrypts them is missing.
    #[error(
        "the file with the encryption key, {0}, is missing, and the signing keys in the database are encrypted with it: restore the file from the backup, or set KEY_ENCRYPTION_KEY to what it held"
    )]
    Lost(PathBuf),
    /// The database cannot be asked whether it has signing keys.
    #[error("the signing keys cannot be read")]
    Store(#[from] sqlx::Error),
    /// The file does not contain a key.
    #[error("the file with the encryption key, {0}, does not hold 32 bytes in base64")]
    NotAKey(PathBuf),
    /// The cryptography library failed.
    #[error("the private part of a signing key cannot be encrypted")]
    Seal,
    /// The data was encrypted with another key or was modified.
    #[error(
        "the signing key {0} cannot be decrypted: KEY_ENCRYPTION_KEY, or the file with the key, is not the one that it was encrypted with"
    )]
    Open(String),
}

impl EncryptionKey {
    /// Generates a random key.
    pub fn random() -> Result<Self, EncryptionError> {
        let mut bytes = [0; 32];
        rand::fill(&mut bytes).map_err(|_| EncryptionError::Seal)?;
        Ok(Self(bytes))
    }

    /// Returns the configured key, or else the key in the file next to the database of `store`. If the file is missing, it
    /// is created for a database without signing keys, and an error for another. A database in memory gets a random key.
    pub async fn for_store(set: Option<Self>, store: &Store) -> Result<Self, EncryptionError> {
        if let Some(key) = set {
            return Ok(key);
        }
        if store.is_in_memory() {
            // The key lives as long as the data it encrypts.
            return Self::random();
        }
        let folder = store.folder().ok_or(EncryptionError::Missing)?;
        let path = folder.join("auth-server-encryption.key");
        // Before the file is looked for: another process creates the file first, and then the signing keys.
        let (_, keys) = store.keys().await?;
        if !keys.is_empty() && !path.try_exists().unwrap_or(true) {
            return Err(EncryptionError::Lost(path));
        }
        warn!(
            key.file = %path.display(),
            "KEY_ENCRYPTION_KEY is not set: the signing keys are encrypted with the key in {}, and whoever copies the folder has both",
            path.display()
        );
        Self::in_file(&path)
    }

    fn in_file(path: &Path) -> Result<Self, EncryptionError> {
        let unusable = |source| EncryptionError::File {
            path: path.to_owned(),
            source,
        };
        match fs::read_to_string(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                make(path, &Self::random()?).map_err(unusable)?;
                // Another process may have created the file first.
                let text = fs::read_to_string(path).map_err(unusable)?;
                Self::read(path, &text)
            }
            Err(error) => Err(unusable(error)),
            Ok(text) => Self::read(path, &text),
        }
    }

    fn read(path: &Path, text: &str) -> Result<Self, EncryptionError> {
        text.trim()
            .parse()
            .map_err(|_| EncryptionError::NotAKey(path.to_owned()))
    }

    /// Encrypts the private part of the signing key `id`. The result is bound to that id.
    pub(crate) fn seal(&self, id: &str, mut plain: Vec<u8>) -> Result<String, EncryptionError> {
        let nonce = self
            .cipher()?
            .seal_in_place_append_tag(Aad::from(id), &mut plain)
            .map_err(|_| EncryptionError::Seal)?;
        Ok(STANDARD.encode([&nonce.as_ref()[..], &plain].concat()))
    }

    /// Decrypts the result of [`seal`](Self::seal) for the same `id`.
    pub(crate) fn open(&self, id: &str, sealed: &str) -> Result<Vec<u8>, EncryptionError> {
        let refused = || EncryptionError::Open(id.to_owned());
        let bytes = STANDARD.decode(sealed).map_err(|_| refused())?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE_LEN).ok_or_else(refused)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| refused())?;
        let mut sealed = sealed.to_vec();
        self.cipher()?
            .open_in_place(nonce, Aad::from(id), &mut sealed)
            .map(|plain| plain.to_vec())
            .map_err(|_| refused())
    }

    fn cipher(&self) -> Result<RandomizedNonceKey, EncryptionError> {
        RandomizedNonceKey::new(&AES_256_GCM, &self.0).map_err(|_| EncryptionError::Seal)
    }
}

/// Writes the file atomically. Never overwrites an existing file.
fn make(path: &Path, key: &EncryptionKey) -> io::Result<()> {
    let draft = path.with_extension(format!("{}.draft", uuid::Uuid::now_v7()));
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file: File = options.open(&draft)?;
    file.write_all(STANDARD.encode(key.0).as_bytes())?;
    file.sync_all()?;
    let linked = fs::hard_link(&draft, path);
    fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

impl FromStr for EncryptionKey {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bytes = STANDARD.decode(text).ok();
        bytes
            .and_then(|bytes| bytes.try_into().ok())
            .map(Self)
            .ok_or("expected 32 bytes in base64, such as `openssl rand -base64 32` makes")
    }
}

impl fmt::Debug for EncryptionKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("EncryptionKey")
    }
}

#[cfg(test)]
mod tests {
    use super::{EncryptionError, EncryptionKey};

    #[test]
    fn what_is_sealed_for_one_key_is_opened_for_no_other() {
        let (ours, other) = (
            EncryptionKey::random().unwrap(),
            EncryptionKey::random().unwrap(),
        );
        let sealed = ours.seal("k1", b"secret".to_vec()).unwrap();
        assert_ne!(
            sealed,
            ours.seal("k1", b"secret".to_vec()).unwrap(),
            "the nonce is new each time"
        );
        assert!(matches!(
            other.open("k1", &sealed),
            Err(EncryptionError::Open(_))
        ));
        assert!(matches!(
            ours.open("k2", &sealed),
            Err(EncryptionError::Open(_))
        ));
        for broken in ["", "AAAA", "not base64", &sealed[4..]] {
            assert!(ours.open("k1", broken).is_err(), "{broken}");
        }
        assert_eq!(ours.open("k1", &sealed).unwrap(), b"secret");
    }

    #[test]
    fn a_key_has_32_bytes() {
        for text in [
            "",
            "c2hvcnQ=",
            "!",
            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        ] {
            assert!(text.parse::<EncryptionKey>().is_err(), "{text}");
        }
        assert!(
            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
                .parse::<EncryptionKey>()
                .is_ok()
        );
    }

    #[test]
    fn the_file_is_made_once_and_is_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.key");
        let first = EncryptionKey::in_file(&path).unwrap();
        assert!(EncryptionKey::in_file(&path).unwrap() == first);
        super::make(&path, &EncryptionKey::random().unwrap()).unwrap();
        assert!(
            EncryptionKey::in_file(&path).unwrap() == first,
            "never over another one"
        );
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        std::fs::write(&path, "no key").unwrap();
        assert!(matches!(
            EncryptionKey::in_file(&path),
            Err(EncryptionError::NotAKey(_))
        ));
    }
}
