//! Random names.

use aws_lc_rs::rand;

use crate::keys::KeyError;

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const NANOID: &[u8; 64] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-";

/// Letters and digits, as in Descope's ids.
pub(crate) fn alphanumeric(length: usize) -> Result<String, KeyError> {
    draw(BASE62, length)
}

/// The alphabet of nanoid, as in Auth0's key ids.
pub(crate) fn nanoid(length: usize) -> Result<String, KeyError> {
    draw(NANOID, length)
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
