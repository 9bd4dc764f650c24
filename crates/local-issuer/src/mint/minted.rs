//! A minted token, or why there is none.

use std::fmt;

use serde_json::Value;

use crate::claims::TokenKind;
use crate::keys::KeyError;

/// A token and what can be known about the key that signed it.
#[derive(Clone, serde::Serialize)]
#[non_exhaustive]
pub struct Minted {
    /// The token.
    pub token: String,
    /// The public half of the key, if one signed: to publish it elsewhere, where a token says that its key is.
    pub jwk: Option<Value>,
}

/// Why a token could not be minted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MintError {
    /// There is no persona of this name.
    #[error("no persona is called {0}")]
    UnknownPersona(String),
    /// The provider has no such tokens.
    #[error("the provider has no {kind:?} tokens that are JWTs")]
    NoSuchToken {
        /// What was asked for.
        kind: TokenKind,
    },
    /// There is no such key.
    #[error("no key {0} in the key set")]
    NoSuchKey(String),
    /// A hostile key that cannot sign.
    #[error("nothing can sign with the key {0}")]
    CannotSign(String),
    /// The signature cannot be wrong in this way.
    #[error("{fault}: expected {expected}")]
    Unsuitable {
        /// What was to be wrong with it.
        fault: &'static str,
        /// What can be.
        expected: &'static str,
    },
    /// Making or using a key failed.
    #[error(transparent)]
    Key(#[from] KeyError),
}

impl MintError {
    /// A stable name for this kind of error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownPersona(_) => "unknown_persona",
            Self::NoSuchToken { .. } => "no_such_token",
            Self::NoSuchKey(_) => "no_such_key",
            Self::CannotSign(_) => "cannot_sign",
            Self::Unsuitable { .. } => "unsuitable_signature",
            Self::Key(error) => error.code(),
        }
    }
}

impl fmt::Debug for Minted {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The token is a secret until it expires.
        formatter
            .debug_struct("Minted")
            .field("jwk", &self.jwk)
            .finish_non_exhaustive()
    }
}
