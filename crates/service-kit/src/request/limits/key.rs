//! Who is counted.

use std::fmt::Write;

use aws_lc_rs::digest::{Context, SHA256};

use crate::request::ClientAddress;

/// A client address or a subject, in 128 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Key(u128);

impl Key {
    /// Returns the key of an address.
    pub(super) fn of_address(address: &ClientAddress) -> Self {
        Self(address.network_bits())
    }

    /// Returns the key of a subject: the first half of a SHA-256.
    pub(super) fn of_subject(issuer: &str, subject: &str) -> Self {
        let mut digest = Context::new(&SHA256);
        digest.update(&issuer.len().to_be_bytes());
        digest.update(issuer.as_bytes());
        digest.update(subject.as_bytes());
        Self(half(digest))
    }

    /// Returns the key in the store. It is hashed together with the service and the limit, so that neither who is counted nor
    /// that they are the same as elsewhere can be read there. All addresses of IPv4 can be tried, though.
    pub(super) fn stored(self, prefix: &str, service: &str, limit: &str) -> String {
        let mut digest = Context::new(&SHA256);
        for part in [service, "\0", limit, "\0"] {
            digest.update(part.as_bytes());
        }
        digest.update(&self.0.to_be_bytes());
        let mut key = String::with_capacity(prefix.len() + limit.len() + 34);
        // Writing to a `String` cannot fail.
        let _ = write!(key, "{prefix}:{limit}:{:032x}", half(digest));
        key
    }
}

fn half(digest: Context) -> u128 {
    let digest = digest.finish();
    let (half, _) = digest.as_ref().split_at(16);
    half.iter()
        .fold(0, |bits, byte| bits << 8 | u128::from(*byte))
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::Key;
    use crate::request::ClientAddress;

    #[test]
    fn a_subject_is_one_with_its_issuer() {
        let key = Key::of_subject("https://id.example.com/", "ada");
        assert_eq!(key, Key::of_subject("https://id.example.com/", "ada"));
        assert_ne!(key, Key::of_subject("https://id.example.com/", "bob"));
        assert_ne!(key, Key::of_subject("https://id.example.org/", "ada"));
        assert_ne!(key, Key::of_subject("https://id.example.com/a", "da"));
    }

    #[test]
    fn an_address_is_one_with_its_network() {
        let key = |text: &str| {
            let address: IpAddr = text.parse().unwrap();
            Key::of_address(&ClientAddress::at(address))
        };
        assert_eq!(key("2001:db8::1"), key("2001:db8::ffff:1"));
        assert_ne!(key("2001:db8::1"), key("2001:db8:0:1::1"));
        assert_eq!(key("192.0.2.1"), key("::ffff:192.0.2.1"));
        assert_ne!(key("192.0.2.1"), key("192.0.2.2"));
    }

    #[test]
    fn a_stored_key_tells_nothing_and_is_of_one_service_and_limit() {
        let key = Key::of_subject("https://id.example.com/", "ada");
        let stored = key.stored("an-api", "an-api", "subject-read");
        let (name, hash) = stored.rsplit_once(':').unwrap();
        assert_eq!(name, "an-api:subject-read");
        assert!(hash.len() == 32 && hash.bytes().all(|one| one.is_ascii_hexdigit()));
        assert!(!key.stored("x", "b-api", "subject-read").contains(hash));
        assert!(!key.stored("x", "an-api", "subject-change").contains(hash));
    }
}
