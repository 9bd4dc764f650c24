//! Why a key could not be made, read, kept or used.

use super::algorithm::Algorithm;

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
            Self::Encoding { .. } => "key_encoding_failed",
            Self::TooMany { .. } => "too_many_keys",
            Self::File { .. } => "key_file_failed",
        }
    }
}
