//! Tenants: who sees which, and what they keep apart.

use anyhow::{Result, ensure};
use local_issuer::TokenKind::Session;
use serde_json::{Map, Value, json};

use crate::case::{Case, Needs, email};
use crate::expectation::Expectation;
use crate::http::Call;
use crate::refusal::{Refusal, denied, token};
use crate::target::Target;

const ACME: &str = "T2LocalAcme00000000000000000";
const GLOBEX: &str = "T2LocalGlobex000000000000000";
const NO_ROLE: Refusal = denied(
    "missing_role",
    "Missing required role in the tenant: admin",
    None,
);
const TOO_LARGE: Refusal = token("token_too_large", "The token is larger than 16384 bytes");

pub(super) fn cases() -> Vec<Case> {
    let mut cases = vec![
        Case::new(
            "tenants::callers_see_their_own_with_their_rights",
            "What a person may do in each tenant, and nothing of others.",
            Needs::Personas,
            async |target| {
                let both = json!({"tenants": [
                    {"id": ACME, "is_current": false, "roles": ["admin"], "permissions": ["users.create", "users.delete"]},
                    {"id": GLOBEX, "is_current": false, "roles": [], "permissions": []},
                ]});
                for (persona, expected) in [("member", both), ("admin", json!({"tenants": []}))] {
                    target
                        .json_as(persona, Call::get("/api/tenants"), expected)
                        .await?;
                }
                for (name, expected) in [("roles", json!(["viewer"])), ("permissions", json!([]))] {
                    let call = Call::get(format!("/api/tenants/{ACME}/{name}"));
                    let expected = json!({"tenant_id": ACME, name: expected});
                    target.json_as("consultant", call, expected).await?;
                }
                Ok(())
            },
        ),
        Case::new(
            "tenants::a_role_in_one_is_none_in_another",
            "The administrator of one tenant is a plain member of the other.",
            Needs::Personas,
            async |target| {
                for (persona, tenant) in [("member", GLOBEX), ("consultant", ACME)] {
                    target.refused_as(persona, users(tenant), NO_ROLE).await?;
                }
                target
                    .json_as("consultant", users(GLOBEX), json!({}))
                    .await
                    .map(drop)
            },
        ),
        Case::new(
            "tenants::users_of_one_are_out_of_reach_of_another",
            "Each query is for one tenant: neither a list, nor an id, nor an address leads into another.",
            Needs::Personas,
            async |target| apart(target).await,
        ),
        Case::new(
            "tenants::many_are_read_and_too_many_are_401",
            "A token is bounded, and so is what is in it.",
            Needs::AnyToken,
            async |target| {
                // The last one is longer than the head of a request may be.
                for (count, status) in [(1000, 200), (2000, 401), (10_000, 431)] {
                    let listed: Map<_, _> =
                        (0..count).map(|n| (format!("T{n}"), json!({}))).collect();
                    let mint = target.mint("nobody", Session)?;
                    let mint = mint.claim("tenants", Value::Object(listed));
                    let call = Call::get("/api/tenants").bearer(&mint.token()?);
                    let response = target.status(&call, status).await?;
                    match status {
                        200 => {
                            let tenants = response.member("/tenants")?;
                            let found = tenants.as_array().map_or(0, Vec::len);
                            ensure!(found == count, "{found} of {count}");
                        }
                        401 => TOO_LARGE.expected(target.kind()).check(&response)?,
                        _ => {}
                    }
                }
                Ok(())
            },
        ),
    ];
    cases.extend(rows().into_iter().map(row));
    cases
}

type Row = (&'static str, &'static str, Value, u16);

/// What the case is called, the tenant as the path has it, the claims of a session token, and the status of its users.
#[rustfmt::skip]
fn rows() -> Vec<Row> {
    let admin = || json!({"roles": ["admin"], "permissions": ["users.create"]});
    vec![
        ("rights_of_the_project_beside_a_tenant", "T1", json!({"roles": ["admin"], "tenants": {"T1": {}}}), 403),
        ("rights_of_another_tenant", "T1", json!({"tenants": {"T1": {}, "T2": admin()}}), 403),
        ("rights_that_are_no_list", "T1", json!({"tenants": {"T1": {"roles": {"admin": true}}}}), 403),
        ("tenant_that_is_no_object", "T1", json!({"tenants": {"T1": ["admin"]}}), 403),
        ("rights_of_the_project_without_tenants", "T1", json!({"roles": ["admin"]}), 404),
        ("current_tenant_that_is_not_listed", "T1", json!({"dct": "T1", "roles": ["admin"], "tenants": {"T2": admin()}}), 404),
        ("current_tenant_beside_an_empty_list", "T1", json!({"dct": "T1", "roles": ["admin"], "tenants": {}}), 404),
        ("tenants_that_are_a_number", "T1", json!({"dct": "T1", "roles": ["admin"], "tenants": 5}), 404),
        ("tenants_that_are_a_list", "T1", json!({"dct": "T1", "roles": ["admin"], "tenants": ["T1"]}), 404),
        ("tenants_that_are_null", "T1", json!({"dct": "T1", "roles": ["admin"], "tenants": null}), 404),
        ("current_tenant_that_is_no_text", "1", json!({"dct": 1, "roles": ["admin"]}), 404),
        ("tenant_in_another_case", "t1", json!({"tenants": {"T1": admin()}}), 404),
        ("blank_tenant", "%20", json!({"tenants": {" ": admin()}}), 404),
        ("tenant_with_nul", "T%00", json!({"tenants": {"T\0": admin()}}), 404),
        ("tenant_encoded_twice", "a%252Fb", json!({"tenants": {"a/b": admin()}}), 404),
        ("tenant_that_is_no_utf_8", "%FF", json!({"tenants": {"T1": admin()}}), 404),
        ("current_tenant_of_a_template", "T1", json!({"dct": "T1", "roles": ["admin"]}), 200),
        ("listed_tenant", "T1", json!({"tenants": {"T1": admin()}}), 200),
        ("tenant_with_a_slash", "a%2Fb", json!({"tenants": {"a/b": admin()}}), 200),
        ("tenant_with_dots", "..%2F..", json!({"tenants": {"../..": admin()}}), 200),
        ("tenant_with_letters_of_every_kind", "%C3%96%20%26%20%F0%9F%A6%80", json!({"tenants": {"Ö & 🦀": admin()}}), 200),
    ]
}

fn row((name, tenant, claims, status): Row) -> Case {
    Case::new(
        format!("tenants::{name}_is_{status}"),
        "Only what the token lists for this tenant counts, in the one form that Descope writes, and nothing else is an error.",
        Needs::AnyToken,
        async move |target| {
            let mint = target.mint("nobody", Session)?;
            let claims = claims.as_object().into_iter().flatten();
            let mint = claims.fold(mint, |mint, (name, value)| mint.claim(name, value.clone()));
            let call = users(tenant).bearer(&mint.token()?);
            match status {
                403 => target.refused(&call, NO_ROLE).await,
                404 => {
                    let expected = Expectation::not_found(&format!("/api/tenants/{tenant}/users"));
                    target.check(&call, &expected).await.map(drop)
                }
                _ => target.status(&call, status).await.map(drop),
            }
        },
    )
}

fn users(tenant: &str) -> Call {
    Call::get(format!("/api/tenants/{tenant}/users"))
}

async fn apart(target: &Target) -> Result<()> {
    let email = email("tenant");
    let user = json!({"name": "Ada", "email": email});
    let create = |tenant: &str| Call::post(format!("/api/tenants/{tenant}/users")).json(&user);
    let (ours, theirs) = ("member", "consultant");
    let first = target
        .json_as(ours, create(ACME), json!({"user": user}))
        .await?;
    let first = first.text_member("/user/id")?;
    // The same address in the other tenant is another user.
    let second = target
        .json_as(theirs, create(GLOBEX), json!({"user": user}))
        .await?;
    let second = second.text_member("/user/id")?;
    ensure!(first != second, "one user in two tenants");
    let taken = json!({"name": "Bob", "email": email});
    let taken = Call::post(format!("/api/tenants/{ACME}/users")).json(&taken);
    let conflict = Expectation::problem(409, "conflict").detail("The email is taken");
    target.check_as(ours, taken, &conflict).await?;
    for (persona, tenant, own, other) in [
        (ours, ACME, &first, &second),
        (theirs, GLOBEX, &second, &first),
    ] {
        let after = format!("/api/tenants/{tenant}/users?limit=1000");
        let list = target
            .json_as(persona, Call::get(after), json!({"tenant_id": tenant}))
            .await?;
        let list = list.text();
        ensure!(
            list.contains(own.as_str()) && !list.contains(other.as_str()),
            "{list}"
        );
        let delete = |id: &str| Call::delete(format!("/api/tenants/{tenant}/users/{id}"));
        let gone =
            Expectation::problem(404, "not_found").detail(format!("There is no user {other}"));
        target.check_as(persona, delete(other), &gone).await?;
    }
    let all = Call::get("/api/admin/users?limit=1000");
    let all = target.json_as("admin", all, json!({})).await?.text();
    ensure!(
        !all.contains(&first) && !all.contains(&second),
        "no users of the project"
    );
    let delete = Call::delete(format!("/api/tenants/{ACME}/users/{first}"));
    target
        .json_as(
            ours,
            delete,
            json!({"message": format!("User {first} deleted")}),
        )
        .await
        .map(drop)
}
