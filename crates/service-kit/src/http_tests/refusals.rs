//! Requests without a valid token.

use actix_web::http::header::AUTHORIZATION;
use actix_web::test::TestRequest;
use identity_core::clock::{Clock, SystemClock};
use identity_core::testing::TestKey;
use identity_core::verification::Algorithm;
use serde_json::{Value, json};

use super::app::{Setup, ask};
use super::requests::{claims, get, token, with_token};
use super::row::Row;

const WHATEVER: &str = "Unable to validate token";

fn refused(why: &'static str, request: TestRequest, code: &'static str, detail: &str) -> Row {
    Row::new(why, request, code)
        .answers(401, "Unauthorized", detail)
        .challenged("invalid_token", "")
}

fn me(token: &str) -> TestRequest {
    with_token(get("/api/me"), token)
}

/// Returns a request with a token that has these header members besides the usual ones; `null` removes one.
fn headed(changes: &Value) -> TestRequest {
    let mut header = json!({"alg": "RS256", "typ": "JWT", "kid": "fixed"});
    for (name, value) in changes.as_object().unwrap() {
        match value {
            Value::Null => drop(header.as_object_mut().unwrap().remove(name)),
            value => header[name] = value.clone(),
        }
    }
    me(&TestKey::fixed().token_with_header(&header, &claims(&json!({}))))
}

pub(super) fn rows() -> Vec<Row> {
    let mut rows = requests();
    rows.extend(forms());
    rows.extend(headers());
    rows.extend(contents());
    rows
}

/// Authorization headers that are not valid bearer credentials.
fn requests() -> Vec<Row> {
    let missing = |why, request| Row {
        challenge: Some(r#"Bearer realm="an-api""#.to_owned()),
        ..Row::new(why, request, "missing_token").answers(401, "Unauthorized", "Not authenticated")
    };
    let invalid = |why, request, detail| {
        Row::new(why, request, "invalid_request")
            .answers(400, "Bad Request", detail)
            .challenged("invalid_request", "")
    };
    let basic = get("/api/me").insert_header((AUTHORIZATION, "Basic YTpi"));
    let twice = || me(&token(&json!({}))).append_header((AUTHORIZATION, "Bearer x"));
    vec![
        missing("no header", get("/api/me")),
        missing("another scheme", basic),
        missing("an unknown route of the scope", get("/api/nothing")),
        invalid(
            "two headers",
            twice(),
            "There is more than one Authorization header",
        ),
        invalid(
            "no token",
            get("/api/me").insert_header((AUTHORIZATION, "Bearer ")),
            "The Authorization header has no token after Bearer",
        ),
        invalid(
            "two tokens",
            get("/api/me").insert_header((AUTHORIZATION, "Bearer a.b.c, Bearer d.e.f")),
            "The Authorization header has more than one token after Bearer",
        ),
    ]
}

/// Tokens that are not well-formed JWTs.
fn forms() -> Vec<Row> {
    let malformed = |why, token: &str, detail: &str| {
        let detail = format!("{WHATEVER}: {detail}");
        refused(why, me(token), "malformed_token", &detail)
    };
    let key = TestKey::fixed();
    let good = token(&json!({}));
    let (payload, signature) = good.split_once('.').unwrap().1.split_once('.').unwrap();
    let large = "x".repeat(16 * 1024 + 1);
    let unavailable = Row {
        setup: Setup::without_keys(),
        retry_after: Some("2"),
        ..Row::new("keys out of reach", me(&good), "keys_unavailable").answers(
            503,
            "Service Unavailable",
            "The identity provider's keys are unavailable. Please try again later.",
        )
    };
    vec![
        malformed("one segment", "garbage", "Not enough segments"),
        malformed("two segments", "a.b", "Not enough segments"),
        malformed("five segments", "a.b.c.d.e", "Too many segments"),
        malformed(
            "no base64url",
            &format!("a+/=.{payload}.{signature}"),
            "Invalid header encoding",
        ),
        malformed(
            "no JSON header",
            &key.sign_parts("x", "{}"),
            "Invalid header",
        ),
        malformed(
            "no JSON payload",
            &key.sign_parts(r#"{"alg":"RS256","kid":"fixed"}"#, "x"),
            "Invalid payload",
        ),
        malformed(
            "no base64url in the payload",
            &good.replace(payload, "a+/="),
            "Invalid payload encoding",
        ),
        refused(
            "a long one",
            me(&large),
            "token_too_large",
            "The token is larger than 16384 bytes",
        ),
        unavailable,
    ]
}

/// Headers that try to control what the issuer or the service decides.
fn headers() -> Vec<Row> {
    let row =
        |why, changes: Value, code, detail: &str| refused(why, headed(&changes), code, detail);
    let other = TestKey::fresh("fixed", Algorithm::RS256);
    let forged = me(&other.token(&claims(&json!({}))));
    vec![
        row(
            "alg none",
            json!({"alg": "none"}),
            "algorithm_not_allowed",
            WHATEVER,
        ),
        row(
            "alg HS256",
            json!({"alg": "HS256"}),
            "algorithm_not_allowed",
            WHATEVER,
        ),
        row(
            "another typ",
            json!({"typ": "dpop+jwt"}),
            "token_type_not_allowed",
            WHATEVER,
        ),
        row(
            "crit",
            json!({"crit": ["exp"]}),
            "critical_header",
            WHATEVER,
        ),
        row(
            "a key in the header",
            json!({"jwk": {}}),
            "embedded_key",
            WHATEVER,
        ),
        row("no kid", json!({"kid": null}), "missing_key_id", WHATEVER),
        row(
            "an unknown kid",
            json!({"kid": "other"}),
            "key_not_found",
            "Unable to find appropriate key",
        ),
        refused(
            "a signature of another key",
            forged,
            "invalid_signature",
            WHATEVER,
        ),
    ]
}

/// Claims of a token that is for another API, or not valid for any.
fn contents() -> Vec<Row> {
    let now = SystemClock.now().seconds();
    let row =
        |why, changes: Value, code, detail: &str| refused(why, me(&token(&changes)), code, detail);
    let claims = "Invalid claims. Please check the audience and issuer.";
    let early = "Token is not yet valid";
    vec![
        row(
            "expired",
            json!({"exp": now - 60.0}),
            "token_expired",
            "Token has expired",
        ),
        row(
            "nbf to come",
            json!({"nbf": now + 60.0}),
            "token_not_yet_valid",
            early,
        ),
        row(
            "iat to come",
            json!({"iat": now + 60.0}),
            "token_not_yet_valid",
            early,
        ),
        row(
            "another issuer",
            json!({"iss": "https://evil.example/"}),
            "invalid_claims",
            claims,
        ),
        row("no issuer", json!({"iss": null}), "invalid_claims", claims),
        row(
            "another audience",
            json!({"aud": ["other"]}),
            "invalid_claims",
            claims,
        ),
        row(
            "no audience",
            json!({"aud": null}),
            "invalid_claims",
            claims,
        ),
        row(
            "a list of issuers",
            json!({"iss": [super::requests::ISSUER]}),
            "invalid_claim_type",
            WHATEVER,
        ),
        row(
            "exp as a text",
            json!({"exp": "4102444800"}),
            "invalid_claim_type",
            WHATEVER,
        ),
        row(
            "a claim that the provider cannot read",
            json!({"unreadable": 1}),
            "invalid_claim_type",
            WHATEVER,
        ),
        row("no exp", json!({"exp": null}), "missing_claim", WHATEVER),
        row(
            "an empty sub",
            json!({"sub": ""}),
            "missing_claim",
            WHATEVER,
        ),
        row(
            "an ID token",
            json!({"token_type": "id_token"}),
            "id_token",
            WHATEVER,
        ),
        row(
            "a refresh token",
            json!({"token_type": "refresh_token"}),
            "refresh_token",
            WHATEVER,
        ),
        row(
            "a bound token",
            json!({"cnf": {"jkt": "x"}}),
            "sender_constrained_token",
            WHATEVER,
        ),
    ]
}

#[actix_web::test]
async fn a_good_token_is_let_in_whatever_the_case_of_the_scheme() {
    for scheme in ["Bearer", "bearer", "BEARER"] {
        let value = format!("{scheme} {}", token(&json!({})));
        let answer = ask(get("/api/me").insert_header((AUTHORIZATION, value))).await;
        assert_eq!(
            (answer.status.as_u16(), answer.body.as_str()),
            (200, "subject-77")
        );
        assert_eq!(answer.header("www-authenticate"), None);
    }
}
