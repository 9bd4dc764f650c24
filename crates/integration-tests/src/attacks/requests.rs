//! Heads and bodies that no HTTP client would send (RFC 6750, section 2; RFC 9110; RFC 9112, sections 5, 6 and 11).

use super::request::Outcome::{Open, OpenThenRefused, Refused, Shut, Unread};
use super::request::{Request, request};
use crate::refusal::{
    HEADER_ENCODING, NO_TOKEN, NOT_ASCII, NOTHING_AFTER_BEARER, SEVERAL_HEADERS, SEVERAL_TOKENS,
};

const ONE: &str = "RFC 9110, 5.3: a field that is no list appears once";
const FORM: &str = "RFC 6750, 2.1: Bearer, a space, and one token";
const FIELD: &str =
    "RFC 9112, 5: a name, a colon and a value, in one line, without control characters";
const PLACE: &str =
    "RFC 6750, 2: the Authorization header is the one place that a token is read from";
const SMUGGLED: &str = "RFC 9112, 11.2: a second request that hides in the first";
const PATH: &str = "RFC 3986, 6: a path that another reader takes for another";
const LINE: &str = "RFC 9112, 3: a method, a target and a version";

#[rustfmt::skip]
pub(super) const ROWS: &[Request] = &[
    // So that the others are refused for what differs.
    request("as_it_should_be", Open, FORM, |t| t.get(&format!("Authorization: Bearer {t}"))),
    request("name_in_lower_case", Open, "RFC 9110, 5.1: names are read without regard to case", |t| t.get(&format!("authorization: Bearer {t}"))),
    request("name_and_scheme_in_upper_case", Open, "RFC 9110, 11.1: schemes are read without regard to case", |t| t.get(&format!("AUTHORIZATION: BEARER {t}"))),
    request("white_space_around_the_value", Open, "RFC 9110, 5.5: white space around a value is no part of it", |t| t.get(&format!("Authorization: \t Bearer {t} \t"))),
    request("two_spaces_after_the_scheme", Open, "RFC 9110, 11.4: one or more spaces", |t| t.get(&format!("Authorization: Bearer  {t}"))),
    request("a_body_with_a_get", Open, "RFC 9110, 9.3.1: a body that means nothing", |t| format!("{}hello", t.get(&format!("Authorization: Bearer {t}\r\nContent-Length: 5")))),

    // Several.
    request("two_that_are_the_same", Refused(SEVERAL_HEADERS), ONE, |t| t.get(&format!("Authorization: Bearer {t}\r\nAuthorization: Bearer {t}"))),
    request("two_in_different_case", Refused(SEVERAL_HEADERS), ONE, |t| t.get(&format!("Authorization: Bearer {t}\r\naUTHORIZATION: Bearer a.b.c"))),
    request("an_empty_one_first", Refused(SEVERAL_HEADERS), ONE, |t| t.get(&format!("Authorization:\r\nAuthorization: Bearer {t}"))),
    request("an_empty_one_last", Refused(SEVERAL_HEADERS), ONE, |t| t.get(&format!("Authorization: Bearer {t}\r\nAuthorization: "))),
    request("three", Refused(SEVERAL_HEADERS), ONE, |t| t.get(&format!("Authorization: Bearer {t}\r\nAuthorization: Basic Og==\r\nAuthorization: Bearer {t}"))),
    request("two_far_apart", Refused(SEVERAL_HEADERS), ONE, |t| t.get(&format!("Authorization: Bearer {t}\r\n{}Authorization: Bearer x", "X-Between: 1\r\n".repeat(50)))),
    request("a_list", Refused(SEVERAL_TOKENS), ONE, |t| t.get(&format!("Authorization: Bearer {t}, Bearer {t}"))),
    request("a_list_with_nothing_behind_the_comma", Refused(SEVERAL_TOKENS), ONE, |t| t.get(&format!("Authorization: Bearer {t},"))),
    request("basic_and_bearer_in_a_list", Refused(NO_TOKEN), ONE, |t| t.get(&format!("Authorization: Basic Og==, Bearer {t}"))),
    request("the_scheme_twice", Refused(SEVERAL_TOKENS), FORM, |t| t.get(&format!("Authorization: Bearer Bearer {t}"))),

    // The value.
    request("empty", Refused(NO_TOKEN), FORM, |t| t.get("Authorization:")),
    request("a_tab_after_the_scheme", Refused(NO_TOKEN), FORM, |t| t.get(&format!("Authorization: Bearer\t{t}"))),
    request("a_space_and_a_tab_after_the_scheme", Refused(SEVERAL_TOKENS), FORM, |t| t.get(&format!("Authorization: Bearer \t{t}"))),
    request("a_tab_inside", Refused(SEVERAL_TOKENS), FORM, |t| t.get(&format!("Authorization: Bearer {}", t.token.replacen('.', "\t.", 1)))),
    request("a_colon_after_the_scheme", Refused(NO_TOKEN), FORM, |t| t.get(&format!("Authorization: Bearer: {t}"))),
    request("an_equals_sign_after_the_scheme", Refused(NO_TOKEN), FORM, |t| t.get(&format!("Authorization: Bearer={t}"))),
    request("no_space_after_the_scheme", Refused(NO_TOKEN), FORM, |t| t.get(&format!("Authorization: Bearer{t}"))),
    request("no_scheme", Refused(NO_TOKEN), FORM, |t| t.get(&format!("Authorization: {t}"))),
    request("the_scheme_and_a_tab", Refused(NOTHING_AFTER_BEARER), FORM, |t| t.get("Authorization: Bearer\t")),
    request("the_token_in_quotes", Refused(HEADER_ENCODING), FORM, |t| t.get(&format!("Authorization: Bearer \"{t}\""))),
    request("the_token_as_a_parameter", Refused(HEADER_ENCODING), FORM, |t| t.get(&format!("Authorization: Bearer token=\"{t}\""))),
    request("the_token_as_a_password", Refused(NO_TOKEN), FORM, |t| t.get(&format!("Authorization: Basic {}", crate::jwt::segment(format!(":{t}"))))),
    request("digest", Refused(NO_TOKEN), FORM, |t| t.get(&format!("Authorization: Digest username=\"admin\", response=\"{t}\""))),
    request("negotiate", Refused(NO_TOKEN), FORM, |t| t.get(&format!("Authorization: Negotiate {t}"))),
    request("a_scheme_with_a_cyrillic_letter", Refused(NOT_ASCII), FORM, |t| t.get(&format!("Authorization: B\u{435}arer {t}"))),
    request("a_space_that_does_not_break", Refused(NOT_ASCII), FORM, |t| t.get(&format!("Authorization: Bearer\u{a0}{t}"))),
    request("a_line_encoded", Refused(HEADER_ENCODING), FORM, |t| t.get(&format!("Authorization: Bearer %0D%0AAuthorization:%20Bearer%20{t}"))),

    // The field.
    request("a_folded_line", Unread, "RFC 9112, 5.2: obs-fold", |t| t.get(&format!("Authorization: Bearer\r\n {t}"))),
    request("a_line_folded_with_a_tab", Unread, "RFC 9112, 5.2: obs-fold", |t| t.get(&format!("Authorization:\r\n\tBearer {t}"))),
    request("a_folded_line_before_it", Unread, "RFC 9112, 5.2: obs-fold", |t| t.get(&format!("X-A: b\r\n Authorization: Bearer {t}"))),
    request("a_space_before_the_colon", Unread, "RFC 9112, 5.1: no white space before the colon", |t| t.get(&format!("Authorization : Bearer {t}"))),
    request("a_tab_before_the_colon", Unread, "RFC 9112, 5.1: no white space before the colon", |t| t.get(&format!("Authorization\t: Bearer {t}"))),
    request("no_colon", Unread, FIELD, |t| t.get(&format!("Authorization Bearer {t}"))),
    request("no_name", Unread, FIELD, |t| t.get(&format!(": Bearer {t}"))),
    request("a_nul_in_the_name", Unread, FIELD, |t| t.get(&format!("Authorization\0: Bearer {t}"))),
    request("a_nul_in_the_value", Unread, FIELD, |t| t.get(&format!("Authorization: Bearer {t}\0"))),
    request("a_control_character_in_the_value", Unread, FIELD, |t| t.get(&format!("Authorization: Bearer \u{1}{t}"))),
    request("an_escape_in_the_value", Unread, FIELD, |t| t.get(&format!("Authorization: Bearer \u{1b}[31m{t}"))),
    request("a_delete_in_the_value", Unread, FIELD, |t| t.get(&format!("Authorization: Bearer {t}\u{7f}"))),
    request("a_carriage_return_in_the_value", Unread, FIELD, |t| t.get(&format!("X-A: b\rAuthorization: Bearer {t}"))),
    request("a_name_with_letters_of_another_alphabet", Unread, FIELD, |t| t.get(&format!("\u{410}uthorization: Bearer {t}"))),
    request("a_name_of_a_hundred_thousand_letters", Unread, FIELD, |t| t.get(&format!("{}: x\r\nAuthorization: Bearer {t}", "n".repeat(100_000)))),
    request("a_value_of_a_million_letters", Unread, FIELD, |t| t.get(&format!("X-Long: {}\r\nAuthorization: Bearer {t}", "v".repeat(1_000_000)))),
    request("a_thousand_fields", Unread, FIELD, |t| t.get(&format!("{}Authorization: Bearer {t}", "X-Many: 1\r\n".repeat(1000)))),

    // Another place.
    request("authorisation", Refused(NO_TOKEN), PLACE, |t| t.get(&format!("Authorisation: Bearer {t}"))),
    request("authorization_and_an_underscore", Refused(NO_TOKEN), PLACE, |t| t.get(&format!("Authorization_: Bearer {t}"))),
    request("proxy_authorization", Refused(NO_TOKEN), PLACE, |t| t.get(&format!("Proxy-Authorization: Bearer {t}"))),
    request("forwarded_authorization", Refused(NO_TOKEN), PLACE, |t| t.get(&format!("X-Forwarded-Authorization: Bearer {t}"))),
    request("original_authorization", Refused(NO_TOKEN), PLACE, |t| t.get(&format!("X-Original-Authorization: Bearer {t}"))),
    request("http_authorization", Refused(NO_TOKEN), PLACE, |t| t.get(&format!("HTTP_AUTHORIZATION: Bearer {t}"))),
    request("access_token_of_a_proxy", Refused(NO_TOKEN), PLACE, |t| t.get(&format!("X-Auth-Request-Access-Token: {t}\r\nX-Access-Token: {t}\r\nX-Auth-Token: {t}"))),
    request("user_of_a_proxy", Refused(NO_TOKEN), PLACE, |t| t.get("X-Forwarded-User: admin\r\nX-Remote-User: admin\r\nX-User-Id: admin\r\nX-Roles: admin")),
    request("address_of_the_machine_itself", Refused(NO_TOKEN), PLACE, |t| t.get("X-Forwarded-For: 127.0.0.1\r\nForwarded: for=127.0.0.1;host=localhost\r\nX-Real-IP: 127.0.0.1")),
    request("protocol_of_a_socket", Refused(NO_TOKEN), PLACE, |t| t.get(&format!("Sec-WebSocket-Protocol: bearer, {t}"))),
    request("certificate_of_a_client", Refused(NO_TOKEN), PLACE, |t| t.get(&format!("X-Client-Cert: {t}\r\nX-SSL-Client-Verify: SUCCESS"))),
    request("dpop_without_authorization", Refused(NO_TOKEN), PLACE, |t| t.get(&format!("DPoP: {t}"))),
    request("query", Refused(NO_TOKEN), PLACE, |t| t.to(&format!("{}?access_token={t}&Authorization=Bearer%20{t}", t.routes.private), "")),
    request("fragment", Shut, PLACE, |t| t.to(&format!("{}#access_token={t}", t.routes.private), "")),
    request("cookie", Refused(NO_TOKEN), PLACE, |t| t.get(&format!("Cookie: Authorization=Bearer {t}; DS={t}; token={t}"))),
    request("user_of_the_address", Shut, PLACE, |t| t.to(&format!("http://Bearer:{t}@service{}", t.routes.private), "")),
    request("form", Refused(NO_TOKEN), "RFC 6750, 2.2: a form's token is not read", |t| format!("{}access_token={t}", t.get(&format!("Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}", t.token.len() + 13)))),
    request("trailer", Refused(NO_TOKEN), "RFC 9110, 6.5.1: credentials do not come in trailers", |t| format!("{}0\r\nAuthorization: Bearer {t}\r\n\r\n", t.get("Trailer: Authorization\r\nTransfer-Encoding: chunked"))),

    // A second request.
    request("a_good_one_and_one_without_a_token", OpenThenRefused(NO_TOKEN), "RFC 9112, 9.3: each request on a connection is independent", |t| format!("GET {} HTTP/1.1\r\nHost: service\r\nAuthorization: Bearer {t}\r\n\r\n{}", t.routes.private, t.get(""))),
    request("both_lengths_the_chunks_being_shorter", Shut, SMUGGLED, |t| format!("GET {} HTTP/1.1\r\nHost: service\r\nContent-Length: {}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{}", t.routes.private, t.get("").len() + 5, t.get(""))),
    request("both_lengths_the_chunks_being_longer", Shut, SMUGGLED, |t| format!("GET {} HTTP/1.1\r\nHost: service\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n{:x}\r\n{}\r\n0\r\n\r\n", t.routes.private, t.get("").len(), t.get(""))),
    request("an_unknown_transfer_encoding", Shut, SMUGGLED, |t| format!("{}0\r\n\r\n{}", t.get("Transfer-Encoding: xchunked"), t.get(""))),
    request("chunked_twice", Shut, SMUGGLED, |t| format!("{}0\r\n\r\n{}", t.get("Transfer-Encoding: chunked, identity\r\nTransfer-Encoding: chunked"), t.get(""))),
    request("chunked_behind_a_vertical_tab", Unread, SMUGGLED, |t| format!("{}0\r\n\r\n{}", t.get("Transfer-Encoding: \u{b}chunked"), t.get(""))),
    request("two_lengths", Unread, SMUGGLED, |t| format!("{}{}", t.get("Content-Length: 0\r\nContent-Length: 5"), t.get(""))),
    request("a_length_with_a_sign", Unread, SMUGGLED, |t| format!("{}{}", t.get("Content-Length: +5"), t.get(""))),
    request("a_length_below_zero", Unread, SMUGGLED, |t| format!("{}{}", t.get("Content-Length: -1"), t.get(""))),
    request("a_length_that_is_a_list", Unread, SMUGGLED, |t| format!("{}{}", t.get("Content-Length: 0, 0"), t.get(""))),
    request("a_chunk_of_all_memory", Shut, SMUGGLED, |t| format!("{}ffffffffffffffff\r\n{}", t.get("Transfer-Encoding: chunked"), t.get(""))),
    request("a_chunk_longer_than_a_number", Shut, SMUGGLED, |t| format!("{}10000000000000000\r\n{}", t.get("Transfer-Encoding: chunked"), t.get(""))),

    // The request line.
    request("another_address_in_a_header", Refused(NO_TOKEN), PATH, |t| t.get(&format!("X-Original-URL: {0}\r\nX-Rewrite-URL: {0}\r\nX-Forwarded-Prefix: {0}", t.routes.public))),
    request("another_method_in_a_header", Refused(NO_TOKEN), PATH, |t| t.get("X-HTTP-Method-Override: OPTIONS\r\nX-Method-Override: OPTIONS")),
    request("a_whole_address", Refused(NO_TOKEN), PATH, |t| t.to(&format!("http://evil.example{}", t.routes.private), "")),
    request("two_slashes", Shut, PATH, |t| t.to(&format!("/{}", t.routes.private), "")),
    request("two_slashes_inside", Shut, PATH, |t| t.to(&t.below("//"), "")),
    request("a_dot_segment", Shut, PATH, |t| t.to(&t.below("/./"), "")),
    request("back_from_a_public_route", Shut, PATH, |t| t.to(&t.back("..", "/"), "")),
    request("back_from_a_public_route_encoded", Shut, PATH, |t| t.to(&t.back("%2e%2e", "/"), "")),
    request("back_from_health_with_an_encoded_slash", Shut, PATH, |t| t.to(&format!("/health%2f..{}", t.routes.private.replace('/', "%2f")), "")),
    request("an_encoded_letter", Shut, PATH, |t| t.to(&t.routes.private.replace('e', "%65"), "")),
    request("an_encoded_slash", Shut, PATH, |t| t.to(&t.below("%2f"), "")),
    request("upper_case", Shut, PATH, |t| t.to(&t.routes.private.to_uppercase(), "")),
    request("a_slash_at_the_end", Shut, PATH, |t| t.to(&format!("{}/", t.routes.private), "")),
    request("a_path_parameter", Shut, PATH, |t| t.to(&format!("{};{}", t.routes.private, t.routes.public), "")),
    request("a_nul_encoded", Shut, PATH, |t| t.to(&format!("{}%00", t.routes.private), "")),
    request("a_backslash", Shut, PATH, |t| t.to(&t.below("\\"), "")),
    request("letters_of_another_alphabet", Shut, PATH, |t| t.to(&t.routes.private.replace('e', "\u{435}"), "")),
    request("an_overlong_slash", Shut, PATH, |t| t.to(&t.back("..", "%c0%af"), "")),
    request("no_path", Unread, LINE, |t| t.to("", "")),
    request("a_method_in_lower_case", Shut, LINE, |t| t.get("").replacen("GET", "get", 1)),
    request("a_method_of_ones_own", Shut, LINE, |t| t.get("").replacen("GET", "BORK", 1)),
    request("trace", Shut, "RFC 9110, 9.3.8: TRACE repeats what it got", |t| t.get("").replacen("GET", "TRACE", 1)),
    request("connect", Shut, LINE, |t| t.get("").replacen("GET", "CONNECT", 1)),
    request("head", Shut, LINE, |t| t.get("").replacen("GET", "HEAD", 1)),
    request("a_version_of_long_ago", Unread, LINE, |t| format!("GET {}\r\n\r\n", t.routes.private)),
    request("a_version_to_come", Unread, LINE, |t| t.get("").replacen("HTTP/1.1", "HTTP/9.9", 1)),
    request("the_preface_of_http2", Unread, LINE, |_| "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned()),
    request("an_upgrade_to_http2", Refused(NO_TOKEN), "RFC 9113, 3.1: h2c is not understood", |t| t.get("").replacen("Connection: close", "Connection: close, Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__", 1)),
    request("http_1_0_without_a_host", Refused(NO_TOKEN), LINE, |t| format!("GET {} HTTP/1.0\r\n\r\n", t.routes.private)),
];
