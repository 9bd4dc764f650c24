//! What is not a JWT (RFC 7515, section 7.1; RFC 7519, section 7.2).

use anyhow::Result;
use local_issuer::{Mint, ProviderHandle, Segment};
use serde_json::Value;

use super::forgery::{forged, good, still_good};
use crate::case::Case;
use crate::jwt::{segment, segments};

const NOT_ENOUGH: &str = "Unable to validate token: Not enough segments";
const TOO_MANY: &str = "Unable to validate token: Too many segments";
const HEADER_ENCODING: &str = "Unable to validate token: Invalid header encoding";
const HEADER: &str = "Unable to validate token: Invalid header";
const PAYLOAD_ENCODING: &str = "Unable to validate token: Invalid payload encoding";
const PAYLOAD: &str = "Unable to validate token: Invalid payload";
const SIGNATURE_ENCODING: &str = "Unable to validate token: Invalid signature encoding";

pub(super) fn cases() -> Vec<Case> {
    let mut cases = number_of_segments();
    cases.extend(contents());
    cases.push(still_good(
        "unchanged",
        "The token that forged ones are made from is good: each is refused for the one thing that differs.",
        |mint| mint,
    ));
    cases.push(still_good(
        "with_a_payload_given_as_text",
        "A payload that is given as text is signed like any other: what is refused is the text.",
        |mint| {
            let payload = segment(claims_of(&mint));
            mint.segment(Segment::Payload, payload)
        },
    ));
    cases
}

fn number_of_segments() -> Vec<Case> {
    type Rearrange = fn(&str) -> Result<String>;
    let rows: [(&str, &str, Rearrange); 7] = [
        ("garbage", NOT_ENOUGH, |_| {
            Ok("invalid_token_here".to_owned())
        }),
        ("one_dot", NOT_ENOUGH, |_| Ok(".".to_owned())),
        ("without_a_signature", NOT_ENOUGH, |good| {
            let [header, payload, _] = segments(good)?;
            Ok(format!("{header}.{payload}"))
        }),
        ("four_segments", TOO_MANY, |good| Ok(format!("{good}.x"))),
        ("dot_at_the_end", TOO_MANY, |good| Ok(format!("{good}."))),
        ("dot_at_the_start", TOO_MANY, |good| Ok(format!(".{good}"))),
        ("five_segments", TOO_MANY, |good| Ok(format!("{good}.x.y"))),
    ];
    let sentence = "A JWT has three segments, and the answer says that this is what is wrong.";
    let cases = rows.map(|(name, detail, rearrange)| {
        let forge = move |provider: &ProviderHandle| rearrange(&good(provider)?.token()?);
        forged(name, "malformed_token", detail, sentence, forge)
    });
    cases.into()
}

fn contents() -> Vec<Case> {
    type Row = (&'static str, &'static str, fn(Mint) -> Mint);
    let rows: [Row; 15] = [
        ("header_in_plain_base64", HEADER_ENCODING, |mint| {
            mint.segment(Segment::Header, "+/+/")
        }),
        ("header_with_padding", HEADER_ENCODING, |mint| {
            mint.segment(Segment::Header, "e30=")
        }),
        ("header_that_is_text", HEADER, |mint| {
            mint.header_bytes("not json")
        }),
        ("header_that_is_a_list", HEADER, |mint| {
            mint.header_bytes("[]")
        }),
        ("header_that_is_empty", HEADER, |mint| {
            mint.segment(Segment::Header, "")
        }),
        ("header_with_a_member_twice", HEADER, |mint| {
            mint.header_bytes(r#"{"alg":"none","alg":"RS256"}"#)
        }),
        ("payload_in_plain_base64", PAYLOAD_ENCODING, |mint| {
            mint.segment(Segment::Payload, "+/+/")
        }),
        ("payload_that_is_text", PAYLOAD, |mint| {
            mint.payload("not json")
        }),
        ("payload_that_is_null", PAYLOAD, |mint| mint.payload("null")),
        ("payload_that_is_not_utf8", PAYLOAD, |mint| {
            mint.payload(b"{\"sub\":\"\xff\"}".to_vec())
        }),
        ("payload_that_is_empty", PAYLOAD, |mint| {
            mint.segment(Segment::Payload, "")
        }),
        ("payload_with_more_behind_it", PAYLOAD, |mint| {
            let claims = claims_of(&mint);
            mint.payload(format!("{claims}{{}}"))
        }),
        ("payload_with_a_claim_twice", PAYLOAD, |mint| {
            let claims = claims_of(&mint);
            mint.payload(claims.replacen('{', r#"{"sub":"somebody else","#, 1))
        }),
        ("payload_of_five_thousand_lists", PAYLOAD, |mint| {
            mint.payload("[".repeat(5000))
        }),
        ("signature_in_plain_base64", SIGNATURE_ENCODING, |mint| {
            mint.segment(Segment::Signature, "+/+/")
        }),
    ];
    let sentence = "What is not base64url of a JSON object is refused, and the answer says where.";
    let cases = rows.map(|(name, detail, change)| {
        let forge = move |provider: &ProviderHandle| Ok(change(good(provider)?).token()?);
        forged(name, "malformed_token", detail, sentence, forge)
    });
    cases.into()
}

fn claims_of(mint: &Mint) -> String {
    Value::Object(mint.claims().clone()).to_string()
}
