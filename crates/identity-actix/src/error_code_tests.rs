//! Codes are one closed list, in responses, metrics and logs.

use std::collections::BTreeSet;
use std::time::Duration;

use identity_core::introspection::{IntrospectionError, IntrospectionFault};
use identity_core::keys::{KeyError, KeyFault};
use identity_core::verification::{Excerpt, Malformed};
use identity_core::{ClaimsError, Denial, TokenError, VerifyError};

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
        TokenError::Claims(ClaimsError::UnknownOrganization),
        TokenError::MissingClaim("exp"),
        TokenError::Expired,
        TokenError::Inactive,
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
fn what_is_unavailable_has_the_same_code_in_the_log_and_in_the_answer() {
    let retry_after = Duration::from_secs(1);
    let (keys, tokens) = (
        KeyFault::TooManyWaiting(1),
        IntrospectionFault::TooManyWaiting(1),
    );
    let keys = KeyError {
        fault: keys,
        retry_after,
    };
    let introspection = IntrospectionError {
        fault: tokens,
        retry_after,
    };
    for (error, expected) in [
        (VerifyError::from(keys), ErrorCode::KeysUnavailable),
        (
            VerifyError::from(introspection),
            ErrorCode::IntrospectionUnavailable,
        ),
    ] {
        let code = ErrorCode::from(&error);
        assert_eq!(code, expected);
        assert_eq!(code.as_str(), error.code(), "{error}");
    }
}

#[test]
fn a_denial_has_the_same_code_in_the_log_and_in_the_answer() {
    let scopes = Denial::Scopes {
        missing: Vec::new(),
        required: Vec::new(),
    };
    let step_up = Denial::StepUp {
        acr_values: Vec::new(),
        max_age: None,
    };
    for denial in [
        scopes,
        step_up,
        Denial::NotAMember,
        Denial::TenantRole("r".into()),
        Denial::TenantPermission("p".into()),
        Denial::Requires("a".to_owned()),
        Denial::Role("r".into()),
        Denial::Permission("p".into()),
        Denial::Other,
    ] {
        assert_eq!(ErrorCode::from(&denial).as_str(), denial.code());
    }
}
