//! The file that keeps the signing keys across restarts.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::algorithm::Algorithm;
use super::error::KeyError;
use super::issuer_keys::{IssuerKeys, KeyStyles};
use super::ring_keys::RingKeys;
use super::signing_key::SigningKey;
use crate::kind::ProviderKind;

/// The open key file: where it is, and what it holds.
pub(crate) struct KeyFile {
    path: PathBuf,
    contents: Mutex<Contents>,
}

type Contents = BTreeMap<ProviderKind, KeptRing>;

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
    alg: Algorithm,
    pkcs8: String,
}

impl KeyFile {
    /// Reads the keys, or makes them and writes the file when there is none.
    pub(crate) fn open(
        path: &Path,
        styles: &KeyStyles,
    ) -> Result<(Arc<Self>, IssuerKeys), KeyError> {
        let (contents, keys) = match fs::read(path) {
            Ok(bytes) => {
                let contents: Contents =
                    serde_json::from_slice(&bytes).map_err(|error| fault(path, &error))?;
                let ring = |kind: ProviderKind| {
                    let missing = || fault(path, &format_args!("no keys of {}", kind.name()));
                    contents.get(&kind).ok_or_else(missing)?.read()
                };
                let rings = styles.iter().map(|(kind, _)| Ok((*kind, ring(*kind)?)));
                let keys = IssuerKeys(rings.collect::<Result<_, KeyError>>()?);
                (contents, keys)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let keys = IssuerKeys::generate(styles)?;
                let rings = keys.0.iter();
                let contents = rings.map(|(kind, keys)| (*kind, KeptRing::of(keys)));
                let contents = contents.collect();
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
        let mut contents = self.contents.lock().unwrap_or_else(PoisonError::into_inner);
        contents.insert(provider, KeptRing::of(keys));
        write(&self.path, &contents)
    }
}

impl KeptRing {
    fn of(keys: &RingKeys) -> Self {
        Self {
            current: KeptKey::of(&keys.current),
            next: keys.next.as_deref().map(KeptKey::of),
            previous: keys.previous.iter().map(|key| KeptKey::of(key)).collect(),
        }
    }

    fn read(&self) -> Result<RingKeys, KeyError> {
        let next = self.next.as_ref().map(KeptKey::read).transpose()?;
        let mut keys = RingKeys::new(self.current.read()?, next);
        let previous = self.previous.iter().map(KeptKey::read);
        keys.previous = previous.collect::<Result<_, _>>()?;
        Ok(keys)
    }
}

impl KeptKey {
    fn of(key: &SigningKey) -> Self {
        Self {
            kid: key.kid().to_owned(),
            alg: key.algorithm(),
            pkcs8: STANDARD.encode(key.pkcs8()),
        }
    }

    fn read(&self) -> Result<Arc<SigningKey>, KeyError> {
        let unreadable = |_| KeyError::Encoding {
            kid: self.kid.clone(),
        };
        let pkcs8 = STANDARD.decode(&self.pkcs8).map_err(unreadable)?;
        SigningKey::from_pkcs8(self.kid.clone(), self.alg, pkcs8).map(Arc::new)
    }
}

/// Writes beside and renames, so that a crash leaves the old file or the new one.
fn write(path: &Path, contents: &Contents) -> Result<(), KeyError> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    let json = serde_json::to_vec_pretty(contents).map_err(|error| fault(path, &error))?;
    let removed = match fs::remove_file(&beside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    };
    let written = removed
        // Made anew, because the mode of a file that is already there would be left as it is.
        .and_then(|()| private().open(&beside))
        .and_then(|mut file| file.write_all(&json).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&beside, path));
    written.map_err(|error| fault(path, &error))
}

/// Options for a new file that only its owner can read; on Windows the folder decides.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

fn fault(path: &Path, error: &dyn std::fmt::Display) -> KeyError {
    KeyError::File {
        path: path.display().to_string(),
        reason: error.to_string(),
    }
}
