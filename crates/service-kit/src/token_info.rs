//! What may be said of a token.

use identity_core::Authenticated;
use identity_core::clock::UnixTime;
use serde::Serialize;
use utoipa::ToSchema;

use identity_actix::Bearer;

/// What a token is, without what would let somebody use it.
#[derive(Debug, Serialize, ToSchema)]
pub struct TokenInfo {
    /// In characters.
    #[schema(example = 994)]
    token_length: usize,
    /// The first characters of its header.
    #[schema(example = "eyJhbGciOiJSUzI1NiIs...")]
    token_preview: String,
    /// Seconds since 1970.
    #[schema(example = 1_766_912_798)]
    expires_at: i64,
    /// From now on; not negative.
    #[schema(example = 600)]
    expires_in_seconds: u64,
    /// The id of the key that signed it.
    key_id: String,
}

impl TokenInfo {
    /// What `bearer`, which `caller` was verified by, looks like at the time `now`.
    pub fn of(caller: &Authenticated, bearer: &Bearer, now: UnixTime) -> Self {
        let expires_at = caller.token().expires_at().seconds();
        Self {
            token_length: bearer.as_str().len(),
            token_preview: bearer.preview(),
            // Casts of floats saturate, and a fraction of a second is cut off.
            expires_at: expires_at as i64,
            expires_in_seconds: (expires_at - now.seconds()) as u64,
            key_id: caller.token().key_id().to_owned(),
        }
    }
}
