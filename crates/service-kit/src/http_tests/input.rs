//! Requests that cannot be parsed, and paths and methods that do not exist.

use actix_web::http::Method;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use actix_web::test::TestRequest;
use serde_json::json;

use super::app::{MAX_BODY_BYTES, ask};
use super::requests::{get, token, with_token};
use super::row::{Row, code_of};

fn post(media_type: &str, body: &str) -> TestRequest {
    let request = TestRequest::post()
        .uri("/api/users")
        .insert_header((CONTENT_TYPE, media_type))
        .set_payload(body.to_owned());
    with_token(request, &token(&json!({"permissions": ["users.create"]})))
}

fn admin(path: &str) -> TestRequest {
    with_token(get(path), &token(&json!({"roles": ["admin"]})))
}

fn any_caller(path: &str) -> TestRequest {
    with_token(get(path), &token(&json!({})))
}

pub(super) fn rows() -> Vec<Row> {
    let mut rows = bodies();
    rows.extend(paths());
    rows.extend(handlers());
    rows
}

fn bodies() -> Vec<Row> {
    let bad = |why, request, detail| {
        Row::new(why, request, "bad_request").answers(400, "Bad Request", detail)
    };
    let large = format!(r#"{{"name":"{}"}}"#, "x".repeat(MAX_BODY_BYTES));
    let too_large = |why, request| {
        Row::new(why, request, "payload_too_large").answers(
            413,
            "Payload Too Large",
            "The body is larger than 100 bytes",
        )
    };
    let announced = post("application/json", &large).insert_header(("content-length", large.len()));
    vec![
        bad(
            "broken JSON",
            post("application/json", "{"),
            "The body does not parse: EOF while parsing an object at line 1 column 1",
        ),
        bad(
            "a member is missing",
            post("application/json", "{}"),
            "The body does not parse: missing field `name` at line 1 column 2",
        ),
        too_large("a large body", post("application/json", &large)),
        too_large("a large body that says so", announced),
        Row::new(
            "a form",
            post("application/x-www-form-urlencoded", "name=x"),
            "unsupported_media_type",
        )
        .answers(
            415,
            "Unsupported Media Type",
            "The body must be application/json",
        ),
        bad(
            "a broken query",
            admin("/api/list?limit=many"),
            "The query does not parse: invalid digit found in string",
        ),
        bad(
            "a query without what is needed",
            admin("/api/list"),
            "The query does not parse: missing field `limit`",
        ),
        bad(
            "a query that says it twice",
            admin("/api/list?limit=1&limit=2"),
            "The query does not parse: duplicate field `limit`",
        ),
        bad(
            "a broken path",
            admin("/api/item/many"),
            "The path does not parse: can not parse \"many\" to a u8",
        ),
    ]
}

fn paths() -> Vec<Row> {
    let missing = |why, request, detail| {
        Row::new(why, request, "not_found").answers(404, "Not Found", detail)
    };
    let wrong = |why, request: TestRequest, method: Method, detail, allow| Row {
        allow: Some(allow),
        ..Row::new(why, request.method(method), "method_not_allowed").answers(
            405,
            "Method Not Allowed",
            detail,
        )
    };
    vec![
        missing(
            "no such path",
            get("/nothing?secret=1"),
            "There is no /nothing",
        ),
        missing(
            "no such path in the scope",
            any_caller("/api/nothing"),
            "There is no /api/nothing",
        ),
        missing("the scope itself", any_caller("/api"), "There is no /api"),
        wrong(
            "outside of the scope",
            get("/public"),
            Method::PUT,
            "PUT is not allowed here",
            "GET, POST",
        ),
        wrong(
            "OPTIONS that is no preflight",
            get("/public"),
            Method::OPTIONS,
            "OPTIONS is not allowed here",
            "GET, POST",
        ),
        wrong(
            "in the scope",
            any_caller("/api/users"),
            Method::GET,
            "GET is not allowed here",
            "POST, DELETE",
        ),
    ]
}

fn handlers() -> Vec<Row> {
    let internal = |why, path| {
        Row::new(why, get(path), "internal_error").answers(
            500,
            "Internal Server Error",
            "Internal error",
        )
    };
    vec![
        Row::new("taken", get("/fail/conflict"), "conflict").answers(
            409,
            "Conflict",
            "The name is taken",
        ),
        Row {
            errors: Some(json!([
                {"field": "name", "message": "must not be blank"},
                {"field": "email", "message": "is no address"},
            ])),
            ..Row::new("not allowed", get("/fail/invalid"), "invalid_input").answers(
                422,
                "Unprocessable Entity",
                "name: must not be blank; email: is no address",
            )
        },
        Row {
            retry_after: Some("2"),
            ..Row::new("too many", get("/fail/busy"), "too_many_requests").answers(
                429,
                "Too Many Requests",
                "Too many requests. Please try again later.",
            )
        },
        internal("our mistake", "/fail/broken"),
        internal("a caller where none is authenticated", "/lost/caller"),
        internal("a rule where nobody is authenticated", "/lost/require"),
        internal("claims where none are verified", "/lost/claims"),
        internal("a token where none is verified", "/lost/bearer"),
    ]
}

#[actix_web::test]
async fn what_parses_is_taken() {
    let answer = ask(post("application/json; charset=utf-8", r#"{"name":"Ada"}"#)).await;
    assert_eq!((answer.status.as_u16(), answer.body.as_str()), (200, "Ada"));
    let answer = ask(admin("/api/list?limit=7")).await;
    assert_eq!((answer.status.as_u16(), answer.body.as_str()), (200, "7"));
    let answer = ask(admin("/api/item/8")).await;
    assert_eq!((answer.status.as_u16(), answer.body.as_str()), (200, "8"));
}

/// A decompressed body may be a thousand times as long as the one that was received.
#[actix_web::test]
async fn a_compressed_body_is_not_unpacked() {
    // `{"name":"Ada"}`, compressed with gzip.
    let packed: &[u8] = &[
        0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 3, 0xab, 0x56, 0xca, 0x4b, 0xcc, 0x4d, 0x55, 0xb2, 0x52,
        0x72, 0x4c, 0x49, 0x54, 0xaa, 5, 0, 5, 0x72, 0xfa, 0x29, 14, 0, 0, 0,
    ];
    let request = post("application/json", "").insert_header((CONTENT_ENCODING, "gzip"));
    let answer = ask(request.set_payload(packed)).await;
    assert_eq!(
        (answer.status.as_u16(), code_of(&answer).as_str()),
        (400, "bad_request")
    );
}

/// A valid token authenticates no caller outside the scope of the middleware.
#[actix_web::test]
async fn a_token_does_not_help_outside_of_the_scope() {
    let answer = ask(any_caller("/lost/caller")).await;
    assert_eq!(answer.status.as_u16(), 500);
    assert_eq!(answer.header("www-authenticate"), None);
}
