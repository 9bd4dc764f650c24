//! A description of a token that is safe to show.

use identity_core::Authenticated;
use identity_core::clock::UnixTime;
use serde::Serialize;
use utoipa::ToSchema;

use identity_actix::Bearer;

/// A description of a token without the parts that would let someone use it.
#[derive(Debug, Serialize, ToSchema)]
pub struct TokenInfo {
    /// Length in characters.
    #[schema(example = 994)]
    token_length: usize,
    /// The first characters of its header.
    #[schema(example = "eyJhbGciOiJSUzI1NiIs...")]
    token_preview: String,
    /// Expiry, in seconds since 1970.
    #[schema(example = 1_766_912_798)]
    expires_at: i64,
    /// Seconds until it expires; never negative.
    #[schema(example = 600)]
    expires_in_seconds: u64,
    /// The id of the key that it is signed with.
    key_id: String,
}

impl TokenInfo {
    /// Returns the description, at the time `now`, of `bearer`, the token that `caller` was verified with.
    pub fn of(caller: &Authenticated, bearer: &Bearer, now: UnixTime) -> Self {
        let expires_at = caller.token().expires_at().seconds();
        Self {
            token_length: bearer.as_str().len(),
            token_preview: bearer.preview(),
            // Casts of floats saturate and truncate.
            expires_at: expires_at as i64,
            expires_in_seconds: (expires_at - now.seconds()) as u64,
            key_id: caller.token().key_id().to_owned(),
        }
    }
}
