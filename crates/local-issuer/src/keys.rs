//! Signing keys: pairs, the ring of those in use, the hostile ones beside them, and the file that keeps them.

mod algorithm;
mod der;
mod file;
mod hostile;
mod issuer_keys;
mod pair;
mod ring;

pub use algorithm::Algorithm;
pub use hostile::{HostileKey, HostileKeyInfo};
pub use issuer_keys::IssuerKeys;

pub(crate) use file::KeyFile;
pub(crate) use hostile::{Forger, Published, exponent_one_signature};
pub(crate) use issuer_keys::RingKeys;
pub(crate) use pair::SigningKey;
pub(crate) use ring::KeyRing;

/// Why a key could not be made, read, kept or used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The random generator or the key generator failed.
    #[error("could not generate a key")]
    Generate,
    /// A key cannot sign with this algorithm.
    #[error("this key cannot sign with {algorithm}")]
    Unsuitable {
        /// The algorithm that was asked for.
        algorithm: Algorithm,
    },
    /// Signing failed.
    #[error("could not sign")]
    Sign,
    /// A key could not be written in, or read from, its standard form.
    #[error("could not encode or decode key {kid}")]
    Encoding {
        /// The key's id.
        kid: String,
    },
    /// The key set would have more keys than are allowed.
    #[error("expected at most {limit} keys in the key set; take some out, or raise the limit")]
    TooMany {
        /// How many are allowed.
        limit: usize,
    },
    /// The key file could not be read or written.
    #[error("key file {path}: {reason}")]
    File {
        /// Its path.
        path: String,
        /// What went wrong.
        reason: String,
    },
}

impl KeyError {
    /// A stable name for this kind of error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Generate => "key_generation_failed",
            Self::Unsuitable { .. } => "unsuitable_key",
            Self::Sign => "signing_failed",
            Self::Encoding { .. } => "key_encoding_failed",
            Self::TooMany { .. } => "too_many_keys",
            Self::File { .. } => "key_file_failed",
        }
    }
}
