//! Queries and bodies that are wrong: refused after the caller, and each fault by its name.

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::call::Call;
use crate::case::{Case, Needs};
use crate::contract::{denied, missing_token};
use crate::expectation::Expectation;
use crate::launch::{Environment, ServiceKind, World};
use crate::random::email;
use crate::raw;
use crate::target::Target;

/// A request that is wrong, what the one who may make it is told, and what the others are not told.
struct Row {
    name: &'static str,
    call: fn() -> Call,
    expected: fn() -> Expectation,
}

const ROWS: [Row; 18] = [
    Row {
        name: "no_input",
        call: || Call::post("/api/users"),
        expected: query_fault,
    },
    Row {
        name: "no_email",
        call: || Call::post("/api/users?name=Ada"),
        expected: query_fault,
    },
    Row {
        name: "name_twice",
        call: || Call::post("/api/users?name=Ada&name=Bob&email=a@example.com"),
        expected: query_fault,
    },
    Row {
        name: "body_cut_off",
        call: || body(r#"{"name": "Ada", "#),
        expected: body_fault,
    },
    Row {
        name: "body_that_is_a_list",
        call: || body(r#"["Ada"]"#),
        expected: body_fault,
    },
    Row {
        name: "body_without_email",
        call: || body(r#"{"name": "Ada"}"#),
        expected: body_fault,
    },
    Row {
        name: "number_for_a_name",
        call: || body(r#"{"name": 7, "email": "a@example.com"}"#),
        expected: body_fault,
    },
    Row {
        name: "body_that_is_not_utf8",
        call: || {
            Call::post("/api/users").body("application/json", b"{\"name\": \"\xff\"}".to_vec())
        },
        expected: body_fault,
    },
    Row {
        name: "empty_body",
        call: || body(""),
        expected: || Expectation::problem(400, "bad_request").detail_starting("The "),
    },
    Row {
        name: "text_for_a_limit",
        call: || Call::get("/api/admin/users?limit=all"),
        expected: query_fault,
    },
    Row {
        name: "negative_limit",
        call: || Call::get("/api/admin/users?limit=-1"),
        expected: query_fault,
    },
    Row {
        name: "form",
        call: || Call::post("/api/users").body("application/x-www-form-urlencoded", "name=Ada"),
        expected: media_type,
    },
    Row {
        name: "text",
        call: || Call::post("/api/users").body("text/plain", "{}"),
        expected: media_type,
    },
    Row {
        name: "compressed_body",
        call: || body("{}").header("Content-Encoding", "gzip"),
        expected: || {
            let problem = Expectation::problem(415, "unsupported_media_type");
            problem.detail("The body must be application/json, not compressed")
        },
    },
    Row {
        name: "large_body",
        call: || body(&large()),
        expected: too_large,
    },
    Row {
        name: "limit_of_0",
        call: || Call::get("/api/admin/users?limit=0"),
        expected: limit_fault,
    },
    Row {
        name: "limit_of_1001",
        call: || Call::get("/api/admin/users?limit=1001"),
        expected: limit_fault,
    },
    Row {
        name: "huge_limit",
        call: || Call::get("/api/admin/users?limit=99999999999999999999"),
        expected: query_fault,
    },
];

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for row in ROWS {
        cases.push(Case::new(
            format!("input::{}_is_refused_after_the_caller", row.name),
            "Always 401, then 403, then what is wrong with the input: strangers learn nothing about it.",
            Needs::Personas,
            async move |target| in_order(target, (row.call)(), &(row.expected)()).await,
        ));
    }
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
                target
                    .check_as("admin", call, &Expectation::json(json!({})))
                    .await?;
            }
            Ok(())
        },
    ));
    cases.push(Case::new(
        "input::limit_of_bodies_is_a_setting",
        "MAX_BODY_BYTES says how much is read.",
        Needs::OwnServers,
        async |_| {
            let environment = Environment::new(ServiceKind::DescopeApi)?;
            let world = World::start(&environment.with("MAX_BODY_BYTES", "100")).await?;
            let problem = Expectation::problem(413, "payload_too_large");
            let problem = problem.detail("The body is larger than 100 bytes");
            let call = body(&json!({"name": "x".repeat(100)}).to_string());
            let checked = world.target().check_as("admin", call, &problem).await;
            world.stop().await?;
            checked.map(drop)
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
    target.check(&call, &missing_token(target.kind())).await?;
    let (code, detail) = match call.method.as_str() {
        "POST" => (
            "missing_permission",
            "Missing required permission: users.create",
        ),
        _ => ("missing_role", "Missing required role: admin"),
    };
    let powerless = denied(target.kind(), code, detail, None);
    target.check_as("viewer", call.clone(), &powerless).await?;
    target.check_as("admin", call, expected).await.map(drop)
}

async fn chunked(target: &Target) -> Result<()> {
    let token = target.token("admin").await?;
    let body = large();
    let request = format!(
        "POST /api/users HTTP/1.1\r\nHost: service\r\nConnection: close\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{body}\r\n0\r\n\r\n",
        body.len()
    );
    let answer = raw::send(target.base_url(), request.as_bytes()).await?;
    too_large().check(&answer.context("no answer")?)
}

fn body(text: &str) -> Call {
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

fn media_type() -> Expectation {
    Expectation::problem(415, "unsupported_media_type").detail("The body must be application/json")
}

fn too_large() -> Expectation {
    Expectation::problem(413, "payload_too_large").detail("The body is larger than 65536 bytes")
}

fn limit_fault() -> Expectation {
    Expectation::problem(422, "invalid_input").detail("limit: must be from 1 to 1000")
}
