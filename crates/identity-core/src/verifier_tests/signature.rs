//! Signatures, and attempts to pass without a valid one.

use serde_json::json;

use super::{good, of_algorithms, parts, refusal, signed_with, usual, with};
use crate::TokenError;
use crate::testing::{StaticKeys, TestKey};
use crate::verification::{Algorithm, Malformed};

#[tokio::test]
async fn a_signature_that_is_not_the_keys_is_refused() {
    use Algorithm::{ES256, ES384, EdDSA, PS256, RS256};
    for algorithm in [RS256, PS256, ES256, ES384, EdDSA] {
        let key = TestKey::fresh("k", algorithm);
        let verifier = of_algorithms(&[algorithm], StaticKeys::of(&[&key]));
        let token = key.token(&good());
        let (input, signature) = parts(&token);
        let length = signature.len();
        let flipped = |index: usize| {
            let mut signature = signature.clone();
            signature[index] ^= 1;
            signature
        };
        let others = key.token(&with("sub", json!("U2")));
        let rows = [
            ("no signature", Vec::new()),
            ("the first bit flipped", flipped(0)),
            ("a bit in the middle flipped", flipped(length / 2)),
            ("the last bit flipped", flipped(length - 1)),
            ("one byte too few", signature[..length - 1].to_vec()),
            (
                "a zero too many at the end",
                [&signature[..], &[0]].concat(),
            ),
            (
                "a zero too many at the start",
                [&[0], &signature[..]].concat(),
            ),
            ("half of it", signature[..length / 2].to_vec()),
            ("twice", signature.repeat(2)),
            ("all zero", vec![0; length]),
            ("all ones", vec![0xff; length]),
            ("that of another token", parts(&others).1),
            (
                "that of another key",
                parts(&TestKey::fresh("k", algorithm).token(&good())).1,
            ),
        ];
        for (sentence, signature) in rows {
            let sentence = format!("{algorithm:?}: {sentence}");
            let refused = refusal(&verifier, &sentence, &signed_with(input, &signature)).await;
            assert_eq!(refused, TokenError::InvalidSignature, "{sentence}");
        }
        assert_eq!(
            verifier.verify(&token).await.unwrap().subject(),
            "U1",
            "{algorithm:?}"
        );
    }
}

#[tokio::test]
async fn a_signature_has_one_text() {
    let token = TestKey::fixed().token(&good());
    let (input, signature) = token.rsplit_once('.').unwrap();
    // In a signature of 256 bytes, four bits of the last character are unused.
    let last = signature.chars().last().unwrap();
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let next = alphabet
        .chars()
        .nth(alphabet.find(last).unwrap() + 1)
        .unwrap();
    let rows = [
        ("padding", format!("{signature}==")),
        ("the other alphabet", format!("+/{}", &signature[2..])),
        ("a space", format!("{signature} ")),
        (
            "unused bits that are set",
            format!("{}{next}", &signature[..signature.len() - 1]),
        ),
        ("a length that no bytes have", format!("{signature}AAA")),
        ("a letter of no alphabet", format!("é{signature}")),
    ];
    for (sentence, signature) in rows {
        let refused = refusal(&usual(), sentence, &format!("{input}.{signature}")).await;
        assert_eq!(
            refused,
            TokenError::Malformed(Malformed::SignatureEncoding),
            "{sentence}"
        );
    }
}

#[tokio::test]
async fn an_ecdsa_signature_with_a_zero_half_or_in_der_is_refused() {
    let key = TestKey::fresh("k", Algorithm::ES256);
    let verifier = of_algorithms(&[Algorithm::ES256], StaticKeys::of(&[&key]));
    let token = key.token(&good());
    let (input, signature) = parts(&token);
    let (r, s) = signature.split_at(32);
    let order = [
        0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc,
        0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
    ];
    let der = [&[0x30, 0x46, 0x02, 0x21, 0][..], r, &[0x02, 0x21, 0], s].concat();
    let rows = [
        ("r and s zero", vec![0; 64]),
        ("r zero", [&[0; 32], s].concat()),
        ("s zero", [r, &[0; 32]].concat()),
        ("r and s the order of the curve", [order, order].concat()),
        ("DER", der),
    ];
    for (sentence, signature) in rows {
        let refused = refusal(&verifier, sentence, &signed_with(input, &signature)).await;
        assert_eq!(refused, TokenError::InvalidSignature, "{sentence}");
    }
}

#[tokio::test]
async fn the_signature_is_checked_before_the_claims_are_talked_about() {
    let mallory = TestKey::fixed().named("fixed", Algorithm::RS384);
    for claims in [
        with("exp", json!(0)),
        with("aud", json!(5)),
        with("sub", json!("")),
        with("cnf", json!({})),
    ] {
        let token = mallory.token_with_header(&json!({"alg": "RS256", "kid": "fixed"}), &claims);
        assert_eq!(
            refusal(&usual(), "forged", &token).await,
            TokenError::InvalidSignature,
            "{claims}"
        );
    }
}
