//! A pasted token: what it says, and whether it is good.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::provider::Provider;

/// What is known of a token.
pub(super) struct Inspected {
    pub(super) good: bool,
    /// Verified, or why not.
    pub(super) verdict: String,
    pub(super) header: String,
    pub(super) claims: String,
    /// The times among the claims, in words.
    pub(super) times: Vec<(&'static str, String)>,
}

/// Reads a token, and checks its signature and its times by the provider's keys and clock. Whom it is for is not checked.
pub(super) fn inspect(provider: &Provider, text: &str) -> Inspected {
    let text = text.trim();
    let token = text
        .split_once(' ')
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map_or(text, |(_, token)| token.trim());
    let segments: Vec<_> = token.split('.').collect();
    let read = |index: usize| segments.get(index).and_then(|segment| object(segment));
    let (header, claims) = (read(0), read(1));
    let checked = match (&*segments, &header, &claims) {
        ([_, _, signature], Some(header), Some(claims)) => {
            let signed = token.rsplit_once('.').map_or("", |(signed, _)| signed);
            check_signature(provider, header, signed, signature)
                .and_then(|known| check_times(provider, claims).map(|()| known))
        }
        ([_, _, _], None, _) => Err("Not a JWT: the header cannot be read.".to_owned()),
        ([_, _, _], _, None) => Err("Not a JWT: the claims cannot be read.".to_owned()),
        _ => Err("Not a JWT: expected three parts with dots between them.".to_owned()),
    };
    let times = claims.as_ref().map(times).unwrap_or_default();
    Inspected {
        good: checked.is_ok(),
        verdict: checked.unwrap_or_else(|fault| fault),
        header: pretty(header),
        claims: pretty(claims),
        times,
    }
}

fn check_signature(
    provider: &Provider,
    header: &Map<String, Value>,
    signed: &str,
    signature: &str,
) -> Result<String, String> {
    let kid = header.get("kid").and_then(Value::as_str);
    let kid = kid.ok_or("Not verified: the header has no kid.")?;
    let keys = provider.keys.snapshot();
    let withdrawn = provider.keys.find_withdrawn(kid);
    let is_published = withdrawn.is_none() && !keys.withheld.contains(kid);
    let key = provider.keys.find(kid).or(withdrawn);
    let key = key.ok_or("Not verified: its key is none of this provider's.")?;
    let algorithm = key.algorithm().name();
    if header.get("alg").and_then(Value::as_str) != Some(algorithm) {
        return Err(format!("Not verified: its key is for {algorithm}."));
    }
    if !key.verifies(signed.as_bytes(), signature) {
        return Err("Not verified: the signature is wrong.".to_owned());
    }
    if !is_published {
        return Err("Not verified: its key is no longer in the key set, or withheld.".to_owned());
    }
    Ok("Verified: the signature is right, and it has not expired.".to_owned())
}

fn check_times(provider: &Provider, claims: &Map<String, Value>) -> Result<(), String> {
    let now = provider.clock.now();
    let at = |name: &str| claims.get(name).and_then(Value::as_f64);
    let is_after = |time: f64| time > now as f64;
    match at("exp") {
        None => return Err("Not valid: it has no exp.".to_owned()),
        Some(expiry) if !is_after(expiry) => {
            return Err("Not valid: the signature is right, but it has expired.".to_owned());
        }
        Some(_) => {}
    }
    match at("nbf").is_some_and(is_after) || at("iat").is_some_and(is_after) {
        true => Err("Not valid yet: the signature is right.".to_owned()),
        false => Ok(()),
    }
}

fn times(claims: &Map<String, Value>) -> Vec<(&'static str, String)> {
    let each = [
        ("iat", "Issued"),
        ("nbf", "Not before"),
        ("exp", "Expires"),
        ("auth_time", "Signed in"),
    ];
    let written = |name: &str| {
        let time = OffsetDateTime::from_unix_timestamp(claims.get(name)?.as_i64()?).ok()?;
        time.format(&Rfc3339).ok()
    };
    let told = each
        .into_iter()
        .filter_map(|(name, word)| Some((word, written(name)?)));
    told.collect()
}

fn object(segment: &str) -> Option<Map<String, Value>> {
    let bytes = URL_SAFE_NO_PAD.decode(segment).ok()?;
    serde_json::from_slice(&bytes).ok()
}

fn pretty(object: Option<Map<String, Value>>) -> String {
    let object = object.map(Value::Object);
    object.map_or_else(String::new, |object| format!("{object:#}"))
}
