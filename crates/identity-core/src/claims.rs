//! Claims of a token, and parsing of the scopes, roles and permissions in them.

use std::borrow::Cow;

use serde_json::{Map, Value};

pub use crate::claim_path::{ClaimPath, ClaimPathError};

/// The claims of a token, unchanged.
pub type Claims = Map<String, Value>;

/// The claims that name the client of a token: `client_id` (RFC 9068) and `azp` (OpenID Connect), and where there is
/// neither, `appid` (Entra's tokens of version 1) and `cid` (Okta).
pub const CLIENTS: [&str; 4] = ["client_id", "azp", "appid", "cid"];

/// Why the claims of a verified token cannot be deserialized, or do not make a [`Principal`](crate::Principal).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ClaimsError {
    /// A claim is missing or has the wrong type.
    #[error("claims do not fit: {0}")]
    Unfit(String),
    /// The provider refuses the token for a reason of its own. The reason is logged, so it must not contain claim
    /// values.
    #[error("refused by the provider: {0}")]
    Refused(Cow<'static, str>),
    /// The token is of a tenant or organization that is not among those that the provider was configured with.
    #[error("unknown organization: the token is of one that is not configured")]
    UnknownOrganization,
}

impl ClaimsError {
    /// Creates an error for a claim of the wrong type.
    pub fn unexpected_type(claim: &str, expected: &str) -> Self {
        Self::Unfit(format!("{claim} is not {expected}"))
    }

    /// Creates an error for a token that the provider refuses for a reason of its own.
    pub fn refused(reason: impl Into<Cow<'static, str>>) -> Self {
        Self::Refused(reason.into())
    }

    /// Returns the stable code of this error.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unfit(_) => "invalid_claim_type",
            Self::Refused(_) => "invalid_claims",
            Self::UnknownOrganization => "unknown_organization",
        }
    }
}

/// Parses scopes: a space-separated string (RFC 8693, section 4.2), or a list in which each element is one scope, even
/// if it contains spaces. Returns no scopes for any other type, or if an element is not a string.
pub fn scopes(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::String(text)) => text
            .split(' ')
            .filter(|scope| !scope.is_empty())
            .map(str::to_owned)
            .collect(),
        Some(Value::Array(_)) => names(value),
        _ => Vec::new(),
    }
}

/// Parses roles or permissions: a list of strings, or a single string, which is *one* name, even if it contains spaces
/// (names in Descope may). Returns no names for any other type, or if an element is not a string.
pub fn names(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::String(name)) if !name.is_empty() => vec![name.clone()],
        Some(Value::Array(elements)) => {
            let names: Option<Vec<_>> = elements
                .iter()
                .map(|element| element.as_str().map(str::to_owned))
                .collect();
            names.unwrap_or_default()
        }
        _ => Vec::new(),
    }
}

/// Parses roles or permissions that are the keys of an object, as in Zitadel's `{"admin": {"org": "domain"}}`. A key
/// whose value is `null`, `false` or empty is none. Returns no names for any other type.
pub fn keys(value: Option<&Value>) -> Vec<String> {
    let has_value = |value: &Value| match value {
        Value::Null | Value::Bool(false) => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(list) => !list.is_empty(),
        Value::Object(members) => !members.is_empty(),
        Value::Bool(true) | Value::Number(_) => true,
    };
    let members = value.and_then(Value::as_object).into_iter().flatten();
    let named = members.filter(|(name, value)| !name.is_empty() && has_value(value));
    named.map(|(name, _)| name.clone()).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{ClaimsError, keys, names, scopes};

    #[test]
    fn a_providers_own_reason_is_for_the_log_and_has_a_code_of_the_list() {
        let refused = ClaimsError::refused("the account is banned");
        assert_eq!(refused.code(), "invalid_claims");
        assert_eq!(
            refused.to_string(),
            "refused by the provider: the account is banned"
        );
    }

    #[test]
    fn a_claim_of_the_wrong_type_grants_nothing() {
        for value in [
            json!(5),
            json!(true),
            json!(null),
            json!({"admin": true}),
            json!(["admin", 5]),
            json!([["admin"]]),
        ] {
            assert!(names(Some(&value)).is_empty(), "{value}");
            assert!(scopes(Some(&value)).is_empty(), "{value}");
        }
        assert!(names(None).is_empty());
        assert!(scopes(None).is_empty());
        assert!(names(Some(&json!(""))).is_empty());
    }

    #[test]
    fn a_bare_string_is_one_role_whatever_it_contains() {
        assert_eq!(
            names(Some(&json!("Tenant Admin, admin"))),
            ["Tenant Admin, admin"]
        );
        assert_eq!(
            names(Some(&json!(["User Admin", "SSO Admin"]))),
            ["User Admin", "SSO Admin"]
        );
    }

    #[test]
    fn a_key_without_a_value_is_no_name() {
        let object = json!({
            "admin": {"O1": "acme.example"}, "reader": true, "writer": ["x"], "editor": "x", "one": 1,
            "none": null, "off": false, "nobody": {}, "empty": [], "blank": "", "": true,
        });
        let mut found = keys(Some(&object));
        found.sort_unstable();
        assert_eq!(found, ["admin", "editor", "one", "reader", "writer"]);
        for value in [json!("admin"), json!(["admin"]), json!(true), json!(null)] {
            assert!(keys(Some(&value)).is_empty(), "{value}");
        }
        assert!(keys(None).is_empty());
    }

    #[test]
    fn scopes_are_words_of_a_string_or_elements_of_a_list() {
        assert_eq!(
            scopes(Some(&json!(" openid  read:messages"))),
            ["openid", "read:messages"]
        );
        assert_eq!(
            scopes(Some(&json!(["read:messages write:messages", "openid"]))),
            ["read:messages write:messages", "openid"]
        );
        assert_eq!(
            scopes(Some(&json!("a,b\tc"))),
            ["a,b\tc"],
            "only a space separates"
        );
    }
}
