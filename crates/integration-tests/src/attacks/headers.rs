//! The members of a header (RFC 7515, section 4; RFC 8725, sections 3.10 and 3.11).

use flate2::Compression;
use flate2::write::DeflateEncoder;
use serde_json::json;
use std::io::Write;

use crate::forge::{Row, changed};
use crate::refusal::{
    ALGORITHM, CRITICAL, EMBEDDED, HEADER, NO_KEY_ID, PAYLOAD, PAYLOAD_ENCODING, TYPE, UNKNOWN_KEY,
};

const KID: &str =
    "RFC 8725, 3.10: a kid is looked up among the published ones, exactly, and nowhere else";
const NO_KID: &str = "RFC 7515, 4.1.4: a kid is a text";
const BROUGHT: &str = "RFC 8725, 3.10: no key comes from the token, or from where it points";
const CRIT: &str = "RFC 7515, 4.1.11: what is critical and not understood refuses the token";
const TYP: &str = "RFC 8725, 3.11: a token that says it is something else is no access token";

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    // kid
    changed("kid_null", NO_KEY_ID, NO_KID, |m, _| m.header("kid", json!(null))),
    changed("kid_true", NO_KEY_ID, NO_KID, |m, _| m.header("kid", true)),
    changed("kid_in_a_list", NO_KEY_ID, NO_KID, |m, f| m.header("kid", json!([f.kid()]))),
    changed("kid_in_an_object", NO_KEY_ID, NO_KID, |m, f| m.header("kid", json!({"$eq": f.kid()}))),
    changed("kid_under_another_name", NO_KEY_ID, NO_KID, |m, f| m.without_header("kid").header("KID", f.kid())),
    changed("kid_in_the_claims", NO_KEY_ID, NO_KID, |m, f| m.without_header("kid").claim("kid", f.kid())),
    changed("kid_twice", HEADER, "RFC 7515, 4: names are unique", |m, f| m.header_bytes(f.header_and(r#""kid":"mine","#))),
    changed("kid_and_a_space", UNKNOWN_KEY, KID, |m, f| m.header("kid", format!("{} ", f.kid()))),
    changed("kid_and_a_nul", UNKNOWN_KEY, KID, |m, f| m.header("kid", format!("{}\0", f.kid()))),
    changed("kid_and_more", UNKNOWN_KEY, KID, |m, f| m.header("kid", format!("{}0", f.kid()))),
    changed("kid_in_another_case", UNKNOWN_KEY, KID, |m, f| m.header("kid", f.kid().chars().map(|c| if c.is_uppercase() { c.to_ascii_lowercase() } else { c.to_ascii_uppercase() }).collect::<String>())),
    changed("kid_of_the_other_provider", UNKNOWN_KEY, KID, |m, f| m.header("kid", f.other.key_ids().current)),
    changed("kid_that_climbs_to_the_passwords", UNKNOWN_KEY, KID, |m, _| m.header("kid", "../../../../../../etc/passwd")),
    changed("kid_that_climbs_in_percent_signs", UNKNOWN_KEY, KID, |m, _| m.header("kid", "..%2f..%2fdev%2fnull")),
    changed("kid_that_is_an_address", UNKNOWN_KEY, KID, |m, _| m.header("kid", "https://evil.example/jwks.json")),
    changed("kid_that_is_a_file", UNKNOWN_KEY, KID, |m, _| m.header("kid", "file:///proc/self/environ")),
    changed("kid_that_is_sql", UNKNOWN_KEY, KID, |m, _| m.header("kid", "x' UNION SELECT 'secret' -- ")),
    changed("kid_that_is_a_command", UNKNOWN_KEY, KID, |m, _| m.header("kid", "key; id |")),
    changed("kid_that_is_a_prototype", UNKNOWN_KEY, KID, |m, _| m.header("kid", "__proto__")),
    changed("kid_that_writes_a_log_line", UNKNOWN_KEY, KID, |m, _| m.header("kid", "x\r\nlevel=ERROR \u{1b}[2J")),
    changed("kid_that_is_right_to_left", UNKNOWN_KEY, KID, |m, f| m.header("kid", format!("\u{202e}{}", f.kid()))),
    changed("kid_of_eight_thousand_letters", UNKNOWN_KEY, KID, |m, _| m.header("kid", "k".repeat(8000))),
    changed("kid_that_is_a_pattern", UNKNOWN_KEY, KID, |m, _| m.header("kid", ".*")),

    // Keys that the token brings.
    changed("jwk_that_is_null", EMBEDDED, BROUGHT, |m, _| m.header("jwk", json!(null))),
    changed("jwk_that_is_a_secret", EMBEDDED, BROUGHT, |m, _| m.header("jwk", json!({"kty": "oct", "k": "AAAA", "alg": "HS256"}))),
    changed("jwk_without_kid", EMBEDDED, BROUGHT, |m, _| m.header("jwk", json!({"kty": "RSA", "n": "AQAB", "e": "AQAB"})).without_header("kid")),
    changed("jwk_beside_none", ALGORITHM, BROUGHT, |m, _| m.header("alg", "none").header("jwk", json!({}))),
    changed("jku_of_the_issuer_itself", EMBEDDED, BROUGHT, |m, f| m.header("jku", f.ours.jwks_url())),
    changed("jku_with_the_issuer_as_its_user", EMBEDDED, BROUGHT, |m, f| m.header("jku", format!("{}@evil.example/jwks.json", f.ours.base_url()))),
    changed("jku_of_the_machine_itself", EMBEDDED, "RFC 8725, 2.9: requests that the server is made to send", |m, _| m.header("jku", "http://169.254.169.254/latest/meta-data/")),
    changed("jku_that_is_a_list", EMBEDDED, BROUGHT, |m, _| m.header("jku", json!(["https://evil.example/jwks.json"]))),
    changed("jku_that_is_a_file", EMBEDDED, BROUGHT, |m, _| m.header("jku", "file:///dev/null")),
    changed("x5u_that_is_empty", EMBEDDED, BROUGHT, |m, _| m.header("x5u", "")),
    changed("x5u_of_the_issuer_itself", EMBEDDED, BROUGHT, |m, f| m.header("x5u", f.ours.jwks_url())),
    changed("x5c_that_is_empty", EMBEDDED, BROUGHT, |m, _| m.header("x5c", json!([]))),
    changed("x5c_that_is_a_text", EMBEDDED, BROUGHT, |m, _| m.header("x5c", "MIIB")),
    changed("all_four_at_once", EMBEDDED, BROUGHT, |m, _| m.header("jwk", json!({})).header("jku", "").header("x5u", "").header("x5c", json!([]))),

    // crit and what it announces.
    changed("crit_that_is_a_text", CRITICAL, CRIT, |m, _| m.header("crit", "exp")),
    changed("crit_that_is_an_object", CRITICAL, CRIT, |m, _| m.header("crit", json!({"exp": true}))),
    changed("crit_that_is_false", CRITICAL, CRIT, |m, _| m.header("crit", false)),
    changed("crit_of_alg", CRITICAL, "RFC 7515, 4.1.11: names of the RFC itself must not be in it", |m, _| m.header("crit", json!(["alg"]))),
    changed("crit_of_what_is_not_there", CRITICAL, "CVE-2025-59420, Authlib: crit that is not understood", |m, _| m.header("crit", json!(["bork"]))),
    changed("crit_of_what_is_there", CRITICAL, CRIT, |m, _| m.header("crit", json!(["http://evil.example/ext"])).header("http://evil.example/ext", true)),
    changed("crit_of_the_same_twice", CRITICAL, CRIT, |m, _| m.header("crit", json!(["exp", "exp"])).header("exp", 1)),
    changed("crit_twice", HEADER, "RFC 7515, 4: names are unique", |m, f| m.header_bytes(f.header_and(r#""crit":["bork"],"crit":[],"#))),
    changed("b64_false_over_an_encoded_payload", CRITICAL, "RFC 7797, 6: b64 must be critical", |m, _| m.header("crit", json!(["b64"])).header("b64", false)),
    changed("b64_false_over_a_plain_payload", PAYLOAD_ENCODING, "RFC 7797, 3: a payload that is not encoded", |m, _| m.header("crit", json!(["b64"])).header("b64", false).segment(local_issuer::Segment::Payload, r#"{"iss":"me"}"#)),
    changed("b64_false_without_crit", PAYLOAD_ENCODING, "RFC 7797, 3: a payload that is not encoded", |m, _| m.header("b64", false).segment(local_issuer::Segment::Payload, "{}")),
    changed("zip_over_a_compressed_payload", PAYLOAD, "RFC 7516, 4.1.3: zip is for encrypted tokens", |m, f| { let payload = deflated(f.claims_and(&m, "").as_bytes()); m.header("zip", "DEF").payload(payload) }),
    changed("zip_over_eight_mebibytes_in_eight_kibibytes", PAYLOAD, "CVE-2024-33664, python-jose: a small token that becomes a large one", |m, _| m.header("zip", "DEF").payload(deflated(&vec![b' '; 8 << 20]))),

    // typ
    changed("typ_in_a_list", TYPE, TYP, |m, _| m.header("typ", json!(["JWT"]))),
    changed("typ_in_an_object", TYPE, TYP, |m, _| m.header("typ", json!({"JWT": true}))),
    changed("typ_true", TYPE, TYP, |m, _| m.header("typ", true)),
    changed("typ_after_a_space", TYPE, TYP, |m, _| m.header("typ", " JWT")),
    changed("typ_and_a_nul", TYPE, TYP, |m, _| m.header("typ", "JWT\0")),
    changed("typ_with_a_cyrillic_letter", TYPE, TYP, |m, _| m.header("typ", "JW\u{422}")),
    changed("typ_with_its_prefix_twice", TYPE, TYP, |m, _| m.header("typ", "application/application/jwt")),
    changed("typ_of_its_prefix_alone", TYPE, TYP, |m, _| m.header("typ", "application/")),
    changed("typ_of_a_text", TYPE, TYP, |m, _| m.header("typ", "text/jwt")),
    changed("typ_with_a_parameter", TYPE, TYP, |m, _| m.header("typ", "application/jwt; charset=utf-8")),
    changed("typ_of_two", TYPE, TYP, |m, _| m.header("typ", "JWT, at+jwt")),
    changed("typ_jose", TYPE, "RFC 7515, 4.1.9: another form", |m, _| m.header("typ", "JOSE+JSON")),
    changed("typ_of_an_id_token", TYPE, TYP, |m, _| m.header("typ", "id_token+jwt")),
    changed("typ_of_a_refresh_token", TYPE, TYP, |m, _| m.header("typ", "rt+jwt")),
    changed("typ_of_a_client_assertion", TYPE, TYP, |m, _| m.header("typ", "client-authentication+jwt")),
    changed("typ_of_a_request_object", TYPE, "RFC 9101, 10.8: a request object is no access token", |m, _| m.header("typ", "oauth-authz-req+jwt")),
    changed("typ_of_an_introspection", TYPE, "RFC 9701, 5: an introspection response is no access token", |m, _| m.header("typ", "token-introspection+jwt")),
    changed("typ_of_a_credential", TYPE, TYP, |m, _| m.header("typ", "dc+sd-jwt")),
    changed("typ_of_a_key_binding", TYPE, TYP, |m, _| m.header("typ", "kb+jwt")),
    changed("typ_of_an_entity", TYPE, TYP, |m, _| m.header("typ", "entity-statement+jwt")),
    changed("typ_twice", HEADER, "RFC 7515, 4: names are unique", |m, f| m.header_bytes(f.header_and(r#""typ":"logout+jwt","#))),
];

fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    // Writing into memory does not fail.
    let written = encoder.write_all(bytes);
    written.and_then(|()| encoder.finish()).unwrap_or_default()
}
