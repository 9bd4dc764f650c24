//! The forms of a claim that grants, and all that look like one: the same for every service.

use serde_json::{Value, json};

use super::grants::{Grant, grants, grants_nothing, missing_grants_nothing};
use crate::case::Case;

/// What a service's routes ask for.
pub(crate) struct Grants {
    /// The role `admin`.
    pub(crate) roles: Grant,
    /// The permission below.
    pub(crate) permissions: Grant,
    pub(crate) permission: &'static str,
    /// The scope `read:messages`.
    pub(crate) scope: Grant,
    /// The scopes `read:messages` and `write:messages`.
    pub(crate) write: Grant,
}

impl Grants {
    pub(crate) fn cases(&self) -> Vec<Case> {
        let mut cases = vec![
            missing_grants_nothing(self.roles),
            missing_grants_nothing(self.permissions),
            missing_grants_nothing(self.scope),
            grants("list", self.roles, json!(["user", "admin"])),
            grants("bare_string", self.roles, json!("admin")),
            grants("list", self.permissions, json!([self.permission])),
            grants("string", self.scope, json!("openid read:messages")),
            grants("list", self.scope, json!(["read:messages"])),
            grants("both", self.write, json!("write:messages read:messages")),
            grants_nothing("write_without_read", self.write, json!("write:messages")),
        ];
        for (name, value) in lookalikes(self.permission) {
            for grant in [self.roles, self.permissions, self.scope] {
                cases.push(grants_nothing(name, grant, value.clone()));
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
fn lookalikes(permission: &str) -> [(&'static str, Value); 11] {
    [
        ("number", json!(5)),
        ("true", json!(true)),
        ("null", json!(null)),
        (
            "object",
            json!({"admin": true, permission: true, "read:messages": true}),
        ),
        (
            "list_with_a_number",
            json!(["admin", permission, "read:messages", 5]),
        ),
        (
            "list_in_a_list",
            json!([["admin", permission, "read:messages"]]),
        ),
        ("empty_list", json!([])),
        (
            "names_between_commas",
            json!(format!("admin,{permission},read:messages")),
        ),
        (
            "other_case",
            json!(["Admin", permission.to_uppercase(), "Read:Messages"]),
        ),
        (
            "name_with_more",
            json!(["admins", format!("{permission}2"), "read:messages:all"]),
        ),
        (
            "name_with_a_space",
            json!(["admin ", format!(" {permission}"), "read:messages openid"]),
        ),
    ]
}
