//! Signing keys: pairs, the ring of those in use, the hostile ones beside them, and the file that keeps them.

mod algorithm;
mod error;
mod file;
mod forger;
mod hostile;
mod issuer_keys;
mod ring;
mod ring_keys;
mod signing_key;
mod style;

pub use algorithm::Algorithm;
pub use error::KeyError;
pub use hostile::{HostileCase, HostileKey, Verdict};
pub use issuer_keys::IssuerKeys;
pub use ring_keys::HostileKeyInfo;

pub(crate) use file::KeyFile;
pub(crate) use forger::Forger;
pub(crate) use issuer_keys::KeyStyles;
pub(crate) use ring::KeyRing;
pub(crate) use signing_key::SigningKey;
pub(crate) use style::KeyStyle;
