//! Access rules: the rights that a caller must have.

use std::borrow::Cow;
use std::fmt;

use crate::authenticated::Authenticated;

/// A condition on an authenticated caller. A rule is data, so that what is documented is what is enforced.
///
/// In constants, use the constructors, [`all_of!`](crate::all_of) and [`any_of!`](crate::any_of). For names from
/// configuration, use the variants.
///
/// ```
/// use identity_core::{Rule, all_of};
///
/// const WRITE: Rule = all_of![Rule::scope("read:messages"), Rule::scope("write:messages")];
///
/// let configured = ["read:messages", "write:messages"].map(|name| Rule::Scope(name.to_owned().into()));
/// assert_eq!(WRITE, Rule::All(configured.to_vec().into()));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rule {
    /// Any verified token.
    Authenticated,
    /// The token has the scope.
    Scope(Cow<'static, str>),
    /// The caller has the role, outside of any tenant.
    Role(Cow<'static, str>),
    /// The caller has the permission, outside of any tenant.
    Permission(Cow<'static, str>),
    /// The claim is this string, or a list that contains it.
    Claim(Cow<'static, str>, Cow<'static, str>),
    /// The token does not have this claim.
    NoClaim(Cow<'static, str>),
    /// All of these rules hold. An empty list holds for every authenticated caller.
    All(Cow<'static, [Rule]>),
    /// At least one of these rules holds. An empty list holds for no caller.
    Any(Cow<'static, [Rule]>),
}

/// Why a rule does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Denial {
    /// The token lacks scopes.
    #[error("Missing required scopes: {}", missing.join(", "))]
    Scopes {
        /// The scopes that are missing.
        missing: Vec<Cow<'static, str>>,
        /// All scopes in the rule: those that a client should request (RFC 6750, section 3).
        required: Vec<Cow<'static, str>>,
    },
    /// The caller does not have the role.
    #[error("Missing required role: {0}")]
    Role(Cow<'static, str>),
    /// The caller does not have the permission.
    #[error("Missing required permission: {0}")]
    Permission(Cow<'static, str>),
    /// Another condition does not hold, or more than one alternative is missing.
    #[error("Access denied")]
    Other,
}

impl Denial {
    /// Returns the stable code: the log reason, the metric label, and `code` in the response.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Scopes { .. } => "insufficient_scope",
            Self::Role(_) => "missing_role",
            Self::Permission(_) => "missing_permission",
            Self::Other => "access_denied",
        }
    }
}

impl Rule {
    /// Returns the rule that the token has the scope.
    #[must_use]
    pub const fn scope(name: &'static str) -> Self {
        Self::Scope(Cow::Borrowed(name))
    }

    /// Returns the rule that the caller has the role, outside of any tenant.
    #[must_use]
    pub const fn role(name: &'static str) -> Self {
        Self::Role(Cow::Borrowed(name))
    }

    /// Returns the rule that the caller has the permission, outside of any tenant.
    #[must_use]
    pub const fn permission(name: &'static str) -> Self {
        Self::Permission(Cow::Borrowed(name))
    }

    /// Returns the rule that the claim is this string, or a list that contains it.
    #[must_use]
    pub const fn claim(name: &'static str, value: &'static str) -> Self {
        Self::Claim(Cow::Borrowed(name), Cow::Borrowed(value))
    }

    /// Returns the rule that the token does not have this claim.
    #[must_use]
    pub const fn no_claim(name: &'static str) -> Self {
        Self::NoClaim(Cow::Borrowed(name))
    }

    /// Checks whether the rule holds for the caller. Errors: what is missing.
    pub fn check(&self, caller: &Authenticated) -> Result<(), Denial> {
        if self.holds(caller) {
            Ok(())
        } else {
            Err(self.denial(&|rule| rule.holds(caller)))
        }
    }

    /// Returns the denial for a caller whose token has no rights at all, such as for an example in documentation. Returns
    /// `None` if the rule holds for every authenticated caller.
    #[must_use]
    pub fn denial_without_rights(&self) -> Option<Denial> {
        (!self.needs_no_right()).then(|| self.denial(&Self::needs_no_right))
    }

    fn needs_no_right(&self) -> bool {
        match self {
            Self::Authenticated => true,
            Self::All(rules) => rules.iter().all(Self::needs_no_right),
            Self::Any(rules) => rules.iter().any(Self::needs_no_right),
            _ => false,
        }
    }

    fn holds(&self, caller: &Authenticated) -> bool {
        let principal = caller.principal();
        match self {
            Self::Authenticated => true,
            Self::Scope(scope) => principal.has_scope(scope),
            Self::Role(role) => principal.has_role(role),
            Self::Permission(permission) => principal.has_permission(permission),
            Self::Claim(name, value) => caller.token().claim(name).is_some_and(|claim| {
                claim == &**value
                    || claim
                        .as_array()
                        .is_some_and(|list| list.iter().any(|one| one == &**value))
            }),
            Self::NoClaim(name) => caller.token().claim(name).is_none(),
            Self::All(rules) => rules.iter().all(|rule| rule.holds(caller)),
            Self::Any(rules) => rules.iter().any(|rule| rule.holds(caller)),
        }
    }

    /// Returns the denial for a rule that does not hold.
    fn denial(&self, holds: &dyn Fn(&Self) -> bool) -> Denial {
        match self {
            Self::Scope(scope) => Denial::Scopes {
                missing: vec![scope.clone()],
                required: vec![scope.clone()],
            },
            Self::Role(role) => Denial::Role(role.clone()),
            Self::Permission(permission) => Denial::Permission(permission.clone()),
            Self::All(rules) => denial_of_all(rules, holds),
            Self::Any(rules) => denial_of_any(rules, holds),
            Self::Authenticated | Self::Claim(..) | Self::NoClaim(_) => Denial::Other,
        }
    }

    /// Returns all scopes in the rule, each once.
    #[must_use]
    pub fn scopes(&self) -> Vec<Cow<'static, str>> {
        match self {
            Self::Scope(scope) => vec![scope.clone()],
            Self::All(rules) | Self::Any(rules) => each_once(rules.iter().flat_map(Self::scopes)),
            _ => Vec::new(),
        }
    }
}

/// Returns the first denial; if it is missing scopes, those of all rules together.
fn denial_of_all(rules: &[Rule], holds: &dyn Fn(&Rule) -> bool) -> Denial {
    let mut denials = rules
        .iter()
        .filter(|rule| !holds(rule))
        .map(|rule| rule.denial(holds));
    match denials.next() {
        Some(Denial::Scopes { mut missing, .. }) => {
            for denial in denials {
                if let Denial::Scopes { missing: more, .. } = denial {
                    missing.extend(more);
                }
            }
            Denial::Scopes {
                missing: each_once(missing),
                required: each_once(rules.iter().flat_map(Rule::scopes)),
            }
        }
        Some(other) => other,
        None => Denial::Other,
    }
}

fn each_once(names: impl IntoIterator<Item = Cow<'static, str>>) -> Vec<Cow<'static, str>> {
    let mut once = Vec::new();
    for name in names {
        if !once.contains(&name) {
            once.push(name);
        }
    }
    once
}

/// Returns the denial of the only alternative that has a name. With several, there is no single missing right.
fn denial_of_any(rules: &[Rule], holds: &dyn Fn(&Rule) -> bool) -> Denial {
    let mut named = rules
        .iter()
        .map(|rule| rule.denial(holds))
        .filter(|denial| *denial != Denial::Other);
    match (named.next(), named.next()) {
        (Some(denial), None) => denial,
        _ => Denial::Other,
    }
}

/// Writes the rule in words, as in the OpenAPI document and the access table.
impl fmt::Display for Rule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Authenticated => formatter.write_str("any verified token"),
            Self::Scope(scope) => write!(formatter, "scope {scope}"),
            Self::Role(role) => write!(formatter, "role {role}"),
            Self::Permission(permission) => write!(formatter, "permission {permission}"),
            Self::Claim(name, value) => write!(formatter, "claim {name} = {value}"),
            Self::NoClaim(name) => write!(formatter, "a token without the claim {name}"),
            Self::All(rules) if rules.is_empty() => formatter.write_str("any verified token"),
            Self::Any(rules) if rules.is_empty() => formatter.write_str("nobody"),
            Self::All(rules) => formatter.write_str(&list(rules, " and ")),
            Self::Any(rules) => formatter.write_str(&list(rules, " or ")),
        }
    }
}

fn list(rules: &[Rule], separator: &str) -> String {
    let rules = rules.iter().map(|rule| match rule {
        Rule::All(_) | Rule::Any(_) => format!("({rule})"),
        _ => rule.to_string(),
    });
    rules.collect::<Vec<_>>().join(separator)
}

#[cfg(test)]
#[path = "rule_tests.rs"]
mod tests;
