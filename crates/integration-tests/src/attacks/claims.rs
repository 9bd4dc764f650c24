//! The claims (RFC 7519, section 4.1; RFC 8725, sections 3.8, 3.9 and 3.12; RFC 9068).

use serde_json::{Value, json};

use crate::forge::{Row, changed, later};
use crate::refusal::{CLAIM_TYPE, CLAIMS, CONSTRAINED, EXPIRED, NOT_YET};

const ISSUER: &str = "RFC 8725, 3.8: the issuer is compared exactly";
const AUDIENCE: &str = "RFC 8725, 3.9: the audience names this API exactly";
const KIND: &str =
    "RFC 7519, 4.1: a registered claim of the wrong type is refused, never guessed at";
const TIME: &str = "RFC 7519, 4.1.4 to 4.1.6: from nbf and iat until exp, whatever the numbers are";
const BOUND: &str = "RFC 7800: a token that is bound to a key is no plain bearer token";

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    // iss
    changed("iss_with_another_slash", CLAIMS, ISSUER, |m, f| m.claim("iss", format!("{}/", f.ours.issuer()))),
    changed("iss_after_a_space", CLAIMS, ISSUER, |m, f| m.claim("iss", format!(" {}", f.ours.issuer()))),
    changed("iss_and_a_newline", CLAIMS, ISSUER, |m, f| m.claim("iss", format!("{}\n", f.ours.issuer()))),
    changed("iss_and_a_nul", CLAIMS, ISSUER, |m, f| m.claim("iss", format!("{}\0.evil.example", f.ours.issuer()))),
    changed("iss_and_a_zero_width_space", CLAIMS, ISSUER, |m, f| m.claim("iss", format!("{}\u{200b}", f.ours.issuer()))),
    changed("iss_with_a_cyrillic_letter", CLAIMS, ISSUER, |m, f| m.claim("iss", f.ours.issuer().replacen('p', "\u{440}", 1))),
    changed("iss_in_percent_signs", CLAIMS, ISSUER, |m, f| m.claim("iss", f.ours.issuer().replace('/', "%2F"))),
    changed("iss_with_a_query", CLAIMS, ISSUER, |m, f| m.claim("iss", format!("{}?x=1", f.ours.issuer()))),
    changed("iss_with_a_fragment", CLAIMS, ISSUER, |m, f| m.claim("iss", format!("{}#", f.ours.issuer()))),
    changed("iss_as_a_user_of_another_host", CLAIMS, ISSUER, |m, f| m.claim("iss", format!("{}@evil.example/", f.ours.issuer()))),
    changed("iss_with_a_user", CLAIMS, ISSUER, |m, f| m.claim("iss", f.ours.issuer().replacen("://", "://evil@", 1))),
    changed("iss_inside_of_another", CLAIMS, ISSUER, |m, f| m.claim("iss", format!("https://evil.example/?{}", f.ours.issuer()))),
    changed("iss_of_a_part", CLAIMS, "CVE-2024-53861, PyJWT: a part of the issuer", |m, f| m.claim("iss", f.ours.issuer().get(1..8).unwrap_or_default())),
    changed("iss_of_the_scheme", CLAIMS, "CVE-2024-53861, PyJWT: a part of the issuer", |m, _| m.claim("iss", "http")),
    changed("iss_with_a_dot_segment", CLAIMS, ISSUER, |m, f| m.claim("iss", format!("{}/../", f.ours.issuer()))),
    changed("iss_that_is_a_pattern", CLAIMS, ISSUER, |m, _| m.claim("iss", ".*")),
    changed("iss_that_is_a_star", CLAIMS, ISSUER, |m, _| m.claim("iss", "*")),
    changed("iss_of_two", CLAIMS, ISSUER, |m, f| m.claim("iss", format!("{} https://evil.example/", f.ours.issuer()))),
    changed("iss_of_the_other_provider", CLAIMS, "CVE-2018-15801, Spring Security: the issuer is not looked at", |m, f| m.claim("iss", f.other.issuer())),
    changed("iss_of_the_discovery_document", CLAIMS, ISSUER, |m, f| m.claim("iss", f.ours.discovery_url())),
    changed("iss_under_another_name", CLAIMS, ISSUER, |m, f| m.without_claim("iss").claim("ISS", f.ours.issuer())),
    changed("iss_among_others", CLAIM_TYPE, "CVE-2025-30144, fast-jwt: a list of issuers", |m, f| m.claim("iss", json!(["https://evil.example/", f.ours.issuer()]))),
    changed("iss_in_an_object", CLAIM_TYPE, KIND, |m, f| m.claim("iss", json!({"0": f.ours.issuer()}))),
    changed("iss_true", CLAIM_TYPE, KIND, |m, _| m.claim("iss", true)),

    // aud
    changed("aud_of_empty_texts", CLAIMS, "CVE-2020-26160, jwt-go: a list where a text is expected", |m, _| m.claim("aud", json!(["", ""]))),
    changed("aud_after_a_space", CLAIMS, AUDIENCE, |m, f| m.claim("aud", format!(" {}", f.ours.audience()))),
    changed("aud_and_a_nul", CLAIMS, AUDIENCE, |m, f| m.claim("aud", format!("{}\0", f.ours.audience()))),
    changed("aud_with_more_before_it", CLAIMS, AUDIENCE, |m, f| m.claim("aud", format!("x{}", f.ours.audience()))),
    changed("aud_of_two_with_a_comma", CLAIMS, AUDIENCE, |m, f| m.claim("aud", format!("{},other", f.ours.audience()))),
    changed("aud_that_is_a_star", CLAIMS, AUDIENCE, |m, _| m.claim("aud", json!(["*", ".*"]))),
    changed("aud_of_the_other_provider", CLAIMS, AUDIENCE, |m, f| m.claim("aud", f.other.audience())),
    changed("aud_of_the_issuer", CLAIMS, AUDIENCE, |m, f| m.claim("aud", f.ours.issuer())),
    changed("aud_under_another_name", CLAIMS, AUDIENCE, |m, f| m.without_claim("aud").claim("audience", f.ours.audience())),
    changed("aud_in_an_object", CLAIM_TYPE, KIND, |m, f| m.claim("aud", json!({"0": f.ours.audience()}))),
    changed("aud_in_a_list_of_lists", CLAIM_TYPE, KIND, |m, f| m.claim("aud", json!([[f.ours.audience()]]))),
    changed("aud_beside_null", CLAIM_TYPE, KIND, |m, f| m.claim("aud", json!([null, f.ours.audience()]))),
    changed("aud_true", CLAIM_TYPE, KIND, |m, _| m.claim("aud", true)),

    // exp
    changed("exp_at_the_edge", EXPIRED, TIME, |m, _| m.expires_in(-5)),
    changed("exp_of_minus_zero", EXPIRED, TIME, |m, _| m.claim("exp", -0.0)),
    changed("exp_below_all_numbers", EXPIRED, TIME, |m, _| m.claim("exp", -1e308)),
    changed("exp_of_the_smallest_integer", EXPIRED, TIME, |m, _| m.claim("exp", i64::MIN)),
    changed("exp_close_to_zero", EXPIRED, TIME, |m, _| m.claim("exp", 5e-324)),
    changed("exp_after_the_seconds_of_1970", EXPIRED, TIME, |m, _| m.claim("exp", 1e-9)),
    changed("exp_false", CLAIM_TYPE, KIND, |m, _| m.claim("exp", false)),
    changed("exp_in_an_object", CLAIM_TYPE, KIND, |m, _| m.claim("exp", json!({"$date": 4_000_000_000_u32}))),
    changed("exp_empty", CLAIM_TYPE, KIND, |m, _| m.claim("exp", "")),
    changed("exp_that_is_not_a_number", CLAIM_TYPE, KIND, |m, _| m.claim("exp", "NaN")),
    changed("exp_without_end", CLAIM_TYPE, KIND, |m, _| m.claim("exp", "Infinity")),
    changed("exp_in_words", CLAIM_TYPE, KIND, |m, _| m.claim("exp", "2099-01-01T00:00:00Z")),
    changed("exp_that_never_comes", CLAIM_TYPE, KIND, |m, _| m.claim("exp", "never")),

    // nbf and iat
    changed("nbf_in_half_a_minute", NOT_YET, TIME, |m, _| later(m, "nbf", 30)),
    changed("nbf_of_two_to_the_63", NOT_YET, TIME, |m, _| m.claim("nbf", 1_u64 << 63)),
    changed("nbf_of_the_largest_integer", NOT_YET, TIME, |m, _| m.claim("nbf", u64::MAX)),
    changed("nbf_above_all_numbers", NOT_YET, TIME, |m, _| m.claim("nbf", 1e308)),
    changed("nbf_in_milliseconds", NOT_YET, TIME, |m, _| { let now = m.claims().get("iat").and_then(Value::as_i64).unwrap_or_default(); m.claim("nbf", now.saturating_mul(1000)) }),
    changed("iat_in_half_a_minute", NOT_YET, TIME, |m, _| later(m, "iat", 30)),
    changed("iat_of_the_largest_integer", NOT_YET, TIME, |m, _| m.claim("iat", u64::MAX)),
    changed("iat_above_all_numbers", NOT_YET, TIME, |m, _| m.claim("iat", 1e308)),
    changed("nbf_null", CLAIM_TYPE, KIND, |m, _| m.claim("nbf", Value::Null)),
    changed("nbf_true", CLAIM_TYPE, KIND, |m, _| m.claim("nbf", true)),
    changed("nbf_in_a_list", CLAIM_TYPE, KIND, |m, _| m.claim("nbf", json!([0]))),
    changed("nbf_in_an_object", CLAIM_TYPE, KIND, |m, _| m.claim("nbf", json!({}))),
    changed("iat_null", CLAIM_TYPE, KIND, |m, _| m.claim("iat", Value::Null)),
    changed("iat_false", CLAIM_TYPE, KIND, |m, _| m.claim("iat", false)),
    changed("iat_in_a_list", CLAIM_TYPE, KIND, |m, _| m.claim("iat", json!([0]))),

    // sub and jti
    changed("sub_null", CLAIM_TYPE, KIND, |m, _| m.claim("sub", Value::Null)),
    changed("sub_true", CLAIM_TYPE, KIND, |m, _| m.claim("sub", true)),
    changed("sub_in_an_object", CLAIM_TYPE, KIND, |m, _| m.claim("sub", json!({"id": "admin"}))),
    changed("jti_null", CLAIM_TYPE, KIND, |m, _| m.claim("jti", Value::Null)),
    changed("jti_in_a_list", CLAIM_TYPE, KIND, |m, _| m.claim("jti", json!(["x"]))),
    changed("jti_in_an_object", CLAIM_TYPE, KIND, |m, _| m.claim("jti", json!({}))),
    changed("jti_false", CLAIM_TYPE, KIND, |m, _| m.claim("jti", false)),

    // cnf
    changed("cnf_of_a_certificate", CONSTRAINED, "RFC 8705, 3.1: bound to a certificate", |m, _| m.claim("cnf", json!({"x5t#S256": "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2"}))),
    changed("cnf_of_a_key", CONSTRAINED, BOUND, |m, _| m.claim("cnf", json!({"jwk": {"kty": "oct", "k": "AAAA"}}))),
    changed("cnf_of_a_key_id", CONSTRAINED, BOUND, |m, f| m.claim("cnf", json!({"kid": f.kid()}))),
    changed("cnf_of_two", CONSTRAINED, BOUND, |m, _| m.claim("cnf", json!({"jkt": "AAAA", "x5t#S256": "AAAA"}))),
    changed("cnf_of_an_unknown_kind", CONSTRAINED, BOUND, |m, _| m.claim("cnf", json!({"bork": 1}))),
    changed("cnf_that_is_empty", CONSTRAINED, BOUND, |m, _| m.claim("cnf", json!({}))),
    changed("cnf_that_is_a_text", CONSTRAINED, BOUND, |m, _| m.claim("cnf", "jkt")),
    changed("cnf_that_is_a_list", CONSTRAINED, BOUND, |m, _| m.claim("cnf", json!([]))),
    changed("cnf_that_is_false", CONSTRAINED, BOUND, |m, _| m.claim("cnf", false)),
];
