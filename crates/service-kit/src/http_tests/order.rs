//! 401 before 403 before 400: a caller who is not allowed learns nothing about what they sent.

use actix_web::http::header::CONTENT_TYPE;
use actix_web::test::TestRequest;
use serde_json::json;

use super::app::{Setup, ask};
use super::requests::{get, token, with_token};
use super::row::status_and_code;

fn broken_body() -> TestRequest {
    TestRequest::post()
        .uri("/api/users")
        .insert_header((CONTENT_TYPE, "application/json"))
        .set_payload("{")
}

#[actix_web::test]
async fn a_body_that_does_not_parse_is_found_out_last() {
    let good = || with_token(broken_body(), &token(&json!({})));
    let allowed = token(&json!({"permissions": ["users.create"]}));
    let garbage = with_token(broken_body(), "garbage");
    let without_keys = Setup::without_keys();
    for (setup, request, status, code) in [
        (Setup::default(), broken_body(), 401, "missing_token"),
        (Setup::default(), garbage, 401, "malformed_token"),
        (without_keys, good(), 503, "keys_unavailable"),
        (Setup::default(), good(), 403, "missing_permission"),
        (
            Setup::default(),
            with_token(broken_body(), &allowed),
            400,
            "bad_request",
        ),
    ] {
        let answer = setup.ask(request).await;
        assert_eq!(status_and_code(&answer), (status, code.to_owned()));
    }
}

#[actix_web::test]
async fn a_body_that_is_too_large_or_of_another_type_is_found_out_last() {
    let large = || broken_body().set_payload("x".repeat(10_000));
    let form = || broken_body().insert_header((CONTENT_TYPE, "text/plain"));
    for (request, last) in [(large as fn() -> _, 413), (form, 415)] {
        let stranger: TestRequest = request();
        assert_eq!(ask(stranger).await.status.as_u16(), 401);
        let known = with_token(request(), &token(&json!({})));
        assert_eq!(ask(known).await.status.as_u16(), 403);
        let allowed = token(&json!({"permissions": ["users.create"]}));
        let answer = ask(with_token(request(), &allowed)).await;
        assert_eq!(answer.status.as_u16(), last);
    }
}

#[actix_web::test]
async fn a_query_or_path_that_does_not_parse_is_found_out_last() {
    for path in ["/api/list?limit=many", "/api/item/many"] {
        assert_eq!(ask(get(path)).await.status.as_u16(), 401, "{path}");
        let known = with_token(get(path), &token(&json!({})));
        assert_eq!(ask(known).await.status.as_u16(), 403, "{path}");
        let admin = with_token(get(path), &token(&json!({"roles": ["admin"]})));
        assert_eq!(ask(admin).await.status.as_u16(), 400, "{path}");
    }
}

#[actix_web::test]
async fn strangers_do_not_learn_which_routes_the_scope_has() {
    for path in ["/api/nothing", "/api/users", "/api"] {
        assert_eq!(ask(get(path)).await.status.as_u16(), 401, "{path}");
    }
}
