//! The compact form of a JWS, [RFC 7515, 7.1](https://www.rfc-editor.org/rfc/rfc7515#section-7.1).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

/// One segment.
pub(crate) fn segment(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Header and payload, as they are signed.
pub(crate) fn signing_input(header: &Value, payload: &Value) -> String {
    format!(
        "{}.{}",
        segment(header.to_string().as_bytes()),
        segment(payload.to_string().as_bytes())
    )
}

/// The whole token.
pub(crate) fn with_signature(signing_input: String, signature: &[u8]) -> String {
    format!("{signing_input}.{}", segment(signature))
}
