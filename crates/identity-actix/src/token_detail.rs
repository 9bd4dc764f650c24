//! What a client is told about a token that was rejected.

use identity_core::{ClaimsError, TokenError};

/// Returns the description of a token error for the client. Errors whose details would help to forge a token share one
/// sentence.
pub(crate) fn detail_of(error: &TokenError) -> String {
    match error {
        TokenError::Malformed(malformed) => format!("Unable to validate token: {}", malformed),
        TokenError::TooLarge { limit, .. } => format!("The token is larger than {limit} bytes"),
        TokenError::Expired => "Token has expired".to_owned(),
        TokenError::Inactive => "The token is not active".to_owned(),
        TokenError::NotYetValid(_) => "Token is not yet valid".to_owned(),
        TokenError::KeyNotFound(_) => "Unable to find appropriate key".to_owned(),
        TokenError::Claims(ClaimsError::UnknownOrganization) => {
            "The token is for an organization that is not accepted here".to_owned()
        }
        TokenError::InvalidIssuer(_)
        | TokenError::InvalidAudience(_)
        | TokenError::InvalidClient(_) => {
            "Invalid claims. Please check the audience and issuer.".to_owned()
        }
        _ => "Unable to validate token".to_owned(),
    }
}
