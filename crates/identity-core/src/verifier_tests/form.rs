//! The encoding of a token, checked before its contents.

use super::{good, refusal, usual};
use crate::TokenError;
use crate::testing::TestKey;
use crate::verification::Malformed;
use crate::verification::TokenLimits;

const HEADER: &str = r#"{"alg":"RS256","typ":"JWT","kid":"fixed"}"#;

#[tokio::test]
async fn what_is_not_a_jwt_is_refused() {
    let key = TestKey::fixed();
    let whole = key.token(&good());
    let claims = good().to_string();
    let unsigned = whole.rsplit_once('.').unwrap().0;
    let nested = |levels: usize| {
        let inner = format!(r#"{{"a":{}1{},"#, "[".repeat(levels), "]".repeat(levels));
        key.sign_parts(HEADER, &claims.replacen('{', &inner, 1))
    };
    let twice_in_header = r#"{"alg":"none","alg":"RS256","kid":"fixed"}"#;
    let twice_in_payload = claims.replacen('{', r#"{"sub":"admin","#, 1);
    let escaped_twice = claims.replacen('{', r#"{"\u0073ub":"admin","#, 1);
    let twice_below = claims.replacen('{', r#"{"tenants":{"T1":{},"T1":{"roles":["admin"]}},"#, 1);
    let rows = [
        ("nothing", String::new(), Malformed::NotEnoughSegments),
        (
            "an opaque token",
            "invalid_token_here".to_owned(),
            Malformed::NotEnoughSegments,
        ),
        (
            "a token without its signature's dot",
            unsigned.to_owned(),
            Malformed::NotEnoughSegments,
        ),
        (
            "five segments, as of an encrypted token",
            format!("{whole}.a.b"),
            Malformed::TooManySegments,
        ),
        (
            "a space before",
            format!(" {whole}"),
            Malformed::HeaderEncoding,
        ),
        (
            "a line break after",
            format!("{whole}\n"),
            Malformed::SignatureEncoding,
        ),
        (
            "a header that is a list",
            key.sign_parts("[]", &claims),
            Malformed::Header,
        ),
        (
            "a header that is not UTF-8",
            whole.replacen("ey", "_y", 1),
            Malformed::Header,
        ),
        (
            "a payload that is a string",
            key.sign_parts(HEADER, r#""sub""#),
            Malformed::Payload,
        ),
        (
            "a payload and something after it",
            key.sign_parts(HEADER, &format!("{claims}{{}}")),
            Malformed::Payload,
        ),
        (
            "a number out of range",
            key.sign_parts(HEADER, r#"{"exp":1e309}"#),
            Malformed::Payload,
        ),
        (
            "alg twice in the header",
            key.sign_parts(twice_in_header, &claims),
            Malformed::Header,
        ),
        (
            "a member twice that means nothing here",
            key.sign_parts(
                r#"{"a":1,"alg":"RS256","b":2,"kid":"fixed","a":3}"#,
                &claims,
            ),
            Malformed::Header,
        ),
        (
            "a member twice, two levels down in the header",
            key.sign_parts(
                r#"{"alg":"RS256","kid":"fixed","a":[{"b":1,"b":2}]}"#,
                &claims,
            ),
            Malformed::Header,
        ),
        (
            "typ twice, once null",
            key.sign_parts(
                r#"{"alg":"RS256","kid":"fixed","typ":null,"\u0074yp":"JWT"}"#,
                &claims,
            ),
            Malformed::Header,
        ),
        (
            "sub twice in the payload",
            key.sign_parts(HEADER, &twice_in_payload),
            Malformed::Payload,
        ),
        (
            "sub twice, once written with an escape",
            key.sign_parts(HEADER, &escaped_twice),
            Malformed::Payload,
        ),
        (
            "a tenant twice, two levels down",
            key.sign_parts(HEADER, &twice_below),
            Malformed::Payload,
        ),
        ("200 levels", nested(200), Malformed::Payload),
        ("5,000 levels", nested(5000), Malformed::Payload),
    ];
    for (sentence, token, expected) in rows {
        let refused = refusal(&usual(), sentence, &token).await;
        assert_eq!(refused, TokenError::Malformed(expected), "{sentence}");
    }
    assert!(
        usual().verify(&nested(20)).await.is_ok(),
        "20 levels are read"
    );
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
    assert_eq!(
        refusal(&limit(length - 1), "one byte too many", &whole).await,
        expected
    );
    assert!(
        limit(length).verify(&whole).await.is_ok(),
        "a token of just that length is read"
    );
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
