//! What a token is known by.

use std::hash::{BuildHasher, Hash, Hasher};

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
}

impl Hash for TokenDigest {
    /// Its beginning is as good a hash as any: it is a hash already. Whether two are the same is not decided by this.
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        let [a, b, c, d, e, f, g, h, ..] = self.0;
        hasher.write_u64(u64::from_ne_bytes([a, b, c, d, e, f, g, h]));
    }
}

/// Takes the number that it is given.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DigestHasher;

/// The number.
#[derive(Debug, Default)]
pub(crate) struct Beginning(u64);

impl BuildHasher for DigestHasher {
    type Hasher = Beginning;

    fn build_hasher(&self) -> Beginning {
        Beginning::default()
    }
}

impl Hasher for Beginning {
    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
