//! The documented requests that need rights, and the refusals without them.

use anyhow::ensure;
use serde_json::json;

use crate::case::{Case, Needs};
use crate::contract::{claims_of, lists};
use crate::http::Call;
use crate::refusal::{Refusal, denied, no_scope};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = vec![
        Case::new(
            "examples::admin_with_the_permission",
            "Who has admin:access is welcome, person or program.",
            Needs::Personas,
            async |target| {
                let welcome = json!({"message": "Welcome to the admin area", "admin_access": true});
                for persona in ["admin", "machine"] {
                    let members = welcome.clone();
                    target
                        .json_as(persona, Call::get("/api/admin"), members)
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
                let refusal = denied("missing_permission", detail, None);
                for persona in ["viewer", "operator", "unscoped"] {
                    target
                        .refused_as(persona, Call::get("/api/admin"), refusal)
                        .await?;
                }
                Ok(())
            },
        ),
        Case::new(
            "examples::scoped_routes_answer_the_claims",
            "As in the other example: who may read sees what was verified.",
            Needs::Personas,
            async |target| {
                let claims = claims_of(target, "admin").await?;
                for route in ["readonly", "write", "delete"] {
                    let call = Call::get(format!("/api/private-scoped/{route}"));
                    let members = json!({});
                    let response = target.json_as("admin", call, members).await?;
                    ensure!(response.json()? == claims, "{response:?}");
                }
                Ok(())
            },
        ),
    ];
    cases.extend(lists(
        "/api/auth0",
        &[
            ("admin", "roles", &["admin"]),
            ("machine", "roles", &[]),
            ("operator", "roles", &["admin"]),
            (
                "editor",
                "permissions",
                &["read:messages", "write:messages"],
            ),
            ("machine", "permissions", &["admin:access", "read:messages"]),
            ("unscoped", "permissions", &[]),
        ],
    ));
    let both = "read:messages write:messages";
    #[rustfmt::skip]
    let refusals: [(&str, &str, Refusal); 4] = [
        ("nobody", "readonly", no_scope("Missing required scopes: read:messages", "read:messages")),
        ("nobody", "write", no_scope("Missing required scopes: read:messages, write:messages", both)),
        ("viewer", "write", no_scope("Missing required scopes: write:messages", both)),
        ("editor", "delete", no_scope("Missing required scopes: delete:messages", "delete:messages")),
    ];
    for (persona, route, refusal) in refusals {
        cases.push(Case::new(
            format!("examples::{route}_as_{persona}_says_what_is_missing"),
            "RFC 6750, section 3: the challenge has the scopes to ask for, the detail those that are missing.",
            Needs::Personas,
            async move |target| {
                let call = Call::get(format!("/api/private-scoped/{route}"));
                target.refused_as(persona, call, refusal).await
            },
        ));
    }
    cases
}
