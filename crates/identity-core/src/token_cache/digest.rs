//! What a token is known by.

use aws_lc_rs::digest::{SHA256, SHA256_OUTPUT_LEN, digest};

/// The SHA-256 of a token, as it came. Two tokens with the same one cannot be made, so it stands for the token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TokenDigest([u8; SHA256_OUTPUT_LEN]);

impl TokenDigest {
    /// The digest of the whole token, signature and all.
    pub(crate) fn of(token: &str) -> Self {
        let mut bytes = [0; SHA256_OUTPUT_LEN];
        bytes.copy_from_slice(digest(&SHA256, token.as_bytes()).as_ref());
        Self(bytes)
    }

    /// A digest for a number: the same in each run.
    #[cfg(test)]
    pub(super) fn numbered(number: usize) -> Self {
        Self::of(&number.to_string())
    }

    /// Its first eight bytes, which say where to look. Whether two digests are the same is not decided by them.
    pub(super) fn beginning(&self) -> u64 {
        let [a, b, c, d, e, f, g, h, ..] = self.0;
        u64::from_ne_bytes([a, b, c, d, e, f, g, h])
    }
}
