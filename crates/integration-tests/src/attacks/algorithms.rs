//! The algorithm that a token says, and the one that made its signature (RFC 8725, sections 2.1, 3.1 and 3.2).

use local_issuer::Algorithm::{EdDsa, Es256, Es384, Ps256, Ps384, Rs384, Rs512};
use local_issuer::PublicKeyForm::{Jwk, Modulus, ModulusBytes, Pem, PemWithoutNewline};
use local_issuer::Signer::{Impostor, PublicKeyAsSecret, Secret, Unsigned};
use serde_json::json;

use crate::forge::{Row, changed, written};
use crate::refusal::{ALGORITHM, HEADER, SIGNATURE};

const SPELLING: &str = "RFC 7515, 4.1.1: alg is compared as it is, with regard to case";
const UNSIGNED: &str = "RFC 8725, 2.1: an unsigned token";
const CONFUSED: &str = "RFC 8725, 3.1: the key is for one algorithm, whatever the token says";
const WEAK: &str = "RFC 8725, 3.5: a secret that can be guessed";

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    // none
    changed("none_over_a_good_signature", ALGORITHM, "CVE-2022-23540, jsonwebtoken: none where it was not configured", |m, _| m.header("alg", "none")),
    changed("none_without_kid_and_typ", ALGORITHM, "CVE-2018-1000531, prime-jwt: none", |m, _| m.signed_by(Unsigned).without_header("kid").without_header("typ")),
    written("none_with_a_made_up_signature", ALGORITHM, "CVE-2015-2964, NAMSHI JOSE: none", |f| Ok(format!("{}bm9uZQ", f.mint()?.signed_by(Unsigned).token()?))),
    changed("none_of_another_provider", ALGORITHM, UNSIGNED, |m, f| m.signed_by(Unsigned).claim("iss", f.other.issuer())),
    changed("none_and_a_tab", ALGORITHM, SPELLING, |m, _| m.signed_by(Unsigned).header("alg", "none\t")),
    changed("none_and_a_nul", ALGORITHM, SPELLING, |m, _| m.signed_by(Unsigned).header("alg", "none\0")),
    changed("none_after_a_space", ALGORITHM, SPELLING, |m, _| m.signed_by(Unsigned).header("alg", " none")),
    changed("none_after_a_byte_order_mark", ALGORITHM, SPELLING, |m, _| m.signed_by(Unsigned).header("alg", "\u{feff}none")),
    changed("none_with_a_greek_omicron", ALGORITHM, SPELLING, |m, _| m.signed_by(Unsigned).header("alg", "n\u{3bf}ne")),
    changed("none_in_full_width", ALGORITHM, SPELLING, |m, _| m.signed_by(Unsigned).header("alg", "ｎｏｎｅ")),
    changed("none_and_a_zero_width_space", ALGORITHM, SPELLING, |m, _| m.signed_by(Unsigned).header("alg", "none\u{200b}")),
    changed("none_and_rs256_in_one_text", ALGORITHM, SPELLING, |m, _| m.signed_by(Unsigned).header("alg", "none,RS256")),
    changed("the_text_null", ALGORITHM, SPELLING, |m, _| m.signed_by(Unsigned).header("alg", "null")),
    changed("none_in_a_list", ALGORITHM, SPELLING, |m, _| m.signed_by(Unsigned).header("alg", json!(["none", "RS256"]))),
    changed("an_empty_list", ALGORITHM, SPELLING, |m, _| m.header("alg", json!([]))),
    changed("an_object", ALGORITHM, SPELLING, |m, _| m.header("alg", json!({"name": "RS256"}))),
    changed("false", ALGORITHM, SPELLING, |m, _| m.signed_by(Unsigned).header("alg", false)),
    changed("zero", ALGORITHM, SPELLING, |m, _| m.signed_by(Unsigned).header("alg", 0)),
    changed("rs256_under_another_name", ALGORITHM, SPELLING, |m, _| m.without_header("alg").header("Alg", "RS256")),
    changed("none_under_another_name_beside_it", ALGORITHM, SPELLING, |m, _| m.signed_by(Unsigned).header("ALG", "RS256")),
    changed("none_and_then_rs256", HEADER, "RFC 7515, 4: names are unique", |m, f| m.header_bytes(f.header_and(r#""alg":"none","#))),
    changed("none_and_rs256_written_with_an_escape", HEADER, "RFC 7515, 4: names are unique, however they are written", |m, f| m.header_bytes(f.header_and(r#""\u0061lg":"none","#))),

    // The right signature under another name.
    changed("rs256_in_lower_case", ALGORITHM, SPELLING, |m, _| m.header("alg", "rs256")),
    changed("rs256_in_mixed_case", ALGORITHM, SPELLING, |m, _| m.header("alg", "Rs256")),
    changed("rs256_and_a_space", ALGORITHM, SPELLING, |m, _| m.header("alg", "RS256 ")),
    changed("rs256_after_a_space", ALGORITHM, SPELLING, |m, _| m.header("alg", " RS256")),
    changed("rs256_and_a_newline", ALGORITHM, SPELLING, |m, _| m.header("alg", "RS256\n")),
    changed("rs256_and_a_nul", ALGORITHM, SPELLING, |m, _| m.header("alg", "RS256\0")),
    changed("rs256_in_full_width_digits", ALGORITHM, SPELLING, |m, _| m.header("alg", "RS２５６")),
    changed("rs256_with_a_cyrillic_letter", ALGORITHM, SPELLING, |m, _| m.header("alg", "R\u{405}256")),
    changed("rs256_by_its_java_name", ALGORITHM, SPELLING, |m, _| m.header("alg", "SHA256withRSA")),
    changed("rs256_by_its_xml_name", ALGORITHM, SPELLING, |m, _| m.header("alg", "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256")),
    changed("rs256_stated_as_rs384", ALGORITHM, CONFUSED, |m, _| m.header("alg", "RS384")),
    changed("rs256_stated_as_ps256", ALGORITHM, CONFUSED, |m, _| m.header("alg", "PS256")),
    changed("rs256_stated_as_es256", ALGORITHM, "CVE-2022-23539, jsonwebtoken: a key of another type than the algorithm", |m, _| m.header("alg", "ES256")),
    changed("rs256_stated_as_eddsa", ALGORITHM, CONFUSED, |m, _| m.header("alg", "EdDSA")),
    changed("rs256_stated_as_hs256", ALGORITHM, CONFUSED, |m, _| m.header("alg", "HS256")),
    changed("sha1", ALGORITHM, "RFC 8725, 3.2: algorithms that are broken", |m, _| m.header("alg", "RS1")),
    changed("ps384_of_the_right_key", ALGORITHM, CONFUSED, |m, _| m.algorithm(Ps384)),
    changed("es256k", ALGORITHM, CONFUSED, |m, _| m.header("alg", "ES256K")),
    changed("es512", ALGORITHM, CONFUSED, |m, _| m.header("alg", "ES512")),
    changed("ed25519_by_its_newer_name", ALGORITHM, CONFUSED, |m, _| m.signed_by(Impostor(EdDsa)).header("alg", "Ed25519")),

    // The right name over another signature.
    changed("rs256_over_rs384", SIGNATURE, CONFUSED, |m, _| m.algorithm(Rs384).header("alg", "RS256")),
    changed("rs256_over_rs512", SIGNATURE, CONFUSED, |m, _| m.algorithm(Rs512).header("alg", "RS256")),
    changed("rs256_over_ps256", SIGNATURE, CONFUSED, |m, _| m.algorithm(Ps256).header("alg", "RS256")),
    changed("rs256_over_es256", SIGNATURE, CONFUSED, |m, _| m.signed_by(Impostor(Es256)).header("alg", "RS256")),
    changed("rs256_over_es384", SIGNATURE, CONFUSED, |m, _| m.signed_by(Impostor(Es384)).header("alg", "RS256")),
    changed("rs256_over_eddsa", SIGNATURE, CONFUSED, |m, _| m.signed_by(Impostor(EdDsa)).header("alg", "RS256")),
    changed("rs256_over_hs256_with_the_pem_without_newline", SIGNATURE, CONFUSED, |m, _| m.signed_by(PublicKeyAsSecret(PemWithoutNewline)).header("alg", "RS256")),
    changed("rs256_over_hs256_with_the_jwk", SIGNATURE, CONFUSED, |m, _| m.signed_by(PublicKeyAsSecret(Jwk)).header("alg", "RS256")),
    changed("rs256_over_hs256_with_an_empty_secret", SIGNATURE, CONFUSED, |m, _| m.signed_by(Secret(Vec::new())).header("alg", "RS256")),

    // A secret that everybody knows.
    changed("hs256_with_the_pem_without_newline", ALGORITHM, "CVE-2015-9235, jsonwebtoken; CVE-2016-10555, jwt-simple: HS256 with the public key", |m, _| m.signed_by(PublicKeyAsSecret(PemWithoutNewline))),
    changed("hs256_with_the_jwk", ALGORITHM, "CVE-2024-54150, cjwt: HS256 with the public key", |m, _| m.signed_by(PublicKeyAsSecret(Jwk))),
    changed("hs256_with_the_bytes_of_the_modulus", ALGORITHM, "CVE-2022-29217, PyJWT: HS256 with a public key in a form that was not thought of", |m, _| m.signed_by(PublicKeyAsSecret(ModulusBytes))),
    changed("hs384_with_the_pem", ALGORITHM, "CVE-2016-5431, Gree JOSE: HMAC with the public key", |m, _| m.signed_by(PublicKeyAsSecret(Pem)).header("alg", "HS384")),
    changed("hs512_with_the_modulus", ALGORITHM, "CVE-2023-48238, json-web-token: HMAC with the public key", |m, _| m.signed_by(PublicKeyAsSecret(Modulus)).header("alg", "HS512")),
    changed("hs256_in_lower_case_with_the_pem", ALGORITHM, SPELLING, |m, _| m.signed_by(PublicKeyAsSecret(Pem)).header("alg", "hs256")),
    changed("hs256_with_the_pem_and_no_kid", ALGORITHM, "CVE-2017-11424, PyJWT: HS256 with the public key", |m, _| m.signed_by(PublicKeyAsSecret(Pem)).without_header("kid")),
    changed("hs256_without_a_signature", ALGORITHM, "CVE-2020-28042, ServiceStack: a signature of no length", |m, _| m.signed_by(Unsigned).header("alg", "HS256")),
    changed("hs256_with_an_empty_secret_and_the_kid_of_no_file", ALGORITHM, "CVE-2019-20933, InfluxDB: an empty secret", |m, _| m.signed_by(Secret(Vec::new())).header("kid", "../../dev/null")),
    changed("hs256_with_a_nul", ALGORITHM, WEAK, |m, _| m.signed_by(Secret(vec![0]))),
    changed("hs256_with_the_secret_of_the_examples", ALGORITHM, WEAK, |m, _| m.signed_by(Secret(b"your-256-bit-secret".to_vec()))),
    changed("hs256_with_the_kid", ALGORITHM, WEAK, |m, f| m.signed_by(Secret(f.kid().into_bytes()))),
    changed("hs256_with_the_audience", ALGORITHM, WEAK, |m, f| m.signed_by(Secret(f.ours.audience().as_bytes().to_vec()))),
    changed("hs256_with_the_address_of_the_keys", ALGORITHM, "CVE-2021-41106, lcobucci/jwt: where the key is, for the key", |m, f| m.signed_by(Secret(f.ours.jwks_url().into_bytes()))),

    // Algorithms that encrypt.
    changed("dir", ALGORITHM, "RFC 7518, 4.1: no algorithm of a signature", |m, _| m.header("alg", "dir").header("enc", "A256GCM")),
    changed("rsa_oaep", ALGORITHM, "RFC 7518, 4.1: no algorithm of a signature", |m, _| m.header("alg", "RSA-OAEP").header("enc", "A256GCM")),
    changed("pbes2_of_a_billion_rounds", ALGORITHM, "CVE-2022-36083, jose: a count that the sender chooses", |m, _| m.header("alg", "PBES2-HS256+A128KW").header("p2c", 1_000_000_000).header("p2s", "AAAA")),
];
