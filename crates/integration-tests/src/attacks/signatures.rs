//! Signatures that are none, or another's (RFC 7515, section 5.2; RFC 7518, section 3).

use local_issuer::Algorithm::{Es256, Rs256};
use local_issuer::SignatureFault::{Extended, LooseBits, Malleable, Padded, Truncated, Zeroed};
use local_issuer::Signer::{Impostor, Unpublished};
use serde_json::json;

use crate::forge::{Row, changed, written};
use crate::refusal::{ALGORITHM, CLAIMS, EMBEDDED, SIGNATURE, SIGNATURE_ENCODING, UNKNOWN_KEY};

const WRONG: &str =
    "RFC 8017, 8.2.2: a signature is as long as the modulus, and is a number below it";
const COVERED: &str =
    "RFC 7515, 5.2: the signature covers the header and the payload as they stand";
const CANONICAL: &str = "RFC 7515, 2: base64url without padding, and one text for one signature";
const FOREIGN: &str = "RFC 8725, 3.8: the key must be the issuer's own";
/// `r` and `s` are zero, in DER.
const DER_ZEROS: [u8; 8] = [0x30, 0x06, 0x02, 0x01, 0x00, 0x02, 0x01, 0x00];

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    changed("zeros", SIGNATURE, WRONG, |m, _| m.signature(Zeroed)),
    changed("one_byte_less", SIGNATURE, WRONG, |m, _| m.signature(Truncated)),
    changed("one_byte_more", SIGNATURE, WRONG, |m, _| m.signature(Extended)),
    changed("with_padding", SIGNATURE_ENCODING, CANONICAL, |m, _| m.signature(Padded)),
    changed("with_loose_bits", SIGNATURE_ENCODING, CANONICAL, |m, _| m.signature(LooseBits)),
    written("a_zero_before_it", SIGNATURE, "CVE-2020-14968, jsrsasign: a signature with zeros before it", |f| f.signature(|s| [vec![0], s].concat())),
    written("of_one_byte", SIGNATURE, WRONG, |f| f.signature(|_| vec![1])),
    written("the_number_one", SIGNATURE, "RFC 8017, 5.2.2: one to any power is one", |f| f.signature(|s| [vec![0; s.len().saturating_sub(1)], vec![1]].concat())),
    written("a_number_above_the_modulus", SIGNATURE, WRONG, |f| f.signature(|s| vec![0xff; s.len()])),
    written("backwards", SIGNATURE, WRONG, |f| f.signature(|s| s.into_iter().rev().collect())),
    written("twice", SIGNATURE, WRONG, |f| f.signature(|s| s.repeat(2))),
    written("of_ten_thousand_bytes", SIGNATURE, WRONG, |f| f.signature(|_| vec![7; 10_000])),
    written("the_first_half", SIGNATURE, WRONG, |f| f.signature(|s| s.get(..s.len() / 2).unwrap_or_default().to_vec())),
    written("in_padding_that_nobody_encrypted", SIGNATURE, "RFC 8017, 9.2: the encoded message in place of the signature", |f| f.signature(|s| [vec![0, 1], vec![0xff; s.len().saturating_sub(35)], vec![0; 33]].concat())),
    written("as_hexadecimal_digits", SIGNATURE, CANONICAL, |f| f.segments(|h, p, s| format!("{h}.{p}.{}", s.bytes().map(|byte| format!("{byte:02x}")).collect::<String>()))),
    written("encoded_twice", SIGNATURE, CANONICAL, |f| f.signature(|s| crate::jwt::segment(s).into_bytes())),
    written("with_an_odd_letter_at_the_end", SIGNATURE_ENCODING, "CVE-2022-25898, jsrsasign: letters that are not of base64url", |f| f.segments(|h, p, s| format!("{h}.{p}.{s}!"))),
    written("with_an_odd_letter_inside", SIGNATURE_ENCODING, "CVE-2022-25898, jsrsasign: letters that are not of base64url", |f| f.segments(|h, p, s| format!("{h}.{p}.{}%0A", s.split_at(10).0))),
    written("of_one_letter", SIGNATURE_ENCODING, CANONICAL, |f| f.segments(|h, p, _| format!("{h}.{p}.A"))),
    written("of_padding_alone", SIGNATURE_ENCODING, CANONICAL, |f| f.segments(|h, p, _| format!("{h}.{p}.="))),

    // ECDSA.
    changed("ecdsa_zeros", ALGORITHM, "CVE-2022-21449, Java: zeros are everybody's ECDSA signature", |m, _| m.signed_by(Impostor(Es256)).signature(Zeroed)),
    changed("ecdsa_zeros_that_say_rs256", SIGNATURE, "CVE-2022-21449, Java: zeros are everybody's ECDSA signature", |m, _| m.signed_by(Impostor(Es256)).signature(Zeroed).header("alg", "RS256")),
    changed("ecdsa_malleable", ALGORITHM, "RFC 8725, 3.2: n - s is a second signature", |m, _| m.signed_by(Impostor(Es256)).signature(Malleable)),
    changed("ecdsa_malleable_that_says_rs256", SIGNATURE, "RFC 8725, 3.2: n - s is a second signature", |m, _| m.signed_by(Impostor(Es256)).signature(Malleable).header("alg", "RS256")),
    changed("ecdsa_zeros_in_der", ALGORITHM, "RFC 7518, 3.4: r and s side by side, and never DER", |m, _| m.header("alg", "ES256").segment(local_issuer::Segment::Signature, crate::jwt::segment(DER_ZEROS))),
    written("ecdsa_zeros_in_der_that_say_rs256", SIGNATURE, "CVE-2020-14966, jsrsasign: DER that is none", |f| f.signature(|_| DER_ZEROS.to_vec())),

    // Of something else.
    written("of_an_expired_token", SIGNATURE, COVERED, |f| { let expired = f.mint()?.expires_in(-60).token()?; Ok(format!("{}.{}", f.segments(|h, p, _| format!("{h}.{p}"))?, last(&expired))) }),
    written("over_an_earlier_end", SIGNATURE, COVERED, |f| f.claims_after_signing(|m| m.expires_in(1_000_000))),
    written("over_another_subject", SIGNATURE, COVERED, |f| f.claims_after_signing(|m| m.claim("sub", "somebody else"))),
    written("over_fewer_claims", SIGNATURE, COVERED, |f| f.claims_after_signing(|m| m.claim("permissions", json!(["admin:access", "users.create"])))),
    written("over_other_white_space", SIGNATURE, COVERED, |f| f.header_after_signing(f.header_and(" "))),
    written("over_a_header_without_typ", SIGNATURE, COVERED, |f| f.header_after_signing(format!(r#"{{"alg":"RS256","kid":"{}"}}"#, f.kid()))),
    written("over_the_payload_alone", SIGNATURE, COVERED, |f| { let alone = f.mint()?.segment(local_issuer::Segment::Header, "").token()?; f.mint()?.segment(local_issuer::Segment::Signature, last(&alone)).token().map_err(Into::into) }),

    // Of another signer.
    written("by_the_other_provider_under_our_kid", SIGNATURE, FOREIGN, |f| Ok(f.signed_by_the_other()?.header("kid", f.kid()).token()?)),
    written("by_the_other_provider_under_its_kid", UNKNOWN_KEY, FOREIGN, |f| Ok(f.signed_by_the_other()?.token()?)),
    written("by_the_other_provider_in_its_name", CLAIMS, FOREIGN, |f| Ok(f.other.mint("admin", local_issuer::TokenKind::Access)?.token()?)),
    changed("by_a_stranger_who_brings_the_key", EMBEDDED, "CVE-2018-0114, node-jose: the key that the token brings", |m, _| m.signed_by(Unpublished(Rs256)).embedding_the_key()),
    changed("by_a_stranger_who_brings_the_key_under_our_kid", EMBEDDED, "CVE-2018-0114, node-jose: the key that the token brings", |m, _| m.signed_by(Impostor(Rs256)).embedding_the_key()),
    changed("by_the_right_key_which_is_brought_too", EMBEDDED, "RFC 8725, 3.10: a token never brings its key", |m, _| m.embedding_the_key()),
];

/// The signature of a token, encoded.
fn last(token: &str) -> &str {
    token.rsplit('.').next().unwrap_or_default()
}
