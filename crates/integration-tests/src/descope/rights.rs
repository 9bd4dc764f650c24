//! The documented routes that show and ask for roles, permissions and scopes.

use anyhow::ensure;
use serde_json::{Value, json};

use crate::call::Call;
use crate::case::{Case, Needs};
use crate::contract::denied;
use crate::expectation::Expectation;

pub(super) fn cases() -> Vec<Case> {
    let rows: [(&str, &str, Value); 7] = [
        ("admin", "/api/descope/roles", json!({"roles": ["admin"]})),
        (
            "admin",
            "/api/descope/permissions",
            json!({"permissions": ["users.create", "users.delete"]}),
        ),
        ("machine", "/api/descope/roles", json!({"roles": []})),
        (
            "machine",
            "/api/descope/permissions",
            json!({"permissions": ["users.create"]}),
        ),
        ("session", "/api/descope/roles", json!({"roles": ["admin"]})),
        (
            "session",
            "/api/descope/permissions",
            json!({"permissions": ["users.create"]}),
        ),
        ("member", "/api/descope/roles", json!({"roles": []})),
    ];
    let mut cases: Vec<_> = rows
        .into_iter()
        .map(|(persona, path, body)| {
            let name = path.rsplit('/').next().unwrap_or_default();
            Case::new(
                format!("examples::{name}_of_{persona}"),
                "The list is what Descope put into the token, outside of tenants.",
                Needs::Personas,
                async move |target| {
                    let expected = Expectation::json(body.clone());
                    target
                        .check_as(persona, Call::get(path), &expected)
                        .await
                        .map(drop)
                },
            )
        })
        .collect();
    let refusals: [(&str, Call, &str, &str, Option<&str>); 5] = [
        (
            "roles",
            Call::get("/api/descope/roles"),
            "insufficient_scope",
            "Missing required scopes: descope.claims",
            Some("descope.claims"),
        ),
        (
            "data",
            Call::get("/api/data"),
            "insufficient_scope",
            "Missing required scopes: openid",
            Some("openid"),
        ),
        (
            "admin_users",
            Call::get("/api/admin/users"),
            "missing_role",
            "Missing required role: admin",
            None,
        ),
        (
            "create",
            Call::post("/api/users?name=Ada&email=ada@example.com"),
            "missing_permission",
            "Missing required permission: users.create",
            None,
        ),
        (
            "delete",
            Call::delete("/api/users/7"),
            "missing_permission",
            "Missing required permission: users.delete",
            None,
        ),
    ];
    cases.extend(refusals.map(|(name, call, code, detail, scope)| {
        Case::new(
            format!("examples::{name}_without_the_right_says_what_is_missing"),
            "403 names the scope, role or permission, so that it can be granted.",
            Needs::Personas,
            async move |target| {
                let expected = denied(target.kind(), code, detail, scope);
                target
                    .check_as("nobody", call.clone(), &expected)
                    .await
                    .map(drop)
            },
        )
    }));
    cases.push(Case::new(
        "examples::data_is_a_list",
        "curl -H \"Authorization: Bearer $TOKEN\" http://localhost:8000/api/data",
        Needs::Personas,
        async |target| {
            let call = Call::get("/api/data");
            let answer = target
                .check_as("admin", call, &Expectation::json(json!({})))
                .await?;
            ensure!(
                answer
                    .member("/data")?
                    .as_array()
                    .is_some_and(|data| !data.is_empty()),
                "{answer:?}"
            );
            Ok(())
        },
    ));
    cases
}
