//! Tokens that differ from a good one in one thing (RFC 7515, RFC 7519, RFC 8725): the plain cases, which every service has.

use local_issuer::Algorithm::{EdDsa, Es256, Es384, Ps256, Ps512, Rs256, Rs384, Rs512};
use local_issuer::PublicKeyForm::{Der, Modulus, Pem};
use local_issuer::Segment::{Header, Payload, Signature};
use local_issuer::Signer::{Impostor, PublicKeyAsSecret, Secret, Unpublished, Unsigned};
use local_issuer::{Mint, TokenKind};
use serde_json::{Value, json};

use crate::forge::{Row, accepted, changed, later, written};
use crate::jwt::{segment, segments};
use crate::refusal::*;

const FORM: &str =
    "RFC 7515, 7.1: a JWT has three segments, and the response says that this is what is wrong";
const CONTENT: &str =
    "RFC 7519, 7.2: what is not base64url of a JSON object is refused, and the response says where";
const KEY: &str = "RFC 8725, 3.10: the key that the kid names, among those that the issuer publishes, must have signed";
const TYP: &str = "RFC 8725, 3.11: a token that says it is something else is no access token";
const MEDIA_TYPE: &str = "RFC 7515, 4.1.9: media types are compared without regard to case, and may leave out application/";
const EXTENSION: &str = "RFC 7515, 4.1.11, and RFC 8725, 3.10: no extension is understood here, and a token never brings its own key";
const UNSIGNED: &str =
    "RFC 8725, 2.1: an unsigned token proves nothing, however its algorithm is spelled";
const PUBLIC_KEY: &str =
    "RFC 8725, 2.1: a public key that is taken for a secret accepts every caller's token";
const ALGORITHMS: &str = "RFC 8725, 3.1: RS256 is the one algorithm on the allow-list";
const COVERED: &str =
    "RFC 7515, 5.2: the signature covers the header and the payload: neither can be exchanged";
const TIME: &str = "RFC 7519, 4.1.4 to 4.1.6: a token is valid from nbf (and iat) until exp";
const ISSUER: &str =
    "RFC 7519, 4.1.1, and RFC 8725, 3.8: the issuer is compared exactly, before any key is used";
const AUDIENCE: &str = "RFC 7519, 4.1.3: the API must be named exactly";
const AUDIENCES: &str = "RFC 7519, 4.1.3: aud is one text, or a list that names us among others";
const WRONG_TYPE: &str =
    "RFC 7519, 4.1: a registered claim of the wrong type is refused, never guessed at";
const MISSING: &str = "A token must say when it expires and whom it is about";
const BOUND: &str =
    "RFC 7800: a token with cnf is bound to its holder's key, and a plain bearer shows none";

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    // What is not a JWT.
    accepted("unchanged", "The token that forged ones are made from is good: each is refused for the one thing that differs", |m, _| m),
    accepted("with_a_payload_given_as_text", "A payload that is given as text is signed like any other: what is refused is the text", |m, f| { let payload = segment(f.claims_and(&m, "")); m.segment(Payload, payload) }),
    written("garbage", TOO_FEW, FORM, |_| Ok("invalid_token_here".to_owned())),
    written("one_dot", TOO_FEW, FORM, |_| Ok(".".to_owned())),
    written("without_a_signature", TOO_FEW, FORM, |f| f.segments(|h, p, _| format!("{h}.{p}"))),
    written("four_segments", TOO_MANY, FORM, |f| f.segments(|h, p, s| format!("{h}.{p}.{s}.x"))),
    written("dot_at_the_end", TOO_MANY, FORM, |f| f.segments(|h, p, s| format!("{h}.{p}.{s}."))),
    written("dot_at_the_start", TOO_MANY, FORM, |f| f.segments(|h, p, s| format!(".{h}.{p}.{s}"))),
    written("five_segments", TOO_MANY, FORM, |f| f.segments(|h, p, s| format!("{h}.{p}.{s}.x.y"))),
    changed("header_in_plain_base64", HEADER_ENCODING, CONTENT, |m, _| m.segment(Header, "+/+/")),
    changed("header_with_padding", HEADER_ENCODING, CONTENT, |m, _| m.segment(Header, "e30=")),
    changed("header_that_is_text", HEADER, CONTENT, |m, _| m.header_bytes("not json")),
    changed("header_that_is_a_list", HEADER, CONTENT, |m, _| m.header_bytes("[]")),
    changed("header_that_is_empty", HEADER, CONTENT, |m, _| m.segment(Header, "")),
    changed("header_with_a_member_twice", HEADER, CONTENT, |m, _| m.header_bytes(r#"{"alg":"none","alg":"RS256"}"#)),
    changed("payload_in_plain_base64", PAYLOAD_ENCODING, CONTENT, |m, _| m.segment(Payload, "+/+/")),
    changed("payload_that_is_text", PAYLOAD, CONTENT, |m, _| m.payload("not json")),
    changed("payload_that_is_null", PAYLOAD, CONTENT, |m, _| m.payload("null")),
    changed("payload_that_is_not_utf8", PAYLOAD, CONTENT, |m, _| m.payload(b"{\"sub\":\"\xff\"}".to_vec())),
    changed("payload_that_is_empty", PAYLOAD, CONTENT, |m, _| m.segment(Payload, "")),
    changed("payload_with_more_behind_it", PAYLOAD, CONTENT, |m, f| { let claims = f.claims_and(&m, ""); m.payload(format!("{claims}{{}}")) }),
    changed("payload_with_a_claim_twice", PAYLOAD, CONTENT, |m, f| { let claims = f.claims_and(&m, r#""sub":"somebody else","#); m.payload(claims) }),
    changed("payload_of_five_thousand_lists", PAYLOAD, CONTENT, |m, _| m.payload("[".repeat(5000))),
    changed("signature_in_plain_base64", SIGNATURE_ENCODING, CONTENT, |m, _| m.segment(Signature, "+/+/")),

    // The header.
    changed("unknown_kid", UNKNOWN_KEY, KEY, |m, _| m.signed_by(Unpublished(Rs256))),
    changed("kid_that_is_a_path", UNKNOWN_KEY, KEY, |m, _| m.header("kid", "../../../../dev/null")),
    changed("no_kid", NO_KEY_ID, KEY, |m, _| m.without_header("kid")),
    changed("empty_kid", NO_KEY_ID, KEY, |m, _| m.header("kid", "")),
    changed("numeric_kid", NO_KEY_ID, KEY, |m, _| m.header("kid", 7)),
    changed("kid_of_a_key_that_did_not_sign", SIGNATURE, KEY, |m, _| m.signed_by(Impostor(Rs256))),
    changed("changed_signature", SIGNATURE, KEY, |m, _| m.corrupted_signature()),
    changed("typ_dpop_jwt", TYPE, TYP, |m, _| m.header("typ", "dpop+jwt")),
    changed("typ_logout_jwt", TYPE, TYP, |m, _| m.header("typ", "logout+jwt")),
    changed("typ_secevent_jwt", TYPE, TYP, |m, _| m.header("typ", "secevent+jwt")),
    changed("typ_jwe", TYPE, TYP, |m, _| m.header("typ", "JWE")),
    changed("typ_empty", TYPE, TYP, |m, _| m.header("typ", "")),
    changed("typ_number", TYPE, TYP, |m, _| m.header("typ", 7)),
    changed("typ_null", TYPE, TYP, |m, _| m.header("typ", Value::Null)),
    accepted("without_typ", "RFC 7519, 5.1: typ is optional", |m, _| m.without_header("typ")),
    accepted("typ_in_lower_case", MEDIA_TYPE, |m, _| m.header("typ", "jwt")),
    accepted("typ_with_its_prefix", MEDIA_TYPE, |m, _| m.header("typ", "application/jwt")),
    changed("crit", CRITICAL, EXTENSION, |m, _| m.header("crit", json!(["exp"]))),
    changed("crit_b64", CRITICAL, EXTENSION, |m, _| m.header("crit", json!(["b64"]))),
    changed("empty_crit", CRITICAL, EXTENSION, |m, _| m.header("crit", json!([]))),
    changed("crit_that_is_null", CRITICAL, EXTENSION, |m, _| m.header("crit", Value::Null)),
    changed("embedded_jwk", EMBEDDED, EXTENSION, |m, _| m.header("jwk", json!({"kty": "RSA", "n": "AQAB", "e": "AQAB", "kid": "mine", "alg": "RS256", "use": "sig"}))),
    changed("embedded_jku", EMBEDDED, EXTENSION, |m, _| m.header("jku", "https://evil.example/jwks.json")),
    changed("embedded_x5u", EMBEDDED, EXTENSION, |m, _| m.header("x5u", "https://evil.example/certificate.pem")),
    changed("embedded_x5c", EMBEDDED, EXTENSION, |m, _| m.header("x5c", json!(["MIIB"]))),

    // Who signed, and how.
    changed("alg_none", ALGORITHM, UNSIGNED, |m, _| m.signed_by(Unsigned).header("alg", "none")),
    changed("alg_None", ALGORITHM, UNSIGNED, |m, _| m.signed_by(Unsigned).header("alg", "None")),
    changed("alg_NONE", ALGORITHM, UNSIGNED, |m, _| m.signed_by(Unsigned).header("alg", "NONE")),
    changed("alg_nOnE", ALGORITHM, UNSIGNED, |m, _| m.signed_by(Unsigned).header("alg", "nOnE")),
    changed("alg_none_and_a_space", ALGORITHM, UNSIGNED, |m, _| m.signed_by(Unsigned).header("alg", "none ")),
    changed("alg_empty", ALGORITHM, UNSIGNED, |m, _| m.signed_by(Unsigned).header("alg", "")),
    changed("alg_number", ALGORITHM, UNSIGNED, |m, _| m.header("alg", 256)),
    changed("alg_null", ALGORITHM, UNSIGNED, |m, _| m.header("alg", Value::Null)),
    changed("alg_list", ALGORITHM, UNSIGNED, |m, _| m.header("alg", json!(["RS256"]))),
    changed("without_alg", ALGORITHM, UNSIGNED, |m, _| m.without_header("alg")),
    changed("rs256_with_an_empty_signature", SIGNATURE, UNSIGNED, |m, _| m.segment(Signature, "")),
    changed("hs256_with_the_public_key_as_pem", ALGORITHM, PUBLIC_KEY, |m, _| m.signed_by(PublicKeyAsSecret(Pem))),
    changed("hs256_with_the_public_key_as_pem_that_says_rs256", SIGNATURE, PUBLIC_KEY, |m, _| m.signed_by(PublicKeyAsSecret(Pem)).header("alg", "RS256")),
    changed("hs256_with_the_public_key_as_der", ALGORITHM, PUBLIC_KEY, |m, _| m.signed_by(PublicKeyAsSecret(Der))),
    changed("hs256_with_the_public_key_as_der_that_says_rs256", SIGNATURE, PUBLIC_KEY, |m, _| m.signed_by(PublicKeyAsSecret(Der)).header("alg", "RS256")),
    changed("hs256_with_the_public_key_as_modulus", ALGORITHM, PUBLIC_KEY, |m, _| m.signed_by(PublicKeyAsSecret(Modulus))),
    changed("hs256_with_the_public_key_as_modulus_that_says_rs256", SIGNATURE, PUBLIC_KEY, |m, _| m.signed_by(PublicKeyAsSecret(Modulus)).header("alg", "RS256")),
    changed("hs256_with_an_empty_secret", ALGORITHM, PUBLIC_KEY, |m, _| m.signed_by(Secret(Vec::new()))),
    changed("hs256_with_a_known_secret", ALGORITHM, PUBLIC_KEY, |m, _| m.signed_by(Secret(b"secret".to_vec()))),
    changed("RS384_of_the_right_key", ALGORITHM, ALGORITHMS, |m, _| m.algorithm(Rs384)),
    changed("RS512_of_the_right_key", ALGORITHM, ALGORITHMS, |m, _| m.algorithm(Rs512)),
    changed("PS256_of_the_right_key", ALGORITHM, ALGORITHMS, |m, _| m.algorithm(Ps256)),
    changed("PS512_of_the_right_key", ALGORITHM, ALGORITHMS, |m, _| m.algorithm(Ps512)),
    changed("ES256_under_the_right_kid", ALGORITHM, ALGORITHMS, |m, _| m.signed_by(Impostor(Es256))),
    changed("ES384_under_the_right_kid", ALGORITHM, ALGORITHMS, |m, _| m.signed_by(Impostor(Es384))),
    changed("EdDSA_under_the_right_kid", ALGORITHM, ALGORITHMS, |m, _| m.signed_by(Impostor(EdDsa))),
    written("payload_of_another_token", SIGNATURE, COVERED, |f| { let nobody = f.ours.mint("nobody", TokenKind::Access)?.token()?; let [h, _, s] = segments(&nobody)?; f.segments(|_, p, _| format!("{h}.{p}.{s}")) }),
    written("header_changed_after_signing", SIGNATURE, COVERED, |f| f.header_after_signing(format!(r#"{{"typ":"JWT","kid":"{}","alg":"RS256"}}"#, f.kid()))),
    written("payload_changed_after_signing", SIGNATURE, COVERED, |f| { let nobody = f.ours.mint("nobody", TokenKind::Access)?.token()?; let [h, _, s] = segments(&nobody)?; let p = segment(f.claims_and(&f.mint()?.claim("roles", json!(["admin"])), "")); Ok(format!("{h}.{p}.{s}")) }),

    // The times.
    changed("expired", EXPIRED, TIME, |m, _| m.expires_in(-60)),
    changed("expired_in_1970", EXPIRED, TIME, |m, _| m.claim("exp", 0)),
    changed("expired_before_1970", EXPIRED, TIME, |m, _| m.claim("exp", -1)),
    changed("expired_and_a_fraction", EXPIRED, TIME, |m, _| m.claim("exp", 1_700_000_000.5)),
    changed("nbf_in_the_future", NOT_YET, TIME, |m, _| later(m, "nbf", 3600)),
    changed("iat_in_the_future", NOT_YET, TIME, |m, _| later(m, "iat", 3600)),
    accepted("nbf_in_the_past", TIME, |m, _| later(m, "nbf", -60)),
    accepted("without_iat", "RFC 7519, 4.1.6: iat is optional", |m, _| m.without_claim("iat")),
    accepted("exp_with_a_fraction", "RFC 7519, 2: a NumericDate may have a fraction", |m, _| { let m = later(m, "exp", 600); let exp = claim(&m, "exp").as_f64(); m.claim("exp", exp.unwrap_or_default() + 0.5) }),

    // iss
    changed("wrong_issuer", CLAIMS, ISSUER, |m, _| m.claim("iss", "https://evil.example/")),
    changed("issuer_with_more_behind_it", CLAIMS, ISSUER, |m, f| m.claim("iss", format!("{}/x", f.ours.issuer()))),
    changed("issuer_with_less", CLAIMS, ISSUER, |m, f| { let issuer = f.ours.issuer(); m.claim("iss", issuer.get(..issuer.len().saturating_sub(1)).unwrap_or_default()) }),
    changed("issuer_in_upper_case", CLAIMS, ISSUER, |m, f| m.claim("iss", f.ours.issuer().to_uppercase())),
    changed("issuer_with_a_space", CLAIMS, ISSUER, |m, f| m.claim("iss", format!("{} ", f.ours.issuer()))),
    changed("issuer_of_another_scheme", CLAIMS, ISSUER, |m, f| m.claim("iss", f.ours.issuer().replace("http://", "https://"))),
    changed("empty_issuer", CLAIMS, ISSUER, |m, _| m.claim("iss", "")),
    changed("no_issuer", CLAIMS, ISSUER, |m, _| m.without_claim("iss")),

    // aud; when it may be missing is each provider's own.
    changed("wrong_audience", CLAIMS, AUDIENCE, |m, _| m.claim("aud", "https://other.example")),
    changed("audience_list_of_others", CLAIMS, AUDIENCE, |m, _| m.claim("aud", json!(["https://other.example", "another"]))),
    changed("empty_audience", CLAIMS, AUDIENCE, |m, _| m.claim("aud", "")),
    changed("empty_audience_list", CLAIMS, AUDIENCE, |m, _| m.claim("aud", json!([]))),
    changed("audience_with_more_behind_it", CLAIMS, AUDIENCE, |m, f| m.claim("aud", format!("{}/", f.ours.audience()))),
    changed("audience_with_less", CLAIMS, AUDIENCE, |m, f| m.claim("aud", json!(f.ours.audience().get(1..)))),
    changed("audience_in_another_case", CLAIMS, AUDIENCE, |m, f| m.claim("aud", f.ours.audience().to_uppercase())),
    changed("audiences_in_one_text", CLAIMS, AUDIENCE, |m, f| m.claim("aud", format!("{} other", f.ours.audience()))),
    changed("access_token_without_audience", CLAIMS, "An access token that is for no API is not for this one", |m, _| m.without_claim("aud")),
    changed("audience_null", CLAIM_TYPE, "An audience that is null is not one that is missing", |m, _| m.claim("aud", Value::Null)),
    changed("audience_list_with_a_number", CLAIM_TYPE, "A list that is not one of texts is refused, also where it names us", |m, f| m.claim("aud", json!([f.ours.audience(), 7]))),
    accepted("audience_that_is_a_text", AUDIENCES, |m, f| m.claim("aud", f.ours.audience())),
    accepted("audience_among_others", AUDIENCES, |m, f| m.claim("aud", json!(["https://other.example", f.ours.audience()]))),

    // Claims of the wrong type, or none.
    changed("iss_list", CLAIM_TYPE, WRONG_TYPE, |m, f| m.claim("iss", json!([f.ours.issuer()]))),
    changed("iss_number", CLAIM_TYPE, WRONG_TYPE, |m, _| m.claim("iss", 7)),
    changed("iss_null", CLAIM_TYPE, WRONG_TYPE, |m, _| m.claim("iss", Value::Null)),
    changed("exp_string", CLAIM_TYPE, WRONG_TYPE, |m, _| { let exp = claim(&m, "exp").to_string(); m.claim("exp", exp) }),
    changed("exp_null", CLAIM_TYPE, WRONG_TYPE, |m, _| m.claim("exp", Value::Null)),
    changed("exp_true", CLAIM_TYPE, WRONG_TYPE, |m, _| m.claim("exp", true)),
    changed("exp_list", CLAIM_TYPE, WRONG_TYPE, |m, _| { let exp = json!([claim(&m, "exp")]); m.claim("exp", exp) }),
    changed("nbf_string", CLAIM_TYPE, WRONG_TYPE, |m, _| m.claim("nbf", "0")),
    changed("iat_string", CLAIM_TYPE, WRONG_TYPE, |m, _| { let iat = claim(&m, "iat").to_string(); m.claim("iat", iat) }),
    changed("sub_number", CLAIM_TYPE, WRONG_TYPE, |m, _| m.claim("sub", 7)),
    changed("sub_list", CLAIM_TYPE, WRONG_TYPE, |m, _| { let subject = json!([claim(&m, "sub")]); m.claim("sub", subject) }),
    changed("aud_number", CLAIM_TYPE, WRONG_TYPE, |m, _| m.claim("aud", 7)),
    changed("jti_number", CLAIM_TYPE, WRONG_TYPE, |m, _| m.claim("jti", 7)),
    changed("without_exp", NO_CLAIM, MISSING, |m, _| m.without_claim("exp")),
    changed("without_sub", NO_CLAIM, MISSING, |m, _| m.without_claim("sub")),
    changed("empty_sub", NO_CLAIM, MISSING, |m, _| m.claim("sub", "")),
    changed("sender_constrained", CONSTRAINED, BOUND, |m, _| m.claim("cnf", json!({"jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}))),
    changed("cnf_that_is_null", CONSTRAINED, "A cnf that cannot be read is still one", |m, _| m.claim("cnf", Value::Null)),
];

fn claim(mint: &Mint, name: &str) -> Value {
    mint.claims().get(name).cloned().unwrap_or_default()
}
