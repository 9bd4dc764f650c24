//! Requests without a valid token.

use actix_web::http::header::AUTHORIZATION;
use actix_web::test::TestRequest;
use identity_core::clock::{Clock, SystemClock};
use identity_core::testing::TestKey;
use identity_core::verification::Algorithm;
use serde_json::{Value, json};

use super::app::Setup;
use super::requests::{ISSUER, claims, get, token, with_token};
use super::row::Row;

const WHATEVER: &str = "Unable to validate token";

fn refused(why: &str, request: TestRequest, code: &'static str, detail: &str) -> Row {
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
    let twice = me(&token(&json!({}))).append_header((AUTHORIZATION, "Bearer x"));
    let none = me("");
    let tokens = me("a.b.c, Bearer d.e.f");
    vec![
        missing("no header", get("/api/me")),
        missing("another scheme", basic),
        missing("an unknown route of the scope", get("/api/nothing")),
        invalid(
            "two headers",
            twice,
            "There is more than one Authorization header",
        ),
        invalid(
            "no token",
            none,
            "The Authorization header has no token after Bearer",
        ),
        invalid(
            "two tokens",
            tokens,
            "The Authorization header has more than one token after Bearer",
        ),
    ]
}

/// Tokens that are not well-formed JWTs.
fn forms() -> Vec<Row> {
    let key = TestKey::fixed();
    let good = token(&json!({}));
    let (payload, signature) = good.split_once('.').unwrap().1.split_once('.').unwrap();
    let no_json = key.sign_parts(r#"{"alg":"RS256","kid":"fixed"}"#, "x");
    let malformed = [
        ("garbage", "Not enough segments"),
        ("a.b", "Not enough segments"),
        ("a.b.c.d.e", "Too many segments"),
        (
            "M7aQxYm5s2dGbP0rTzL9vKc8WnEhJu4f",
            "Not enough segments: it looks like an opaque token, which is no JWT",
        ),
        (
            "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..a.b.c",
            "Too many segments: the token is encrypted (JWE)",
        ),
        (
            &format!("a+/=.{payload}.{signature}"),
            "Invalid header encoding",
        ),
        (&key.sign_parts("x", "{}"), "Invalid header"),
        (&no_json, "Invalid payload"),
        (&good.replace(payload, "a+/="), "Invalid payload encoding"),
    ];
    let malformed = malformed.map(|(token, detail)| {
        let why = format!("{detail}: {token}");
        let detail = format!("{WHATEVER}: {detail}");
        refused(&why, me(token), "malformed_token", &detail)
    });
    let large = me(&"x".repeat(16 * 1024 + 1));
    let detail = "The token is larger than 16384 bytes";
    let large = refused("a long one", large, "token_too_large", detail);
    let detail = "The identity provider's keys are unavailable. Please try again later.";
    let unavailable = Row {
        setup: Setup::without_keys(),
        retry_after: Some("2"),
        ..Row::new("keys out of reach", me(&good), "keys_unavailable").answers(
            503,
            "Service Unavailable",
            detail,
        )
    };
    malformed.into_iter().chain([large, unavailable]).collect()
}

/// Headers that try to control what the issuer or the service decides.
fn headers() -> Vec<Row> {
    let other = TestKey::fresh("fixed", Algorithm::RS256);
    let forged = me(&other.token(&claims(&json!({}))));
    let forged = refused(
        "another key's signature",
        forged,
        "invalid_signature",
        WHATEVER,
    );
    let rows = [
        (json!({"alg": "none"}), "algorithm_not_allowed"),
        (json!({"alg": "HS256"}), "algorithm_not_allowed"),
        (json!({"typ": "dpop+jwt"}), "token_type_not_allowed"),
        (json!({"crit": ["exp"]}), "critical_header"),
        (json!({"jwk": {}}), "embedded_key"),
        (json!({"kid": null}), "missing_key_id"),
        (json!({"kid": "other"}), "key_not_found"),
    ];
    let rows = rows.map(|(changes, code)| {
        let detail = match code {
            "key_not_found" => "Unable to find appropriate key",
            _ => WHATEVER,
        };
        refused(&format!("header {changes}"), headed(&changes), code, detail)
    });
    rows.into_iter().chain([forged]).collect()
}

/// Claims of a token that is for another API, or not valid for any.
fn contents() -> Vec<Row> {
    let now = SystemClock.now().seconds();
    let [expired, early] = [now - 60.0, now + 60.0];
    let rows = [
        (json!({"exp": expired}), "token_expired"),
        (json!({"nbf": early}), "token_not_yet_valid"),
        (json!({"iat": early}), "token_not_yet_valid"),
        (json!({"iss": "https://evil.example/"}), "invalid_claims"),
        (json!({"iss": null}), "invalid_claims"),
        (json!({"aud": ["other"]}), "invalid_claims"),
        (json!({"aud": null}), "invalid_claims"),
        (json!({"iss": [ISSUER]}), "invalid_claim_type"),
        (json!({"exp": "4102444800"}), "invalid_claim_type"),
        // A claim that the provider cannot read.
        (json!({"unreadable": 1}), "invalid_claim_type"),
        (json!({"org_id": "unknown"}), "unknown_organization"),
        (json!({"exp": null}), "missing_claim"),
        (json!({"sub": ""}), "missing_claim"),
        (json!({"token_type": "id_token"}), "id_token"),
        (json!({"token_type": "refresh_token"}), "refresh_token"),
        (json!({"cnf": {"jkt": "x"}}), "sender_constrained_token"),
    ];
    let rows = rows.map(|(changes, code)| {
        let detail = match code {
            "token_expired" => "Token has expired",
            "token_not_yet_valid" => "Token is not yet valid",
            "unknown_organization" => "The token is for an organization that is not accepted here",
            "invalid_claims" => "Invalid claims. Please check the audience and issuer.",
            _ => WHATEVER,
        };
        refused(
            &format!("claims {changes}"),
            me(&token(&changes)),
            code,
            detail,
        )
    });
    rows.into()
}
