//! Rules and denials in words.

use super::super::{Denial, Rule};
use super::{ADMIN, CREATE, NO_SCOPE, ORGANIZATION, READ, WRITE, requires, scopes};
use crate::{all_of, any_of, none_of};

#[test]
fn a_denial_has_one_text_and_one_code() {
    let rows = [
        (
            scopes(&["a"], &["a"]),
            "Missing required scopes: a",
            "insufficient_scope",
        ),
        (
            scopes(&["a", "b"], &["a", "b", "c"]),
            "Missing required scopes: a, b",
            "insufficient_scope",
        ),
        (
            Denial::Role("admin".into()),
            "Missing required role: admin",
            "missing_role",
        ),
        (
            Denial::Permission("users.create".into()),
            "Missing required permission: users.create",
            "missing_permission",
        ),
        (
            Denial::TenantRole("admin".into()),
            "Missing required role in the tenant: admin",
            "missing_role",
        ),
        (
            Denial::TenantPermission("users.create".into()),
            "Missing required permission in the tenant: users.create",
            "missing_permission",
        ),
        (
            Denial::NotAMember,
            "Not a member of the tenant",
            "not_found",
        ),
        (
            requires("claim org = acme"),
            "Access denied: requires claim org = acme",
            "access_denied",
        ),
        (Denial::Other, "Access denied", "access_denied"),
    ];
    for (denial, text, code) in rows {
        assert_eq!((denial.to_string().as_str(), denial.code()), (text, code));
    }
}

#[test]
fn a_rule_is_told_in_words_and_scopes() {
    let rows: [(Rule, &str, &[&str]); 19] = [
        (Rule::Authenticated, "any verified token", &[]),
        (READ, "scope read:messages", &["read:messages"]),
        (ADMIN, "role admin", &[]),
        (CREATE, "permission users.create", &[]),
        (ORGANIZATION, "claim org = acme", &[]),
        (
            Rule::no_claim("scope"),
            "a token without the claim scope",
            &[],
        ),
        (
            all_of![READ, WRITE],
            "scope read:messages and scope write:messages",
            &["read:messages", "write:messages"],
        ),
        (
            any_of![READ, NO_SCOPE],
            "scope read:messages or a token without the claim scope",
            &["read:messages"],
        ),
        (
            any_of![ADMIN, all_of![READ, CREATE]],
            "role admin or (scope read:messages and permission users.create)",
            &["read:messages"],
        ),
        (all_of![], "any verified token", &[]),
        (any_of![], "nobody", &[]),
        (Rule::Member, "membership in the tenant", &[]),
        (Rule::tenant_role("admin"), "role admin in the tenant", &[]),
        (
            Rule::tenant_permission("users.create"),
            "permission users.create in the tenant",
            &[],
        ),
        (
            Rule::signed_in_within_minutes(5),
            "a sign-in within 5 min",
            &[],
        ),
        (Rule::acr("mfa"), "a sign-in with acr mfa", &[]),
        (none_of![READ], "not scope read:messages", &[]),
        (
            none_of![all_of![READ, ADMIN]],
            "not (scope read:messages and role admin)",
            &[],
        ),
        (
            none_of![ORGANIZATION, ADMIN],
            "not (claim org = acme or role admin)",
            &[],
        ),
    ];
    for (rule, words, scopes) in rows {
        assert_eq!(rule.to_string(), words);
        assert_eq!(rule.scopes(), scopes, "{rule}");
    }
}
