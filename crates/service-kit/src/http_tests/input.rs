//! Requests that cannot be parsed, and paths and methods that do not exist.

use actix_web::http::Method;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use actix_web::test::TestRequest;
use serde_json::json;

use super::app::{MAX_BODY_BYTES, ask};
use super::requests::{get, token, with_token};
use super::row::{Row, status_and_code};

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
    let json = |body| post("application/json", body);
    let bad = |why, request, what, detail| {
        let detail = format!("The {what} does not parse: {detail}");
        Row::new(why, request, "bad_request").answers(400, "Bad Request", &detail)
    };
    let body = |why, text, detail| bad(why, json(text), "body", detail);
    let query = |path, detail| bad(path, admin(path), "query", detail);
    let large = format!(r#"{{"name":"{}"}}"#, "x".repeat(MAX_BODY_BYTES));
    let too_large = |why, request| {
        let detail = "The body is larger than 100 bytes";
        Row::new(why, request, "payload_too_large").answers(413, "Payload Too Large", detail)
    };
    let announced = json(&large).insert_header(("content-length", large.len()));
    let form = post("application/x-www-form-urlencoded", "name=x");
    let number = "/api/item/many";
    vec![
        body(
            "broken JSON",
            "{",
            "EOF while parsing an object at line 1 column 1",
        ),
        body(
            "a member is missing",
            "{}",
            "missing field `name` at line 1 column 2",
        ),
        too_large("a large body", json(&large)),
        too_large("a large body that says so", announced),
        Row::new("a form", form, "unsupported_media_type").answers(
            415,
            "Unsupported Media Type",
            "The body must be application/json",
        ),
        query("/api/list?limit=many", "invalid digit found in string"),
        query("/api/list", "missing field `limit`"),
        query("/api/list?limit=1&limit=2", "duplicate field `limit`"),
        bad(
            number,
            admin(number),
            "path",
            "can not parse \"many\" to a u8",
        ),
    ]
}

fn paths() -> Vec<Row> {
    let missing = |request, path| {
        let detail = format!("There is no {path}");
        Row::new(path, request, "not_found").answers(404, "Not Found", &detail)
    };
    let wrong = |request: TestRequest, method: Method, allow| {
        let detail = format!("{method} is not allowed here");
        let request = request.method(method);
        Row {
            allow: Some(allow),
            ..Row::new(&detail, request, "method_not_allowed").answers(
                405,
                "Method Not Allowed",
                &detail,
            )
        }
    };
    vec![
        missing(get("/nothing?secret=1"), "/nothing"),
        missing(any_caller("/api/nothing"), "/api/nothing"),
        missing(any_caller("/api"), "/api"),
        wrong(get("/public"), Method::PUT, "GET, POST"),
        // It is no preflight.
        wrong(get("/public"), Method::OPTIONS, "GET, POST"),
        wrong(any_caller("/api/users"), Method::GET, "POST, DELETE"),
    ]
}

fn handlers() -> Vec<Row> {
    let internal = |path| {
        let title = "Internal Server Error";
        Row::new(path, get(path), "internal_error").answers(500, title, "Internal error")
    };
    let taken = Row::new("taken", get("/fail/conflict"), "conflict");
    let invalid = Row::new("not allowed", get("/fail/invalid"), "invalid_input");
    let detail = "name: must not be blank; email: is no address";
    let invalid = invalid.answers(422, "Unprocessable Entity", detail);
    let busy = Row::new("too many", get("/fail/busy"), "too_many_requests");
    let detail = "Too many requests. Please try again later.";
    let busy = busy.answers(429, "Too Many Requests", detail);
    let lost = Row::new("no database", get("/fail/lost"), "database_unavailable");
    let detail = "The database is unavailable. Please try again later.";
    let lost = lost.answers(503, "Service Unavailable", detail);
    vec![
        Row {
            retry_after: Some("1"),
            ..lost
        },
        taken.answers(409, "Conflict", "The name is taken"),
        Row {
            errors: Some(json!([
                {"field": "name", "message": "must not be blank"},
                {"field": "email", "message": "is no address"},
            ])),
            ..invalid
        },
        Row {
            retry_after: Some("2"),
            ..busy
        },
        internal("/fail/broken"),
        // Outside of the scope of the middleware.
        internal("/lost/caller"),
        internal("/lost/require"),
        internal("/lost/claims"),
        internal("/lost/bearer"),
    ]
}

#[actix_web::test]
async fn what_parses_is_taken() {
    let user = post("application/json; charset=utf-8", r#"{"name":"Ada"}"#);
    for (request, expected) in [
        (user, "Ada"),
        (admin("/api/list?limit=7"), "7"),
        (admin("/api/item/8"), "8"),
    ] {
        let answer = ask(request).await;
        let found = (answer.status.as_u16(), answer.body.as_str());
        assert_eq!(found, (200, expected));
    }
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
    assert_eq!(status_and_code(&answer), (400, "bad_request".to_owned()));
}

/// A valid token authenticates no caller outside the scope of the middleware.
#[actix_web::test]
async fn a_token_does_not_help_outside_of_the_scope() {
    let answer = ask(any_caller("/lost/caller")).await;
    assert_eq!(answer.status.as_u16(), 500);
    assert_eq!(answer.header("www-authenticate"), None);
}
