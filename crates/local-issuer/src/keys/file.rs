//! The file that keeps the signing keys across restarts.

use std::collections::VecDeque;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::{Algorithm, IssuerKeys, KeyError, RingKeys, SigningKey};
use crate::provider::ProviderKind;

/// The open key file: where it is, and what it holds.
pub(crate) struct KeyFile {
    path: PathBuf,
    contents: Mutex<Contents>,
}

#[derive(Serialize, Deserialize)]
struct Contents {
    descope: KeptRing,
    auth0: KeptRing,
}

/// A ring without what a test published besides.
#[derive(Serialize, Deserialize)]
struct KeptRing {
    current: KeptKey,
    next: Option<KeptKey>,
    previous: Vec<KeptKey>,
}

#[derive(Serialize, Deserialize)]
struct KeptKey {
    kid: String,
    alg: String,
    pkcs8: String,
}

impl KeyFile {
    /// Reads the keys, or makes them and writes the file when there is none.
    pub(crate) fn open(path: &Path) -> Result<(Arc<Self>, IssuerKeys), KeyError> {
        let (contents, keys) = match fs::read(path) {
            Ok(bytes) => {
                let contents: Contents =
                    serde_json::from_slice(&bytes).map_err(|error| fault(path, &error))?;
                let keys = IssuerKeys {
                    descope: Box::new(contents.descope.read()?),
                    auth0: Box::new(contents.auth0.read()?),
                };
                (contents, keys)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let keys = IssuerKeys::generate()?;
                let contents = Contents {
                    descope: KeptRing::of(&keys.descope)?,
                    auth0: KeptRing::of(&keys.auth0)?,
                };
                write(path, &contents)?;
                (contents, keys)
            }
            Err(error) => return Err(fault(path, &error)),
        };
        let file = Self {
            path: path.to_owned(),
            contents: Mutex::new(contents),
        };
        Ok((Arc::new(file), keys))
    }

    /// Writes one provider's keys; the other's stay as they are.
    pub(super) fn save(&self, provider: ProviderKind, keys: &RingKeys) -> Result<(), KeyError> {
        let kept = KeptRing::of(keys)?;
        let mut contents = self.contents.lock().unwrap_or_else(PoisonError::into_inner);
        match provider {
            ProviderKind::Descope => contents.descope = kept,
            ProviderKind::Auth0 => contents.auth0 = kept,
        }
        write(&self.path, &contents)
    }
}

impl KeptRing {
    fn of(keys: &RingKeys) -> Result<Self, KeyError> {
        Ok(Self {
            current: KeptKey::of(&keys.current)?,
            next: keys.next.as_deref().map(KeptKey::of).transpose()?,
            previous: keys
                .previous
                .iter()
                .map(|key| KeptKey::of(key))
                .collect::<Result<_, _>>()?,
        })
    }

    fn read(&self) -> Result<RingKeys, KeyError> {
        let mut keys = RingKeys::new(
            self.current.read()?,
            self.next.as_ref().map(KeptKey::read).transpose()?,
        );
        keys.previous = self
            .previous
            .iter()
            .map(KeptKey::read)
            .collect::<Result<VecDeque<_>, _>>()?;
        Ok(keys)
    }
}

impl KeptKey {
    fn of(key: &SigningKey) -> Result<Self, KeyError> {
        Ok(Self {
            kid: key.kid().to_owned(),
            alg: key.algorithm().name().to_owned(),
            pkcs8: STANDARD.encode(key.to_pkcs8()?),
        })
    }

    fn read(&self) -> Result<Arc<SigningKey>, KeyError> {
        let unreadable = || KeyError::Encoding {
            kid: self.kid.clone(),
        };
        let algorithm = Algorithm::from_name(&self.alg).ok_or_else(unreadable)?;
        let pkcs8 = STANDARD.decode(&self.pkcs8).map_err(|_| unreadable())?;
        SigningKey::from_pkcs8(self.kid.clone(), algorithm, &pkcs8).map(Arc::new)
    }
}

/// Writes beside and renames, so that a crash leaves the old file or the new one.
fn write(path: &Path, contents: &Contents) -> Result<(), KeyError> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    let json = serde_json::to_vec_pretty(contents).map_err(|error| fault(path, &error))?;
    let written = fs::remove_file(&beside)
        .or_else(|error| {
            if error.kind() == io::ErrorKind::NotFound {
                Ok(())
            } else {
                Err(error)
            }
        })
        // Made anew, because the mode of a file that is already there would be left as it is.
        .and_then(|()| {
            OpenOptions::new()
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(&beside)
        })
        .and_then(|mut file| file.write_all(&json).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&beside, path));
    written.map_err(|error| fault(path, &error))
}

fn fault(path: &Path, error: &dyn std::fmt::Display) -> KeyError {
    KeyError::File {
        path: path.display().to_string(),
        reason: error.to_string(),
    }
}
