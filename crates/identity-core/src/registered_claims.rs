//! Checks of the registered claims (RFC 7519, section 4.1), several of which jsonwebtoken does not check.

use std::time::Duration;

use serde_json::Value;

use crate::claims::{CLIENTS, Claims};
use crate::clock::UnixTime;
use crate::refused_kind::kind_of;
use crate::token_error::{Excerpt, TokenError};
use crate::verification_rules::{AudienceRule, SubjectRule, TokenProfile, VerificationRules};
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

/// Returns the client that the token was issued to, by the first of [`CLIENTS`] that it has.
pub(crate) fn client(claims: &Claims) -> Result<Option<&str>, TokenError> {
    let named = CLIENTS.iter().find(|name| claims.contains_key(**name));
    named.map_or(Ok(None), |name| text(claims, name))
}

fn text<'c>(claims: &'c Claims, name: &'static str) -> Result<Option<&'c str>, TokenError> {
    match claims.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(TokenError::InvalidClaimType(name)),
    }
}

/// Checks everything except `iss` and the times: subject, token id, kind of token, audience, client. `is_at_jwt` says
/// whether the token's header has the type `at+jwt`.
pub(crate) fn check(
    claims: &Claims,
    is_at_jwt: bool,
    rules: &VerificationRules,
) -> Result<(), TokenError> {
    check_subject(claims, rules.subject)?;
    check_token_id(claims)?;
    check_profile(claims, rules.profile)?;
    if claims.contains_key("cnf") {
        return Err(TokenError::SenderConstrained);
    }
    if let Some(refused) = rules.refused.iter().find(|refused| refused.matches(claims)) {
        return Err(refused.kind.into());
    }
    if let Some(kind) = kind_of(claims, is_at_jwt) {
        return Err(kind.into());
    }
    rules.marks.iter().try_for_each(|mark| mark.check(claims))?;
    check_audience(claims, &rules.audience)?;
    check_client(claims, rules)
}

/// Checks `exp`, `nbf` and `iat`. A token without `exp` expires at `without_exp`, and is refused if that is `None`.
pub(crate) fn check_times(
    claims: &Claims,
    leeway: Duration,
    now: UnixTime,
    without_exp: Option<UnixTime>,
) -> Result<Times, TokenError> {
    let expires_at = match time(claims, "exp")? {
        Some(exp) if is_alive(exp, now, leeway) => exp,
        Some(_) => return Err(TokenError::Expired),
        None => without_exp.ok_or(TokenError::MissingClaim("exp"))?,
    };
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

fn check_subject(claims: &Claims, rule: SubjectRule) -> Result<(), TokenError> {
    match claims.get("sub") {
        Some(Value::String(subject)) if !subject.is_empty() => Ok(()),
        None if rule == SubjectRule::ClientIfAbsent => match client(claims)? {
            Some(client) if !client.is_empty() => Ok(()),
            _ => Err(TokenError::MissingClaim("sub")),
        },
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
    let audiences = audiences(claims)?;
    let names_one_of = |accepted: &[String]| {
        let mut named = audiences.unwrap_or_default().iter();
        named.any(|audience| accepted.iter().any(|ours| audience == ours))
    };
    let meant_for_us = match rule {
        AudienceRule::Required(accepted) => names_one_of(accepted),
        AudienceRule::RequiredUnless(accepted, exempt) => match audiences {
            Some(_) => names_one_of(accepted),
            None => exempt(claims),
        },
        AudienceRule::Absent => audiences.is_none_or(<[Value]>::is_empty),
    };
    if meant_for_us {
        Ok(())
    } else {
        let named = audiences.unwrap_or_default().iter();
        let named: Vec<_> = named.filter_map(Value::as_str).collect();
        let named = audiences.map(|_| named.join(", "));
        Err(TokenError::InvalidAudience(Excerpt::of_name(
            named.as_deref(),
        )))
    }
}

/// Returns the texts in `aud`, which is a text or a list of texts.
fn audiences(claims: &Claims) -> Result<Option<&[Value]>, TokenError> {
    match claims.get("aud") {
        None => Ok(None),
        Some(text @ Value::String(_)) => Ok(Some(std::slice::from_ref(text))),
        Some(Value::Array(list)) if list.iter().all(Value::is_string) => Ok(Some(list)),
        Some(_) => Err(TokenError::InvalidClaimType("aud")),
    }
}

fn check_client(claims: &Claims, rules: &VerificationRules) -> Result<(), TokenError> {
    if rules.clients.is_empty() && !matches!(rules.audience, AudienceRule::Absent) {
        return Ok(());
    }
    let is_accepted = |client: &&str| rules.clients.iter().any(|accepted| accepted == client);
    let named = [client(claims)?, text(claims, "azp")?];
    let has_none = named == [None, None];
    match named.into_iter().flatten().find(|name| !is_accepted(name)) {
        None if !has_none => Ok(()),
        other => Err(TokenError::InvalidClient(Excerpt::of_name(other))),
    }
}
