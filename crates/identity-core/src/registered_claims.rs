//! Checks of the registered claims (RFC 7519, section 4.1), several of which jsonwebtoken does not check.

use std::time::Duration;

use serde_json::Value;

use crate::claims::Claims;
use crate::clock::UnixTime;
use crate::token_error::{Excerpt, TokenError};
use crate::verification_rules::{AudienceRule, TokenProfile, VerificationRules};
use crate::verified_token::{Times, has_begun, is_alive};

/// Returns `iss`, which must be present and a string.
pub(crate) fn issuer(claims: &Claims) -> Result<&str, TokenError> {
    match claims.get("iss") {
        Some(Value::String(issuer)) => Ok(issuer),
        Some(_) => Err(TokenError::InvalidClaimType("iss")),
        None => Err(TokenError::InvalidIssuer(Excerpt::new(None))),
    }
}

/// Checks that `iss` is in `accepted`.
pub(crate) fn check_issuer(claims: &Claims, accepted: &[String]) -> Result<(), TokenError> {
    let issuer = issuer(claims)?;
    if accepted.iter().any(|accepted| accepted == issuer) {
        Ok(())
    } else {
        Err(TokenError::InvalidIssuer(Excerpt::new(Some(issuer))))
    }
}

/// Checks everything except `iss`: times, subject, token id, kind of token, audience.
pub(crate) fn check(
    claims: &Claims,
    rules: &VerificationRules,
    leeway: Duration,
    now: UnixTime,
) -> Result<Times, TokenError> {
    let times = check_times(claims, leeway, now)?;
    check_subject(claims)?;
    check_token_id(claims)?;
    check_profile(claims, rules.profile)?;
    if claims.contains_key("cnf") {
        return Err(TokenError::SenderConstrained);
    }
    if let Some(refused) = rules.refused.iter().find(|refused| refused.matches(claims)) {
        return Err(refused.kind.into());
    }
    check_audience(claims, &rules.audience)?;
    Ok(times)
}

fn check_times(claims: &Claims, leeway: Duration, now: UnixTime) -> Result<Times, TokenError> {
    let expires_at = time(claims, "exp")?.ok_or(TokenError::MissingClaim("exp"))?;
    if !is_alive(expires_at, now, leeway) {
        return Err(TokenError::Expired);
    }
    let begun = |name: &'static str| {
        let time = time(claims, name)?;
        if time.is_none_or(|time| has_begun(time, now, leeway)) {
            Ok(time)
        } else {
            Err(TokenError::NotYetValid(name))
        }
    };
    Ok(Times {
        expires_at,
        not_before: begun("nbf")?,
        issued_at: begun("iat")?,
    })
}

/// Returns a `NumericDate`: a number, with or without fractions. Other types are an error.
fn time(claims: &Claims, name: &'static str) -> Result<Option<UnixTime>, TokenError> {
    match claims.get(name) {
        None => Ok(None),
        Some(Value::Number(number)) => number
            .as_f64()
            .map(|seconds| Some(UnixTime::from_seconds(seconds)))
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

/// Checks that `jti` is a string (RFC 7519, section 4.1.7). Replay is not checked.
fn check_token_id(claims: &Claims) -> Result<(), TokenError> {
    match claims.get("jti") {
        Some(Value::String(_)) | None => Ok(()),
        Some(_) => Err(TokenError::InvalidClaimType("jti")),
    }
}

/// Checks the claims that the profile requires. The types of `aud`, `iat` and `jti` are checked in every profile.
fn check_profile(claims: &Claims, profile: TokenProfile) -> Result<(), TokenError> {
    if profile == TokenProfile::Basic {
        return Ok(());
    }
    for name in ["aud", "iat", "jti", "client_id"] {
        match claims.get(name) {
            None => return Err(TokenError::MissingClaim(name)),
            Some(Value::String(text)) if text.is_empty() => {
                return Err(TokenError::MissingClaim(name));
            }
            Some(Value::String(_)) => {}
            Some(_) if name == "client_id" => return Err(TokenError::InvalidClaimType(name)),
            Some(_) => {}
        }
    }
    Ok(())
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
            let audiences = audiences.ok_or(TokenError::InvalidClaimType("aud"))?;
            audiences.into_iter().any(named)
        }
        Some(_) => return Err(TokenError::InvalidClaimType("aud")),
    };
    if meant_for_us {
        Ok(())
    } else {
        Err(TokenError::InvalidAudience)
    }
}
