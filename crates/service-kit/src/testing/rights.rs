//! The rights of the tokens that a walk through the access table is made with.

use std::collections::BTreeMap;

use identity_core::Rule;
use identity_core::clock::{Clock, SystemClock};
use identity_core::testing::{TestCaller, TestIssuer};
use serde_json::Value;

/// The rights of a token.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rights {
    /// The scopes.
    pub scopes: Vec<String>,
    /// The roles, outside of tenants.
    pub roles: Vec<String>,
    /// The permissions, outside of tenants.
    pub permissions: Vec<String>,
    /// The only tenant that the caller belongs to, and for which the token is; `None` if the rule is not about one.
    pub tenant: Option<TenantRights>,
    /// Its claims of other names, by the path of each; those with `None` it does not have.
    pub claims: BTreeMap<String, Option<Value>>,
}

/// The rights of a token in a tenant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TenantRights {
    /// The id of the tenant.
    pub id: String,
    /// The roles there.
    pub roles: Vec<String>,
    /// The permissions there.
    pub permissions: Vec<String>,
}

impl Rights {
    /// Returns a caller with these rights, whose token is for a tenant in any case.
    pub(super) fn caller<'i>(&self, issuer: &'i TestIssuer) -> TestCaller<'i> {
        let mut caller = issuer.caller("U1").tenant("T1");
        for scope in &self.scopes {
            caller = caller.scope(scope);
        }
        for role in &self.roles {
            caller = caller.role(role);
        }
        for permission in &self.permissions {
            caller = caller.permission(permission);
        }
        if let Some(tenant) = &self.tenant {
            caller = caller.tenant(&tenant.id);
            for role in &tenant.roles {
                caller = caller.role_in(&tenant.id, role);
            }
            for permission in &tenant.permissions {
                caller = caller.permission_in(&tenant.id, permission);
            }
        }
        for (path, value) in &self.claims {
            caller = match value {
                Some(value) => caller.claim(path, value.clone()),
                None => caller.without_claim(path),
            };
        }
        caller
    }
}

/// A right that no rule asks for, so that a token without the right ones is not one without any.
pub const UNRELATED: &str = "unrelated";

/// Returns the single conditions of a rule.
pub(super) fn leaves(rule: &Rule) -> Vec<&Rule> {
    match rule {
        Rule::All(rules) | Rule::Any(rules) | Rule::Not(rules) => {
            rules.iter().flat_map(leaves).collect()
        }
        Rule::Authenticated | Rule::Member => Vec::new(),
        leaf => vec![leaf],
    }
}

/// Returns the rights of a token that satisfies those of `leaves` whose bit is set in `held`, as far as they can be
/// combined; in this tenant.
pub(super) fn rights(leaves: &[&Rule], held: usize, tenant: Option<&str>) -> Rights {
    let other = || vec![UNRELATED.to_owned()];
    let mut inside = TenantRights {
        id: tenant.unwrap_or_default().to_owned(),
        roles: other(),
        permissions: other(),
    };
    let mut rights = Rights {
        scopes: other(),
        roles: other(),
        permissions: other(),
        tenant: None,
        claims: BTreeMap::new(),
    };
    for (bit, leaf) in leaves.iter().enumerate() {
        let is_held = held & 1 << bit != 0;
        let text = |held: &str| Some(Value::from(if is_held { held } else { UNRELATED }));
        match leaf {
            Rule::Scope(name) if is_held => rights.scopes.push(name.to_string()),
            Rule::Role(name) if is_held => rights.roles.push(name.to_string()),
            Rule::Permission(name) if is_held => rights.permissions.push(name.to_string()),
            Rule::TenantRole(name) if is_held => inside.roles.push(name.to_string()),
            Rule::TenantPermission(name) if is_held => inside.permissions.push(name.to_string()),
            Rule::Claim(path, value) => drop(rights.claims.insert(path.to_string(), text(value))),
            Rule::Acr(acr) => drop(rights.claims.insert("acr".to_owned(), text(acr))),
            Rule::SignedInWithin(_) => {
                let time = if is_held {
                    SystemClock.now().seconds()
                } else {
                    0.0
                };
                let time = Value::from(time.floor());
                rights.claims.insert("auth_time".to_owned(), Some(time));
            }
            Rule::NoClaim(path) if is_held => drop(rights.claims.insert(path.to_string(), None)),
            Rule::NoClaim(path) => {
                let other = || Some(UNRELATED.into());
                rights.claims.entry(path.to_string()).or_insert_with(other);
            }
            _ => {}
        }
    }
    rights.tenant = tenant.map(|_| inside);
    rights
}
