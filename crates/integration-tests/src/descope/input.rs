//! Queries and bodies that are wrong: refused after the caller, and each fault by its name.

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::case::{Case, Needs, email};
use crate::expectation::Expectation;
use crate::http::Call;
use crate::kind::ServiceKind;
use crate::launch::{Environment, World};
use crate::refusal::{NO_CREATE, NO_TOKEN, NOT_ADMIN};
use crate::target::Target;

/// A request that is wrong, and the response to a caller who may make it.
type Row = (&'static str, fn() -> Call, fn() -> Expectation);

#[rustfmt::skip]
const ROWS: [Row; 20] = [
    ("no_input", || Call::post("/api/users"), query_fault),
    ("no_email", || Call::post("/api/users?name=Ada"), query_fault),
    ("name_twice", || Call::post("/api/users?name=Ada&name=Bob&email=a@example.com"), query_fault),
    ("body_cut_off", || body(r#"{"name": "Ada", "#), body_fault),
    ("body_that_is_a_list", || body(r#"["Ada"]"#), body_fault),
    ("body_without_email", || body(r#"{"name": "Ada"}"#), body_fault),
    ("number_for_a_name", || body(r#"{"name": 7, "email": "a@example.com"}"#), body_fault),
    ("body_that_is_not_utf8", || body(b"{\"name\": \"\xff\"}".to_vec()), body_fault),
    ("empty_body", || body(""), || Expectation::problem(400, "bad_request").detail_starting("The ")),
    ("text_for_a_limit", || Call::get("/api/admin/users?limit=all"), limit_fault),
    ("negative_limit", || Call::get("/api/admin/users?limit=-1"), limit_fault),
    ("form", || Call::post("/api/users").body("application/x-www-form-urlencoded", "name=Ada"), || media_type("")),
    ("text", || Call::post("/api/users").body("text/plain", "{}"), || media_type("")),
    ("compressed_body", || body("{}").header("Content-Encoding", "gzip"), || media_type(", not compressed")),
    ("large_body", || body(large()), || too_large(65536)),
    ("limit_of_0", || Call::get("/api/admin/users?limit=0"), limit_fault),
    ("limit_of_1001", || Call::get("/api/admin/users?limit=1001"), limit_fault),
    ("huge_limit", || Call::get("/api/admin/users?limit=99999999999999999999"), limit_fault),
    ("limit_twice", || Call::get("/api/admin/users?limit=1&limit=2"), query_fault),
    ("after_no_id", || Call::get("/api/admin/users?after=1"), after_fault),
];

pub(super) fn cases() -> Vec<Case> {
    let rows = ROWS.iter().map(|(name, call, expected)| {
        Case::new(
            format!("input::{name}_is_refused_after_the_caller"),
            "Always 401, then 403, then what is wrong with the input: other callers learn nothing about it.",
            Needs::Personas,
            async move |target| in_order(target, call(), &expected()).await,
        )
    });
    let mut cases: Vec<_> = rows.collect();
    cases.push(Case::new(
        "input::largest_allowed_values_are_200",
        "The limits are where they are said to be: it is the next value that is refused.",
        Needs::Personas,
        async |target| {
            let user = json!({"name": "x".repeat(200), "email": email("largest")});
            for call in [
                Call::post("/api/users").json(&user),
                Call::get("/api/admin/users?limit=1"),
                Call::get("/api/admin/users?limit=1000"),
            ] {
                let members = json!({});
                target.json_as("admin", call, members).await?;
            }
            Ok(())
        },
    ));
    cases.push(Case::new(
        "input::limit_of_bodies_is_a_setting",
        "LIMITS__MAX_BODY_BYTES says how much is read.",
        Needs::OwnServers,
        async |_| {
            let environment = Environment::new(ServiceKind::DescopeApi)?;
            let world = World::start(&environment.with("LIMITS__MAX_BODY_BYTES", "100")).await?;
            let check = world.check(async |target| {
                let call = body(json!({"name": "x".repeat(100)}).to_string());
                target
                    .check_as("admin", call, &too_large(100))
                    .await
                    .map(drop)
            });
            check.await
        },
    ));
    cases.push(Case::new(
        "input::large_body_without_a_length_is_413",
        "A body that does not say how long it is is read up to the limit, and no further.",
        Needs::Personas,
        async |target| chunked(target).await,
    ));
    cases
}

async fn in_order(target: &Target, call: Call, expected: &Expectation) -> Result<()> {
    target.refused(&call, NO_TOKEN).await?;
    let refusal = match call.method.as_str() {
        "POST" => NO_CREATE,
        _ => NOT_ADMIN,
    };
    target.refused_as("viewer", call.clone(), refusal).await?;
    target.check_as("admin", call, expected).await.map(drop)
}

async fn chunked(target: &Target) -> Result<()> {
    let (token, body) = (target.token("admin").await?, large());
    let request = format!(
        "POST /api/users HTTP/1.1\r\nHost: service\r\nConnection: close\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{body}\r\n0\r\n\r\n",
        body.len()
    );
    let response = target.send_bytes(request.as_bytes()).await?;
    too_large(65536).check(&response.context("no response")?)
}

fn body(text: impl Into<Vec<u8>>) -> Call {
    Call::post("/api/users").body("application/json", text)
}

fn large() -> String {
    json!({"name": "x".repeat(70_000), "email": Value::Null}).to_string()
}

fn query_fault() -> Expectation {
    Expectation::problem(400, "bad_request").detail_starting("The query does not parse")
}

fn body_fault() -> Expectation {
    Expectation::problem(400, "bad_request").detail_starting("The body does not parse")
}

fn media_type(more: &str) -> Expectation {
    let problem = Expectation::problem(415, "unsupported_media_type");
    problem.detail(format!("The body must be application/json{more}"))
}

fn too_large(bytes: usize) -> Expectation {
    let problem = Expectation::problem(413, "payload_too_large");
    problem.detail(format!("The body is larger than {bytes} bytes"))
}

fn limit_fault() -> Expectation {
    Expectation::problem(422, "invalid_input")
        .detail("limit: must be a whole number from 1 to 1000")
}

fn after_fault() -> Expectation {
    Expectation::problem(422, "invalid_input").detail("after: must be the id of a user")
}
