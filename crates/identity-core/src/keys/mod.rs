//! Keys that verify an issuer's tokens, and their sources.

mod error;
mod key;
mod key_set;
mod none;
mod parsed;
mod remote;
mod source;

pub use error::{KeyError, KeyFault, KeyLookupError, KeySetError};
pub(crate) use key::KeyMaterial;
pub use key::{KeyRejection, VerificationKey};
pub use key_set::{KeySet, SkippedKey, UnnamedKeys};
pub use none::NoKeys;
pub use remote::{KeyAddress, KeyRefresh, RemoteKeys, RemoteKeysConfig};
pub use source::{IssuerStatus, KeySource, KeyStatus, KeysFuture, NewerKeys};
