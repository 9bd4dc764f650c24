//! Signatures that are wrong in one way.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE;
use serde::{Deserialize, Serialize};

use super::minted::MintError;
use crate::jwt;
use crate::keys::Algorithm;

/// The orders of the curves, [FIPS 186-5](https://csrc.nist.gov/pubs/fips/186-5/final), SP 800-186, 3.2.1.
const P256_ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
];
const P384_ORDER: [u8; 48] = [
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xc7, 0x63, 0x4d, 0x81, 0xf4, 0x37, 0x2d, 0xdf,
    0x58, 0x1a, 0x0d, 0xb2, 0x48, 0xb0, 0xa7, 0x7a, 0xec, 0xec, 0x19, 0x6a, 0xcc, 0xc5, 0x29, 0x73,
];
const UNEVEN: &str = "a signature whose length is no multiple of 3";
const BASE64URL: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// What is wrong with a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SignatureFault {
    /// One bit of it is another.
    Corrupted,
    /// It is empty.
    Empty,
    /// As long as it should be, and all zeros; some implementations of ECDSA accepted that for any message.
    Zeroed,
    /// Its last byte is missing.
    Truncated,
    /// It has one byte more.
    Extended,
    /// The other signature of the same message that ECDSA allows (`s` becomes the order minus `s`). It verifies: another token, just as good.
    Malleable,
    /// The same bytes, written with padding, which [RFC 7515](https://www.rfc-editor.org/rfc/rfc7515#section-2) forbids.
    Padded,
    /// The same bytes, but the bits of the last letter that mean nothing are set: another text for the same signature.
    LooseBits,
}

impl SignatureFault {
    /// The segment that a signature becomes.
    pub(super) fn apply(
        self,
        mut signature: Vec<u8>,
        algorithm: Option<Algorithm>,
    ) -> Result<String, MintError> {
        match self {
            Self::Corrupted => {
                if let Some(first) = signature.first_mut() {
                    *first ^= 1;
                }
            }
            Self::Empty => signature.clear(),
            Self::Zeroed => signature.fill(0),
            Self::Truncated => drop(signature.pop()),
            Self::Extended => signature.push(0),
            Self::Malleable => {
                let order: &[u8] = match algorithm {
                    Some(Algorithm::Es256) => &P256_ORDER,
                    Some(Algorithm::Es384) => &P384_ORDER,
                    _ => return Err(unsuitable("malleable", "a signature with ES256 or ES384")),
                };
                let s = signature.len() / 2;
                negate(signature.get_mut(s..).unwrap_or_default(), order);
            }
            Self::Padded if signature.len().is_multiple_of(3) => {
                return Err(unsuitable("padded", UNEVEN));
            }
            Self::Padded => return Ok(URL_SAFE.encode(&signature)),
            Self::LooseBits => {
                let text = loose_bits(&signature);
                return text.ok_or_else(|| unsuitable("loose_bits", UNEVEN));
            }
        }
        Ok(jwt::segment(&signature))
    }
}

/// `order - number`, in place of the number; both are big-endian and equally long.
fn negate(number: &mut [u8], order: &[u8]) {
    let mut borrowed = false;
    for (digit, order) in number.iter_mut().zip(order).rev() {
        let (difference, first) = order.overflowing_sub(*digit);
        let (difference, second) = difference.overflowing_sub(u8::from(borrowed));
        *digit = difference;
        borrowed = first || second;
    }
}

fn loose_bits(signature: &[u8]) -> Option<String> {
    let mut text = jwt::segment(signature);
    let spare = match signature.len() % 3 {
        0 => return None,
        1 => 0b1111,
        _ => 0b11,
    };
    let last = text.pop()?;
    let place = BASE64URL
        .iter()
        .position(|letter| char::from(*letter) == last)?;
    text.push(char::from(*BASE64URL.get(place | spare)?));
    Some(text)
}

fn unsuitable(fault: &'static str, expected: &'static str) -> MintError {
    MintError::Unsuitable { fault, expected }
}
