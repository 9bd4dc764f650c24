//! The checks of registered claims (RFC 7519, section 4.1): jsonwebtoken leaves out several of them.

use serde_json::Value;

use crate::claims::Claims;
use crate::clock::UnixTime;
use crate::token_error::{Excerpt, TokenError};
use crate::verification_rules::{AudienceRule, VerificationRules};
use crate::verified_token::Times;

/// `iss` must be a string that is in `accepted`.
pub(crate) fn check_issuer(claims: &Claims, accepted: &[String]) -> Result<(), TokenError> {
    match claims.get("iss") {
        Some(Value::String(issuer)) if accepted.contains(issuer) => Ok(()),
        Some(Value::String(issuer)) => Err(TokenError::InvalidIssuer(Excerpt::new(Some(issuer)))),
        Some(_) => Err(TokenError::InvalidClaimType("iss")),
        None => Err(TokenError::InvalidIssuer(Excerpt::new(None))),
    }
}

/// Everything but `iss`: times, subject, token id, kind, audience.
pub(crate) fn check(
    claims: &Claims,
    rules: &VerificationRules,
    now: UnixTime,
) -> Result<Times, TokenError> {
    let times = check_times(claims, rules, now)?;
    check_subject(claims)?;
    check_token_id(claims)?;
    if claims.contains_key("cnf") {
        return Err(TokenError::SenderConstrained);
    }
    if let Some(refused) = rules.refused.iter().find(|refused| refused.matches(claims)) {
        return Err(refused.kind.into());
    }
    check_audience(claims, &rules.audience)?;
    Ok(times)
}

fn check_times(
    claims: &Claims,
    rules: &VerificationRules,
    now: UnixTime,
) -> Result<Times, TokenError> {
    let (now, leeway) = (now.seconds(), rules.leeway.as_secs_f64());
    let expires_at = time(claims, "exp")?.ok_or(TokenError::MissingClaim("exp"))?;
    // Each comparison asks for what is good: one with a clock that shows no number is false.
    let lives = now < expires_at + leeway;
    if !lives {
        return Err(TokenError::Expired);
    }
    for name in ["nbf", "iat"] {
        let reached = time(claims, name)?.is_none_or(|time| time <= now + leeway);
        if !reached {
            return Err(TokenError::NotYetValid(name));
        }
    }
    let issued_at = time(claims, "iat")?.map(UnixTime::from_seconds);
    Ok(Times {
        expires_at: UnixTime::from_seconds(expires_at),
        issued_at,
    })
}

/// A `NumericDate`: a number, fractions allowed, and nothing else.
fn time(claims: &Claims, name: &'static str) -> Result<Option<f64>, TokenError> {
    match claims.get(name) {
        None => Ok(None),
        Some(Value::Number(number)) => number
            .as_f64()
            .map(Some)
            .ok_or(TokenError::InvalidClaimType(name)),
        Some(_) => Err(TokenError::InvalidClaimType(name)),
    }
}

fn check_subject(claims: &Claims) -> Result<(), TokenError> {
    match claims.get("sub") {
        Some(Value::String(subject)) if !subject.is_empty() => Ok(()),
        Some(Value::String(_)) | None => Err(TokenError::MissingClaim("sub")),
        Some(_) => Err(TokenError::InvalidClaimType("sub")),
    }
}

/// `jti` is a text (RFC 7519, section 4.1.7). Whether it was seen before is not checked.
fn check_token_id(claims: &Claims) -> Result<(), TokenError> {
    match claims.get("jti") {
        Some(Value::String(_)) | None => Ok(()),
        Some(_) => Err(TokenError::InvalidClaimType("jti")),
    }
}

fn check_audience(claims: &Claims, rule: &AudienceRule) -> Result<(), TokenError> {
    let (accepted, may_be_missing) = match rule {
        AudienceRule::Required(accepted) => (accepted, false),
        AudienceRule::RequiredUnless(accepted, exempt) => (accepted, exempt(claims)),
    };
    let named = |audience: &str| accepted.iter().any(|ours| ours == audience);
    let meant_for_us = match claims.get("aud") {
        None => may_be_missing,
        Some(Value::String(audience)) => named(audience),
        Some(Value::Array(audiences)) => {
            let audiences: Option<Vec<_>> = audiences.iter().map(Value::as_str).collect();
            audiences
                .ok_or(TokenError::InvalidClaimType("aud"))?
                .into_iter()
                .any(named)
        }
        Some(_) => return Err(TokenError::InvalidClaimType("aud")),
    };
    if meant_for_us {
        Ok(())
    } else {
        Err(TokenError::InvalidAudience)
    }
}
