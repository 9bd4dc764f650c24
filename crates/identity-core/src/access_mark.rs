//! The claims that every access token of a provider has.

use std::borrow::Cow;

use serde_json::Value;

use crate::claims::Claims;
use crate::token_error::{Excerpt, TokenError};

/// A claim that every access token of a provider has, and its other tokens have not (RFC 8725, section 3.12): the
/// opposite of a [`RefusedKind`](crate::verification::RefusedKind). A token without it is refused.
#[derive(Debug, Clone)]
pub struct AccessMark {
    /// The name of the claim.
    pub claim: Cow<'static, str>,
    /// The value of the claim; `None` for any text that is not empty.
    pub value: Option<Cow<'static, str>>,
}

impl AccessMark {
    /// Requires this claim, with any text that is not empty.
    pub fn with_claim(claim: impl Into<Cow<'static, str>>) -> Self {
        Self {
            claim: claim.into(),
            value: None,
        }
    }

    /// Requires this claim with this value.
    pub fn with_value(
        claim: impl Into<Cow<'static, str>>,
        value: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            value: Some(value.into()),
            ..Self::with_claim(claim)
        }
    }

    pub(crate) fn check(&self, claims: &Claims) -> Result<(), TokenError> {
        let found = claims.get(&*self.claim).and_then(Value::as_str);
        let is_marked = match &self.value {
            Some(value) => found == Some(&**value),
            None => found.is_some_and(|text| !text.is_empty()),
        };
        if is_marked {
            return Ok(());
        }
        let what = match &self.value {
            Some(value) => format!("a token whose {} is not {value}", self.claim),
            None => format!("a token without {}", self.claim),
        };
        Err(TokenError::TypeNotAllowed(Excerpt::new(Some(&what))))
    }
}
