//! JSON Web Key Thumbprint, section 3.1; RFC 8037, appendix A.3, for Ed25519.
//!
//! This crate computes no thumbprints: these tests check the type that it parses keys into.

use jsonwebtoken::jwk::{Jwk, ThumbprintHash};
use serde_json::Value;

use crate::rfc_examples::rfc_key::rfc_key;

fn thumbprint(key: Value) -> String {
    let jwk: Jwk = serde_json::from_value(key).unwrap();
    jwk.thumbprint(ThumbprintHash::SHA256).unwrap()
}

#[test]
fn section_3_1_of_an_rsa_key() {
    let expected = "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs";
    let key = rfc_key!("rfc7517-a2");
    assert_eq!(thumbprint(key.public()), expected);
    // Members that are not part of the public key do not matter, including its private part.
    assert_eq!(thumbprint(key.as_printed()), expected);
    assert_eq!(thumbprint(key.published_as("another id")), expected);
    assert_ne!(thumbprint(rfc_key!("rfc7515-a2").public()), expected);
}

#[test]
fn rfc_8037_a3_of_an_ed25519_key() {
    assert_eq!(
        thumbprint(rfc_key!("rfc8037-a1").public()),
        "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
    );
}
