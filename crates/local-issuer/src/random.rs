//! Random names.

use aws_lc_rs::rand;

use crate::keys::KeyError;

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const NANOID: &[u8; 64] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-";

const CONSONANTS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";

/// Letters and digits, as in Descope's ids.
pub(crate) fn alphanumeric(length: usize) -> Result<String, KeyError> {
    draw(BASE62, length)
}

/// The alphabet of nanoid, as in Auth0's key ids.
pub(crate) fn nanoid(length: usize) -> Result<String, KeyError> {
    draw(NANOID, length)
}

/// Eight consonants for a person to type: no word, and none that looks like a digit
/// ([RFC 8628, 6.1](https://www.rfc-editor.org/rfc/rfc8628#section-6.1)).
pub(crate) fn user_code() -> Result<String, KeyError> {
    let (start, end) = (draw(CONSONANTS, 4)?, draw(CONSONANTS, 4)?);
    Ok(format!("{start}-{end}"))
}

/// Decimal digits.
pub(crate) fn digits(length: usize) -> Result<String, KeyError> {
    draw(b"0123456789", length)
}

/// Random bytes.
pub(crate) fn bytes(length: usize) -> Result<Vec<u8>, KeyError> {
    let mut bytes = vec![0; length];
    rand::fill(&mut bytes).map_err(|_| KeyError::Generate)?;
    Ok(bytes)
}

fn draw(alphabet: &[u8], length: usize) -> Result<String, KeyError> {
    let bytes = bytes(length)?;
    // The slight bias of the remainder does not matter for a name.
    let pick = |byte: &u8| alphabet.get(usize::from(*byte) % alphabet.len());
    let letters = bytes.iter().filter_map(pick);
    Ok(letters.copied().map(char::from).collect())
}
