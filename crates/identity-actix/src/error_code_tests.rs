//! Codes are one closed list, in responses, metrics and logs.

use std::collections::BTreeSet;

use identity_core::verification::{Excerpt, Malformed};
use identity_core::{ClaimsError, Denial, TokenError};

use super::ErrorCode;

#[test]
fn codes_are_distinct_and_plain() {
    let distinct: BTreeSet<_> = ErrorCode::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(distinct.len(), ErrorCode::ALL.len());
    let plain = |code: &str| {
        code.chars()
            .all(|one| one.is_ascii_lowercase() || one == '_')
    };
    assert!(distinct.iter().all(|code| plain(code)), "{distinct:?}");
}

#[test]
fn a_reason_has_the_same_code_in_the_log_and_in_the_answer() {
    let excerpt = || Excerpt::new(None);
    let claims_error = || ClaimsError::unexpected_type("roles", "a list");
    let reasons = [
        TokenError::TooLarge {
            length: 2,
            limit: 1,
        },
        TokenError::Malformed(Malformed::Header),
        TokenError::AlgorithmNotAllowed(excerpt()),
        TokenError::TypeNotAllowed(excerpt()),
        TokenError::CriticalHeader,
        TokenError::EmbeddedKey("jwk"),
        TokenError::MissingKeyId,
        TokenError::KeyNotFound(excerpt()),
        TokenError::InvalidSignature,
        TokenError::InvalidIssuer(excerpt()),
        TokenError::InvalidAudience(excerpt()),
        TokenError::InvalidClient(excerpt()),
        TokenError::InvalidClaimType("exp"),
        TokenError::Claims(claims_error()),
        TokenError::Claims(ClaimsError::refused("banned")),
        TokenError::MissingClaim("exp"),
        TokenError::Expired,
        TokenError::NotYetValid("nbf"),
        TokenError::IdToken,
        TokenError::RefreshToken,
        TokenError::SenderConstrained,
    ];
    for reason in reasons {
        assert_eq!(ErrorCode::from(&reason).as_str(), reason.code(), "{reason}");
    }
}

#[test]
fn a_denial_has_the_same_code_in_the_log_and_in_the_answer() {
    let scopes = Denial::Scopes {
        missing: Vec::new(),
        required: Vec::new(),
    };
    for denial in [
        scopes,
        Denial::Role("r".into()),
        Denial::Permission("p".into()),
        Denial::Other,
    ] {
        assert_eq!(ErrorCode::from(&denial).as_str(), denial.code());
    }
}
