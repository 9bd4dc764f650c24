//! The worked examples of the RFCs that this crate implements, each with the result that the RFC gives and the result
//! of our rules.
//!
//! Most of the RFCs' tokens do not meet our rules: they have no `kid`, no `sub`, no `aud`, or a payload that is not
//! JSON. So each example is tested twice: its signature alone, with the key as this crate parses it, and the whole
//! token with [`Verifier`], which reports what is missing. If the RFC has the private key, the same claims are signed
//! again in a form that our rules accept.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first thing that is not as it says; these functions are part of tests"
)]

pub mod issuer;
mod rfc7515;
mod rfc7517;
mod rfc7519;
mod rfc7520;
mod rfc7638;
mod rfc8037;
mod rfc8725;
mod rfc9068;
mod rfc_key;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// RFC 7515, sections A.1 to A.5, and RFC 7519, section 3.1: `{"iss":"joe", "exp":1300819380, ..}`, with its line breaks.
const JOE: &str = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";

/// The expiry of those claims.
const JOE_EXPIRES: f64 = 1_300_819_380.0;

fn decode(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).unwrap()
}

fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
