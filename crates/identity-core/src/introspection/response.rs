//! The response of an introspection endpoint (RFC 7662, section 2.2).

use serde_json::Value;

use crate::claims::Claims;
use crate::json;
use crate::token_error::{Excerpt, TokenError};
use crate::verification_rules::{SubjectRule, VerificationRules};

/// What the issuer says about a token.
pub(crate) enum Response {
    /// The token is active, and grants this.
    Active {
        claims: Claims,
        /// The length of the response, in bytes.
        length: usize,
    },
    /// The token is not active, unknown, or not for this client.
    Inactive,
}

/// The types of a token that is sent as a plain bearer. Some issuers write its kind instead of its type.
const BEARER_TYPES: [&str; 2] = ["bearer", "access_token"];

/// The types of a token that is bound to a key of its holder.
const BOUND_TYPES: [&str; 3] = ["dpop", "pop", "mac"];

/// Parses a response. A member that is `null` counts as absent. Errors: what is wrong; nothing of the response is
/// repeated.
pub(super) fn read(body: &[u8]) -> Result<Response, String> {
    let mut claims = json::object(body).map_err(|error| json::reason(&error))?;
    claims.retain(|_, value| !value.is_null());
    match claims.get("active") {
        Some(Value::Bool(true)) => Ok(Response::Active {
            claims,
            length: body.len(),
        }),
        Some(Value::Bool(false)) => Ok(Response::Inactive),
        Some(_) => Err("active is not true or false".to_owned()),
        None => Err("it has no member active".to_owned()),
    }
}

/// Fills in what a JWT of the issuer would have: `iss`, and with `username_as_subject` a missing `sub`.
///
/// Errors: there is a user, but no subject, which must not be the client.
pub(crate) fn complete(
    mut claims: Claims,
    rules: &VerificationRules,
    username_as_subject: bool,
) -> Result<Claims, TokenError> {
    if let (None, Some(issuer)) = (claims.get("iss"), rules.issuers.first()) {
        claims.insert("iss".to_owned(), issuer.clone().into());
    }
    if let (None, Some(username)) = (claims.get("sub"), claims.get("username").cloned()) {
        if username_as_subject {
            claims.insert("sub".to_owned(), username);
        } else if rules.subject == SubjectRule::ClientIfAbsent {
            return Err(TokenError::MissingClaim("sub"));
        }
    }
    Ok(claims)
}

/// Checks that the token is a bearer token (RFC 6749, section 7.1), if the response says which type it has.
pub(crate) fn check_token_type(claims: &Claims) -> Result<(), TokenError> {
    let Some(value) = claims.get("token_type") else {
        return Ok(());
    };
    let name = value
        .as_str()
        .ok_or(TokenError::InvalidClaimType("token_type"))?;
    let is_one_of = |types: &[&str]| types.iter().any(|one| name.eq_ignore_ascii_case(one));
    if is_one_of(&BEARER_TYPES) {
        Ok(())
    } else if is_one_of(&BOUND_TYPES) {
        Err(TokenError::SenderConstrained)
    } else {
        Err(TokenError::TypeNotAllowed(Excerpt::new(Some(name))))
    }
}
