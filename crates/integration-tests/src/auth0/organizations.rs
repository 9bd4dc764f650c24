//! Organizations: who sees which, and which are accepted.

use local_issuer::TokenKind::Access;
use serde_json::{Value, json};

use crate::case::{Case, Needs};
use crate::expectation::Expectation;
use crate::http::Call;
use crate::kind::ServiceKind;
use crate::launch::{Environment, World};
use crate::refusal::{Refusal, denied, token};

const ACME: &str = "org_2LocalAcme000000";
const NO_PERMISSION: Refusal = denied(
    "missing_permission",
    "Missing required permission in the organization: admin:access",
    None,
);
const UNKNOWN: Refusal = token(
    "unknown_organization",
    "The token is for an organization that is not accepted here",
);

pub(super) fn cases() -> Vec<Case> {
    let mut cases = vec![
        Case::new(
            "organizations::callers_see_that_of_their_token",
            "A token is for one organization, or for none.",
            Needs::Personas,
            async |target| {
                let acme = json!({"organizations": [
                    {"id": ACME, "name": "acme", "roles": [], "permissions": ["admin:access"]},
                ]});
                let none = || json!({"organizations": []});
                for (persona, expected) in [
                    ("org-admin", acme),
                    ("admin", none()),
                    ("consultant", none()),
                ] {
                    target
                        .json_as(persona, Call::get("/api/organizations"), expected)
                        .await?;
                }
                let expected = json!({"message": format!("Welcome to the admin area of {ACME}")});
                target.json_as("org-admin", admin(ACME), expected).await?;
                target
                    .refused_as("member", admin(ACME), NO_PERMISSION)
                    .await
            },
        ),
        Case::new(
            "organizations::those_that_are_not_listed_are_401",
            "Auth0 says to compare org_id with the organizations that are known: AUTH0_ORGANIZATIONS lists them, by id or by name.",
            Needs::OwnServers,
            async |_| {
                let environment = Environment::new(ServiceKind::Auth0Api)?;
                let environment =
                    environment.with("AUTH0_ORGANIZATIONS", "org_2LocalAcme000000, globex");
                let world = World::start(&environment).await?;
                let check = world.check(async |target| {
                    for (claims, is_known) in known() {
                        let mint = target.mint("nobody", Access)?;
                        let members = claims.as_object().into_iter().flatten();
                        let mint = members
                            .fold(mint, |mint, (name, value)| mint.claim(name, value.clone()));
                        match is_known {
                            true => target.accepts(&mint.token()?).await?,
                            false => target.refuses(&mint.token()?, UNKNOWN).await?,
                        }
                    }
                    Ok(())
                });
                check.await
            },
        ),
    ];
    cases.extend(rows().into_iter().map(row));
    cases
}

/// Claims of tokens, and whether they are of a known organization or of none.
fn known() -> [(Value, bool); 9] {
    [
        (json!({"org_id": "org_2Other"}), false),
        (json!({"org_id": "org_2Other", "org_name": "acme"}), false),
        (json!({"org_id": 7}), false),
        (json!({"org_id": null}), false),
        (json!({"org_name": "globex"}), false),
        (json!({"org_id": "globex"}), false),
        (json!({"org_id": ACME}), true),
        (json!({"org_id": "org_2Any", "org_name": "globex"}), true),
        (json!({}), true),
    ]
}

type Row = (&'static str, &'static str, Value, u16);

/// What the case is called, the organization as the path has it, the claims of a token, and the status of its admin area.
#[rustfmt::skip]
fn rows() -> Vec<Row> {
    let with = |org_id: Value| json!({"org_id": org_id, "permissions": ["admin:access"]});
    vec![
        ("permission_without_an_organization", ACME, json!({"permissions": ["admin:access"]}), 404),
        ("permission_in_another_organization", ACME, with(json!("org_2Other")), 404),
        ("organization_by_its_name", "acme", json!({"org_id": ACME, "org_name": "acme", "permissions": ["admin:access"]}), 404),
        ("organization_that_is_a_number", "7", with(json!(7)), 404),
        ("organization_that_is_a_list", ACME, with(json!([ACME])), 404),
        ("organization_that_is_blank", "%20", with(json!(" ")), 404),
        ("organization_of_a_tenants_map", "T1", json!({"tenants": {"T1": {"permissions": ["admin:access"]}}}), 404),
        ("permissions_that_are_no_list", ACME, json!({"org_id": ACME, "permissions": {"admin:access": true}}), 403),
        ("permission_in_the_organization", ACME, with(json!(ACME)), 200),
        ("organization_with_a_slash", "a%2Fb", with(json!("a/b")), 200),
    ]
}

fn row((name, organization, claims, status): Row) -> Case {
    Case::new(
        format!("organizations::{name}_is_{status}"),
        "The rights of a token count in the organization that it is for, and in no other.",
        Needs::AnyToken,
        async move |target| {
            let mint = target.mint("nobody", Access)?;
            let claims = claims.as_object().into_iter().flatten();
            let mint = claims.fold(mint, |mint, (name, value)| mint.claim(name, value.clone()));
            let call = admin(organization).bearer(&mint.token()?);
            match status {
                403 => target.refused(&call, NO_PERMISSION).await,
                404 => {
                    let path = format!("/api/organizations/{organization}/admin");
                    let expected = Expectation::not_found(&path);
                    target.check(&call, &expected).await.map(drop)
                }
                _ => target.status(&call, status).await.map(drop),
            }
        },
    )
}

fn admin(organization: &str) -> Call {
    Call::get(format!("/api/organizations/{organization}/admin"))
}
