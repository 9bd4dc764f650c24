//! Reading and taking apart tokens, without any check.

use anyhow::{Context, Result};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

/// The header and the claims.
pub(crate) fn read(token: &str) -> Result<(Map<String, Value>, Map<String, Value>)> {
    let [header, payload, _] = segments(token)?;
    Ok((object(header)?, object(payload)?))
}

/// The three parts as they stand.
pub(crate) fn segments(token: &str) -> Result<[&str; 3]> {
    let parts: Vec<_> = token.split('.').collect();
    parts
        .try_into()
        .ok()
        .context("a token has three segments, and this one has not")
}

/// A part with this content.
pub(crate) fn segment(content: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(content)
}

fn object(segment: &str) -> Result<Map<String, Value>> {
    Ok(serde_json::from_slice(&URL_SAFE_NO_PAD.decode(segment)?)?)
}
