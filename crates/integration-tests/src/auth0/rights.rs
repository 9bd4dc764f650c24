//! The documented requests that need rights, and the answers to those who have not.

use anyhow::ensure;
use serde_json::{Value, json};

use crate::call::Call;
use crate::case::{Case, Needs};
use crate::contract::{claims_of, denied};
use crate::expectation::Expectation;

pub(super) fn cases() -> Vec<Case> {
    let mut cases = admin();
    cases.extend(rights());
    cases
}

fn admin() -> Vec<Case> {
    let welcome = || json!({"message": "Welcome to the admin area", "admin_access": true});
    vec![
        Case::new(
            "examples::admin_with_the_permission",
            "Whoever has admin:access is welcome, person or program.",
            Needs::Personas,
            async move |target| {
                for persona in ["admin", "machine"] {
                    let expected = Expectation::json(welcome());
                    target
                        .check_as(persona, Call::get("/api/admin"), &expected)
                        .await?;
                }
                Ok(())
            },
        ),
        Case::new(
            "examples::admin_without_the_permission",
            "403 with the documented sentence: the role alone is not enough.",
            Needs::Personas,
            async |target| {
                let detail = "Insufficient permissions. Admin access required.";
                let expected = denied(target.kind(), "missing_permission", detail, None);
                for persona in ["viewer", "operator", "unscoped"] {
                    target
                        .check_as(persona, Call::get("/api/admin"), &expected)
                        .await?;
                }
                Ok(())
            },
        ),
    ]
}

fn rights() -> Vec<Case> {
    let rows: [(&str, &str, Value); 6] = [
        ("admin", "/api/auth0/roles", json!({"roles": ["admin"]})),
        ("machine", "/api/auth0/roles", json!({"roles": []})),
        (
            "editor",
            "/api/auth0/permissions",
            json!({"permissions": ["read:messages", "write:messages"]}),
        ),
        (
            "machine",
            "/api/auth0/permissions",
            json!({"permissions": ["admin:access", "read:messages"]}),
        ),
        (
            "unscoped",
            "/api/auth0/permissions",
            json!({"permissions": []}),
        ),
        ("operator", "/api/auth0/roles", json!({"roles": ["admin"]})),
    ];
    let shown = rows.map(|(persona, path, body)| {
        let name = path.rsplit('/').next().unwrap_or_default();
        Case::new(
            format!("examples::{name}_of_{persona}"),
            "The list is what Auth0 put into the token.",
            Needs::Personas,
            async move |target| {
                let expected = Expectation::json(body.clone());
                target
                    .check_as(persona, Call::get(path), &expected)
                    .await
                    .map(drop)
            },
        )
    });
    let refusals: [(&str, &str, &str, &str, &str); 4] = [
        (
            "nobody",
            "readonly",
            "insufficient_scope",
            "Missing required scopes: read:messages",
            "read:messages",
        ),
        (
            "nobody",
            "write",
            "insufficient_scope",
            "Missing required scopes: read:messages, write:messages",
            "read:messages write:messages",
        ),
        (
            "viewer",
            "write",
            "insufficient_scope",
            "Missing required scopes: write:messages",
            "read:messages write:messages",
        ),
        (
            "editor",
            "delete",
            "insufficient_scope",
            "Missing required scopes: delete:messages",
            "delete:messages",
        ),
    ];
    let refused = refusals.map(|(persona, route, code, detail, scope)| {
        Case::new(
            format!("examples::{route}_as_{persona}_says_what_is_missing"),
            "RFC 6750, section 3: the challenge has the scopes to ask for, the detail those that are missing.",
            Needs::Personas,
            async move |target| {
                let expected = denied(target.kind(), code, detail, Some(scope));
                let call = Call::get(format!("/api/private-scoped/{route}"));
                target.check_as(persona, call, &expected).await.map(drop)
            },
        )
    });
    let scoped = Case::new(
        "examples::scoped_routes_answer_the_claims",
        "As in the other example: whoever may read sees what was verified.",
        Needs::Personas,
        async |target| {
            let claims = claims_of(target, "admin").await?;
            for route in ["readonly", "write", "delete"] {
                let call = Call::get(format!("/api/private-scoped/{route}"));
                let answer = target
                    .check_as("admin", call, &Expectation::json(json!({})))
                    .await?;
                ensure!(answer.json()? == claims, "{answer:?}");
            }
            Ok(())
        },
    );
    shown.into_iter().chain(refused).chain([scoped]).collect()
}
