//! The encoding of a token, checked before its contents.

use super::{good, refusal, usual};
use crate::TokenError;
use crate::testing::TestKey;
use crate::verification::Malformed;
use crate::verification::TokenLimits;

const HEADER: &str = r#"{"alg":"RS256","typ":"JWT","kid":"fixed"}"#;

#[tokio::test]
async fn what_is_not_a_jwt_is_refused() {
    use Malformed::{Header, NotEnoughSegments, Payload, TooManySegments};
    let key = TestKey::fixed();
    let whole = key.token(&good());
    let claims = good().to_string();
    let unsigned = whole.rsplit_once('.').unwrap().0;
    let header = |header: &str| key.sign_parts(header, &claims);
    let payload = |claims: &str| key.sign_parts(HEADER, claims);
    // Claims that begin with more members.
    let more = |members: &str| payload(&claims.replacen('{', &format!("{{{members},"), 1));
    let nested = |levels: usize| {
        let (open, close) = ("[".repeat(levels), "]".repeat(levels));
        more(&format!(r#""a":{open}1{close}"#))
    };
    let alg_twice = header(r#"{"alg":"none","alg":"RS256","kid":"fixed"}"#);
    let unknown_twice = header(r#"{"a":1,"alg":"RS256","b":2,"kid":"fixed","a":3}"#);
    let deep_twice = header(r#"{"alg":"RS256","kid":"fixed","a":[{"b":1,"b":2}]}"#);
    let typ_twice = header(r#"{"alg":"RS256","kid":"fixed","typ":null,"\u0074yp":"JWT"}"#);
    let tenant_twice = more(r#""tenants":{"T1":{},"T1":{"roles":["admin"]}}"#);
    let rows = [
        ("nothing", String::new(), NotEnoughSegments),
        ("a word", "invalid_token_here".to_owned(), NotEnoughSegments),
        ("two segments", unsigned.to_owned(), NotEnoughSegments),
        ("five segments", format!("{whole}.a.b"), TooManySegments),
        ("a space", format!(" {whole}"), Malformed::HeaderEncoding),
        (
            "a line break",
            format!("{whole}\n"),
            Malformed::SignatureEncoding,
        ),
        ("a header that is a list", header("[]"), Header),
        (
            "a header not in UTF-8",
            whole.replacen("ey", "_y", 1),
            Header,
        ),
        ("a payload that is a string", payload(r#""sub""#), Payload),
        (
            "an object after it",
            payload(&format!("{claims}{{}}")),
            Payload,
        ),
        ("a huge number", payload(r#"{"exp":1e309}"#), Payload),
        ("alg twice in the header", alg_twice, Header),
        ("twice, and means nothing here", unknown_twice, Header),
        ("twice, two levels down in the header", deep_twice, Header),
        ("typ twice, once null", typ_twice, Header),
        ("sub twice", more(r#""sub":"admin""#), Payload),
        ("sub twice, escaped", more(r#""\u0073ub":"admin""#), Payload),
        ("a tenant twice, two levels down", tenant_twice, Payload),
        ("200 levels", nested(200), Payload),
        ("5,000 levels", nested(5000), Payload),
    ];
    for (sentence, token, expected) in rows {
        let refused = refusal(&usual(), sentence, &token).await;
        assert_eq!(refused, TokenError::Malformed(expected), "{sentence}");
    }
    let readable = usual().verify(&nested(20)).await;
    assert!(readable.is_ok(), "20 levels are read");
}

#[tokio::test]
async fn a_token_over_the_size_limit_is_not_read() {
    let whole = TestKey::fixed().token(&good());
    let huge = format!("{}.{whole}", "A".repeat(1024 * 1024));
    let expected = TokenError::TooLarge {
        length: huge.len(),
        limit: 16 * 1024,
    };
    assert_eq!(refusal(&usual(), "1 MiB", &huge).await, expected);

    let limit = |limit: usize| {
        usual().with_limits(TokenLimits {
            max_bytes: limit,
            ..TokenLimits::default()
        })
    };
    let length = whole.len();
    let expected = TokenError::TooLarge {
        length,
        limit: length - 1,
    };
    let refused = refusal(&limit(length - 1), "one byte too many", &whole).await;
    assert_eq!(refused, expected);
    let read = limit(length).verify(&whole).await;
    assert!(read.is_ok(), "a token of just that length is read");
}

#[tokio::test]
async fn no_character_of_a_token_can_be_another() {
    let token = TestKey::fixed().token(&good());
    for (index, character) in token.char_indices() {
        for other in ["A", "B", "_", ".", "=", "+", "é", ""] {
            if character.to_string() != other {
                let mut changed = token.clone();
                changed.replace_range(index..=index, other);
                let sentence = format!("{other:?} for {character:?} at {index}");
                refusal(&usual(), &sentence, &changed).await;
            }
        }
    }
}
