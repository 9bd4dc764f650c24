//! The key of a cache entry.

use std::hash::{Hash, Hasher};

use aws_lc_rs::digest::{SHA256, SHA256_OUTPUT_LEN, digest};

/// The SHA-256 of a token. It identifies the token, because SHA-256 is collision-resistant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TokenDigest {
    sha256: [u8; SHA256_OUTPUT_LEN],
    /// The token's length in bytes.
    length: usize,
}

impl TokenDigest {
    /// The memory of an entry besides its claims and rights, in bytes: the structures, the overhead of the allocator,
    /// and the slots in the cache and the doorkeeper.
    pub(super) const OVERHEAD: usize = 1024;

    /// Returns the digest of the whole token, including the signature.
    pub(crate) fn of(token: &str) -> Self {
        let mut sha256 = [0; SHA256_OUTPUT_LEN];
        sha256.copy_from_slice(digest(&SHA256, token.as_bytes()).as_ref());
        Self {
            sha256,
            length: token.len(),
        }
    }

    /// Returns a digest for a number: the same in each run.
    #[cfg(test)]
    pub(super) fn numbered(number: usize) -> Self {
        Self::of(&number.to_string())
    }

    /// Like [`numbered`](Self::numbered), but all digests have the same beginning.
    #[cfg(test)]
    pub(super) fn colliding(number: usize) -> Self {
        let mut digest = Self::numbered(number);
        digest.sha256[..8].fill(7);
        digest
    }

    /// Returns the estimated memory of a verified token. Decoded claims take up three to four times their text, in the token and
    /// once more in the principal; five times with the feature `preserve_order` of serde_json.
    pub(super) fn bytes(&self) -> usize {
        Self::OVERHEAD + 5 * self.length
    }

    /// Returns the first eight bytes, which select a slot. They do not decide whether two digests are equal.
    pub(super) fn beginning(&self) -> u64 {
        let [a, b, c, d, e, f, g, h, ..] = self.sha256;
        u64::from_ne_bytes([a, b, c, d, e, f, g, h])
    }
}

impl Hash for TokenDigest {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.beginning());
    }
}
