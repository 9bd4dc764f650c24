//! The documented routes that show and need roles, permissions and scopes.

use anyhow::ensure;
use serde_json::json;

use crate::case::{Case, Needs};
use crate::contract::lists;
use crate::http::Call;
use crate::refusal::{NO_CREATE, NOT_ADMIN, Refusal, denied, no_scope};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = lists(
        "/api/descope",
        &[
            ("admin", "roles", &["admin"]),
            ("admin", "permissions", &["users.create", "users.delete"]),
            ("machine", "roles", &[]),
            ("machine", "permissions", &["users.create"]),
            ("session", "roles", &["admin"]),
            ("session", "permissions", &["users.create"]),
            ("member", "roles", &[]),
        ],
    );
    #[rustfmt::skip]
    let refusals: [(&str, Call, Refusal); 5] = [
        ("roles", Call::get("/api/descope/roles"), no_scope("Missing required scopes: descope.claims", "descope.claims")),
        ("data", Call::get("/api/data"), no_scope("Missing required scopes: openid", "openid")),
        ("admin_users", Call::get("/api/admin/users"), NOT_ADMIN),
        ("create", Call::post("/api/users?name=Ada&email=ada@example.com"), NO_CREATE),
        ("delete", Call::delete("/api/users/7"), denied("missing_permission", "Missing required permission: users.delete", None)),
    ];
    for (name, call, refusal) in refusals {
        cases.push(Case::new(
            format!("examples::{name}_without_the_right_says_what_is_missing"),
            "403 names the scope, role or permission, so that it can be given.",
            Needs::Personas,
            async move |target| target.refused_as("nobody", call.clone(), refusal).await,
        ));
    }
    cases.push(Case::new(
        "examples::data_is_a_list",
        "curl -H \"Authorization: Bearer $TOKEN\" http://localhost:8000/api/data",
        Needs::Personas,
        async |target| {
            let members = json!({});
            let response = target
                .json_as("admin", Call::get("/api/data"), members)
                .await?;
            let data = response.member("/data")?;
            ensure!(
                data.as_array().is_some_and(|data| !data.is_empty()),
                "{response:?}"
            );
            Ok(())
        },
    ));
    cases
}
