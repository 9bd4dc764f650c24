//! The claims that hold roles, permissions and scopes: the forms that give a right, and all that look like one.

use serde_json::{Value, json};

use crate::case::{Case, Needs};
use crate::http::Call;
use crate::refusal::{Refusal, no_scope};

/// A claim, and a route that needs it.
#[derive(Clone, Copy)]
pub(crate) struct Claim {
    pub(crate) name: &'static str,
    pub(crate) call: fn() -> Call,
    pub(crate) refusal: Refusal,
}

/// What a service's routes need, besides [`READ`] and [`WRITE`].
pub(crate) struct Rights {
    /// The role `admin`.
    pub(crate) roles: Claim,
    /// The permission below.
    pub(crate) permissions: Claim,
    pub(crate) permission: &'static str,
}

/// The scope `read:messages`.
const READ: Claim = Claim {
    name: "scope",
    call: || Call::get("/api/private-scoped/readonly"),
    refusal: no_scope("Missing required scopes: read:messages", "read:messages"),
};

/// The scopes `read:messages` and `write:messages`.
const WRITE: Claim = Claim {
    name: "scope",
    call: || Call::get("/api/private-scoped/write"),
    refusal: no_scope(
        "Missing required scopes: read:messages",
        "read:messages write:messages",
    ),
};

impl Rights {
    pub(crate) fn cases(&self) -> Vec<Case> {
        let mut cases = vec![
            missing_grants_nothing(self.roles),
            missing_grants_nothing(self.permissions),
            missing_grants_nothing(READ),
            grants("list", self.roles, json!(["user", "admin"])),
            grants("bare_string", self.roles, json!("admin")),
            grants("list", self.permissions, json!([self.permission])),
            grants("string", READ, json!("openid read:messages")),
            grants("list", READ, json!(["read:messages"])),
            grants("both", WRITE, json!("write:messages read:messages")),
            grants_nothing("write_without_read", WRITE, json!("write:messages")),
        ];
        for (name, value) in lookalikes(self.permission) {
            for claim in [self.roles, self.permissions, READ] {
                cases.push(grants_nothing(name, claim, value.clone()));
            }
        }
        for (name, value) in [
            ("bare_string_with_a_comma", "user, admin"),
            ("bare_string_with_a_space", "user admin"),
            ("bare_string_that_starts_with_it", "admin user"),
        ] {
            cases.push(grants_nothing(name, self.roles, json!(value)));
        }
        cases
    }
}

/// Values that hold the role, the permission and the scope, in forms that are none of them.
#[rustfmt::skip]
fn lookalikes(permission: &str) -> [(&'static str, Value); 11] {
    [
        ("number", json!(5)),
        ("true", json!(true)),
        ("null", json!(null)),
        ("object", json!({"admin": true, permission: true, "read:messages": true})),
        ("list_with_a_number", json!(["admin", permission, "read:messages", 5])),
        ("list_in_a_list", json!([["admin", permission, "read:messages"]])),
        ("empty_list", json!([])),
        ("names_between_commas", json!(format!("admin,{permission},read:messages"))),
        ("other_case", json!(["Admin", permission.to_uppercase(), "Read:Messages"])),
        ("name_with_more", json!(["admins", format!("{permission}2"), "read:messages:all"])),
        ("name_with_a_space", json!(["admin ", format!(" {permission}"), "read:messages openid"])),
    ]
}

/// A token of the administrator in which the claim has this value is refused with 403, and never with 500.
pub(crate) fn grants_nothing(name: &str, claim: Claim, value: Value) -> Case {
    refused(name, claim, Some(value))
}

/// As [`grants_nothing`], for a token that has no such claim at all.
pub(crate) fn missing_grants_nothing(claim: Claim) -> Case {
    refused("missing", claim, None)
}

fn refused(name: &str, claim: Claim, value: Option<Value>) -> Case {
    let name = format!("grants::{}_{name}_is_403", last_segment(claim.name));
    let sentence =
        "A claim that is missing, or of the wrong type, grants nothing, and is no error.";
    Case::new(name, sentence, Needs::AnyToken, async move |target| {
        let mint = target.good()?.without_claim(claim.name);
        let mint = match &value {
            Some(value) => mint.claim(claim.name, value.clone()),
            None => mint,
        };
        let call = (claim.call)().bearer(&mint.token()?);
        target.refused(&call, claim.refusal).await
    })
}

/// A token without rights in which the claim has this value is accepted.
pub(crate) fn grants(name: &str, claim: Claim, value: Value) -> Case {
    let name = format!("grants::{}_{name}_is_200", last_segment(claim.name));
    let sentence =
        "The two forms that providers use both grant: the refused ones are compared with this.";
    Case::new(name, sentence, Needs::AnyToken, async move |target| {
        let mint = target.mint("nobody", local_issuer::TokenKind::Access)?;
        let token = mint.claim(claim.name, value.clone()).token()?;
        let call = (claim.call)().bearer(&token);
        target.status(&call, 200).await.map(drop)
    })
}

/// A good token in which these claims have an unexpected type: routes that only show it go on working.
pub(crate) fn strange_claims_are_no_error(
    paths: &'static [&'static str],
    claims: &'static [&'static str],
) -> Case {
    Case::new(
        "grants::strange_claims_are_no_error",
        "A claim that is not a registered one may be anything: it is shown or left out, and never a 500.",
        Needs::AnyToken,
        async move |target| {
            for value in [json!(7), json!([[]]), json!({"a": null}), Value::Null] {
                let change =
                    |mint: local_issuer::Mint, claim: &&str| mint.claim(claim, value.clone());
                let token = claims.iter().fold(target.good()?, change).token()?;
                for path in paths {
                    target.status(&Call::get(*path).bearer(&token), 200).await?;
                }
            }
            Ok(())
        },
    )
}

/// The end of a claim that is named by a URL.
fn last_segment(claim: &str) -> &str {
    claim.rsplit('/').next().unwrap_or(claim)
}
