//! What is no JWT, or could be read as two (RFC 7515, sections 2 and 7.1; RFC 8259; RFC 8725, sections 2.6 and 3.7).

use local_issuer::Segment::{Header, Payload};

use crate::forge::{Row, changed, loosened, written};
use crate::jwt::segment;
use crate::refusal::{
    ALGORITHM, ENCRYPTED, HEADER, HEADER_ENCODING, OPAQUE, PAYLOAD, PAYLOAD_ENCODING,
    SEVERAL_TOKENS, SIGNATURE_ENCODING, TOO_FEW, TOO_MANY,
};

const ENCODING: &str = "RFC 7515, 2: base64url without padding, line breaks and white space";
const CANONICAL: &str =
    "RFC 4648, 3.5: bits that mean nothing are zero, so that one token has one text";
const JSON: &str = "RFC 8259: JSON, and nothing that is nearly JSON";
const UTF8: &str = "RFC 8725, 3.7: UTF-8";
const UNIQUE: &str = "RFC 7519, 4: names are unique, so that no two readers disagree";
const FORM: &str = "RFC 7515, 7.1: three segments";

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    // The segments.
    written("json_serialization", SEVERAL_TOKENS, "RFC 7515, 7.2: another serialization", |f| f.segments(|h, p, s| format!(r#"{{"protected":"{h}","payload":"{p}","signature":"{s}"}}"#))),
    written("both_serializations_in_one", SEVERAL_TOKENS, "CVE-2022-39227, python-jwt: a text that is both serializations", |f| f.segments(|h, p, s| format!(r#"{{"{h}.e30.":"","protected":"{h}","payload":"{p}","signature":"{s}"}}"#))),
    written("encrypted", ENCRYPTED, "RFC 7516, 7.1: five segments", |f| Ok(format!("{}.AAAA.AAAA.AAAA.AAAA", segment(format!(r#"{{"alg":"RSA-OAEP","enc":"A256GCM","kid":"{}"}}"#, f.kid()))))),
    written("opaque", OPAQUE, "RFC 6749, 1.4: a token that only its issuer can read", |_| Ok("M7aQxYm5s2dGbP0rTzL9vKc8WnEhJu4f".to_owned())),
    written("encrypted_with_a_segment_missing", TOO_MANY, "CVE-2019-18848, json-jwt: the segments are not counted", |f| f.segments(|h, p, s| format!("{h}.{p}.{s}.AAAA"))),
    written("ten_thousand_dots", TOO_MANY, "CVE-2025-30204, golang-jwt: memory for each dot", |_| Ok(".".repeat(10_000))),
    written("nothing_between_the_dots", HEADER, FORM, |_| Ok("..".to_owned())),
    written("the_signature_alone", HEADER, FORM, |f| f.segments(|_, _, s| format!("..{s}"))),
    written("the_header_alone", PAYLOAD, FORM, |f| f.segments(|h, _, _| format!("{h}.."))),
    written("without_a_header", HEADER, FORM, |f| f.segments(|_, p, s| format!(".{p}.{s}"))),
    written("twice", TOO_MANY, FORM, |f| f.segments(|h, p, s| format!("{h}.{p}.{s}{h}.{p}.{s}"))),
    written("nested", HEADER, "RFC 7519, 5.2: a token in the place of a header", |f| f.segments(|h, p, s| format!("{}.{p}.{s}", segment(format!("{h}.{p}.{s}"))))),
    written("a_token_for_the_payload", PAYLOAD, "RFC 7519, 5.2: a token in the place of the claims", |f| f.segments(|h, p, s| format!("{h}.{}.{s}", segment(format!("{h}.{p}.{s}"))))),
    written("header_and_payload_exchanged", ALGORITHM, FORM, |f| f.segments(|h, p, s| format!("{p}.{h}.{s}"))),
    written("in_quotes", HEADER_ENCODING, FORM, |f| f.segments(|h, p, s| format!("\"{h}.{p}.{s}\""))),
    written("in_angle_brackets", HEADER_ENCODING, FORM, |f| f.segments(|h, p, s| format!("<{h}.{p}.{s}>"))),
    written("with_the_scheme_again", HEADER_ENCODING, FORM, |f| f.segments(|h, p, s| format!("Bearer:{h}.{p}.{s}"))),
    written("as_a_parameter", HEADER_ENCODING, FORM, |f| f.segments(|h, p, s| format!("token={h}.{p}.{s}"))),
    written("with_encoded_dots", TOO_FEW, FORM, |f| f.segments(|h, p, s| format!("{h}%2E{p}%2E{s}"))),
    written("with_a_line_break_encoded", SIGNATURE_ENCODING, FORM, |f| f.segments(|h, p, s| format!("{h}.{p}.{s}%0D%0A"))),
    written("with_disclosures", SIGNATURE_ENCODING, "RFC 9901: a selective-disclosure token is no access token", |f| f.segments(|h, p, s| format!("{h}.{p}.{s}~WyJhIiwiYiIsImMiXQ~"))),
    written("another_kind_of_token", HEADER_ENCODING, "RFC 7515, 7.1: PASETO has three segments too", |_| Ok("v4.public.eyJzdWIiOiJhZG1pbiJ9".to_owned())),
    written("with_colons_for_dots", TOO_FEW, FORM, |f| f.segments(|h, p, s| format!("{h}:{p}:{s}"))),

    // base64url
    changed("header_with_loose_bits", HEADER_ENCODING, CANONICAL, |m, f| m.segment(Header, loosened(f.header_and("")).unwrap_or_default())),
    changed("payload_with_loose_bits", PAYLOAD_ENCODING, CANONICAL, |m, f| { let payload = loosened(f.claims_and(&m, "")).unwrap_or_default(); m.segment(Payload, payload) }),
    changed("payload_with_padding", PAYLOAD_ENCODING, ENCODING, |m, _| m.segment(Payload, "e30=")),
    changed("payload_with_encoded_padding", PAYLOAD_ENCODING, ENCODING, |m, _| m.segment(Payload, "e30%3D")),
    changed("header_of_one_letter", HEADER_ENCODING, ENCODING, |m, _| m.segment(Header, "e")),
    changed("payload_of_one_letter_too_many", PAYLOAD_ENCODING, ENCODING, |m, _| m.segment(Payload, "e30AA")),
    changed("header_with_a_star", HEADER_ENCODING, ENCODING, |m, _| m.segment(Header, "e3*0")),
    changed("header_that_is_not_encoded", HEADER_ENCODING, ENCODING, |m, _| m.segment(Header, "{}")),
    changed("payload_that_is_not_encoded", PAYLOAD_ENCODING, ENCODING, |m, _| m.segment(Payload, "{}")),
    changed("header_encoded_twice", HEADER, ENCODING, |m, f| m.header_bytes(segment(f.header_and("")))),
    changed("payload_encoded_twice", PAYLOAD, ENCODING, |m, f| { let claims = segment(f.claims_and(&m, "")); m.payload(claims) }),

    // JSON that is none.
    changed("header_with_a_byte_order_mark", HEADER, UTF8, |m, f| m.header_bytes(format!("\u{feff}{}", f.header_and("")))),
    changed("payload_with_a_byte_order_mark", PAYLOAD, UTF8, |m, f| { let claims = f.claims_and(&m, ""); m.payload(format!("\u{feff}{claims}")) }),
    changed("header_that_is_not_utf8", HEADER, UTF8, |m, _| m.header_bytes(b"{\"alg\":\"RS256\",\"x\":\"\xff\"}".to_vec())),
    changed("header_in_utf16", HEADER, UTF8, |m, f| m.header_bytes(f.header_and("").encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<_>>())),
    changed("payload_in_utf16", PAYLOAD, UTF8, |m, f| { let claims: Vec<u8> = f.claims_and(&m, "").encode_utf16().flat_map(u16::to_le_bytes).collect(); m.payload(claims) }),
    changed("payload_with_an_overlong_letter", PAYLOAD, UTF8, |m, _| m.payload(b"{\"sub\":\"\xc1\xa1\"}".to_vec())),
    changed("payload_with_half_a_pair", PAYLOAD, UTF8, |m, f| { let claims = f.claims_and(&m, r#""x":"\ud800","#); m.payload(claims) }),
    changed("payload_with_a_raw_line_break_in_a_text", PAYLOAD, JSON, |m, f| { let claims = f.claims_and(&m, "\"x\":\"\n\","); m.payload(claims) }),
    changed("payload_with_a_nul_behind_it", PAYLOAD, JSON, |m, f| { let claims = f.claims_and(&m, ""); m.payload(format!("{claims}\0")) }),
    changed("header_with_more_behind_it", HEADER, JSON, |m, f| m.header_bytes(format!("{}{{}}", f.header_and("")))),
    changed("header_with_a_nul_behind_it", HEADER, JSON, |m, f| m.header_bytes(format!("{}\0", f.header_and("")))),
    changed("header_with_a_comment", HEADER, JSON, |m, f| m.header_bytes(f.header_and("/* */"))),
    changed("payload_with_a_comment", PAYLOAD, JSON, |m, f| { let claims = f.claims_and(&m, "// \n"); m.payload(claims) }),
    changed("payload_with_a_comma_too_many", PAYLOAD, JSON, |m, f| { let claims = f.claims_and(&m, ","); m.payload(claims) }),
    changed("payload_in_single_quotes", PAYLOAD, JSON, |m, f| { let claims = f.claims_and(&m, "").replace('"', "'"); m.payload(claims) }),
    changed("payload_with_a_name_without_quotes", PAYLOAD, JSON, |m, f| { let claims = f.claims_and(&m, "x:1,"); m.payload(claims) }),
    changed("payload_that_is_cut_off", PAYLOAD, JSON, |m, f| { let claims = f.claims_and(&m, ""); m.payload(claims.trim_end_matches('}')) }),
    changed("payload_that_is_a_text_of_json", PAYLOAD, JSON, |m, f| { let claims = serde_json::Value::from(f.claims_and(&m, "")).to_string(); m.payload(claims) }),
    changed("payload_in_a_list", PAYLOAD, JSON, |m, f| { let claims = f.claims_and(&m, ""); m.payload(format!("[{claims}]")) }),
    changed("payload_that_is_a_number", PAYLOAD, JSON, |m, _| m.payload("1")),
    changed("header_that_is_null", HEADER, JSON, |m, _| m.header_bytes("null")),
    changed("header_that_is_a_text_of_json", HEADER, JSON, |m, f| m.header_bytes(serde_json::Value::from(f.header_and("")).to_string())),

    // Numbers.
    changed("number_that_is_not_one", PAYLOAD, JSON, |m, f| { let claims = f.claims_and(&m, r#""x":NaN,"#); m.payload(claims) }),
    changed("number_without_end", PAYLOAD, JSON, |m, f| { let claims = f.claims_and(&m, r#""x":Infinity,"#); m.payload(claims) }),
    changed("number_beyond_all_range", PAYLOAD, JSON, |m, f| { let claims = f.claims_and(&m, r#""x":1e400,"#); m.payload(claims) }),
    changed("exp_beyond_all_range", PAYLOAD, JSON, |m, f| { let claims = f.claims_and(&m.clone().without_claim("exp"), r#""exp":1e400,"#); m.payload(claims) }),
    changed("exp_of_four_thousand_digits", PAYLOAD, JSON, |m, f| { let claims = f.claims_and(&m.clone().without_claim("exp"), &format!(r#""exp":{},"#, "9".repeat(4000))); m.payload(claims) }),
    changed("number_with_a_zero_before_it", PAYLOAD, JSON, |m, f| { let claims = f.claims_and(&m, r#""x":01,"#); m.payload(claims) }),
    changed("number_with_a_plus", PAYLOAD, JSON, |m, f| { let claims = f.claims_and(&m, r#""x":+1,"#); m.payload(claims) }),
    changed("number_in_hexadecimal_digits", PAYLOAD, JSON, |m, f| { let claims = f.claims_and(&m, r#""x":0x7f,"#); m.payload(claims) }),

    // Depth.
    changed("header_of_two_hundred_lists", HEADER, "RFC 8259, 9: depth is bounded", |m, f| m.header_bytes(f.header_and(&format!(r#""x":{}{},"#, "[".repeat(200), "]".repeat(200))))),
    changed("payload_of_two_hundred_objects", PAYLOAD, "RFC 8259, 9: depth is bounded", |m, f| { let claims = f.claims_and(&m, &format!(r#""x":{}1{},"#, r#"{"x":"#.repeat(200), "}".repeat(200))); m.payload(claims) }),

    // Names that stand twice.
    changed("iss_twice", PAYLOAD, UNIQUE, |m, f| { let claims = f.claims_and(&m, r#""iss":"https://evil.example/","#); m.payload(claims) }),
    changed("aud_twice", PAYLOAD, UNIQUE, |m, f| { let claims = f.claims_and(&m, r#""aud":"https://other.example","#); m.payload(claims) }),
    changed("exp_twice", PAYLOAD, UNIQUE, |m, f| { let claims = f.claims_and(&m, r#""exp":1,"#); m.payload(claims) }),
    changed("roles_twice", PAYLOAD, UNIQUE, |m, f| { let claims = f.claims_and(&m, r#""roles":[],"roles":["admin"],"#); m.payload(claims) }),
    changed("scope_twice", PAYLOAD, UNIQUE, |m, f| { let claims = f.claims_and(&m.clone().without_claim("scope"), r#""scope":"","scope":"read:messages","#); m.payload(claims) }),
    changed("sub_twice_with_an_escape", PAYLOAD, UNIQUE, |m, f| { let claims = f.claims_and(&m, r#""s\u0075b":"admin","#); m.payload(claims) }),
    changed("name_twice_further_down", PAYLOAD, UNIQUE, |m, f| { let claims = f.claims_and(&m, r#""x":[{"y":1,"y":2}],"#); m.payload(claims) }),
    changed("name_twice_further_down_in_the_header", HEADER, UNIQUE, |m, f| m.header_bytes(f.header_and(r#""x":{"y":1,"y":2},"#))),
    changed("unknown_name_twice_in_the_header", HEADER, UNIQUE, |m, f| m.header_bytes(f.header_and(r#""x":1,"x":1,"#))),
];
