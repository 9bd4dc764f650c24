//! Access rules: the rights that a caller must have.

mod denial;
mod words;

use std::borrow::Cow;
use std::time::Duration;

use serde_json::Value;

use crate::authenticated::Authenticated;
use crate::claim_path::{Found, look_up};
use crate::principal::contains;
use crate::tenant::RightsIn;

pub use denial::Denial;

/// A condition on an authenticated caller. A rule is data, so that what is documented is what is enforced.
///
/// In constants, use the constructors, [`all_of!`](crate::all_of), [`any_of!`](crate::any_of) and
/// [`none_of!`](crate::none_of). For names from configuration, use the variants.
///
/// A rule with [`Member`](Self::Member), [`TenantRole`](Self::TenantRole) or [`TenantPermission`](Self::TenantPermission)
/// anywhere in it is about one tenant or organization, that of the request: whatever else it says, it holds only for those
/// who belong to the tenant.
///
/// The place of a claim is read as in [`ClaimPath`](crate::claims::ClaimPath): `org`, `realm_access.roles`,
/// `https://example.com/plan`. A claim of an unexpected type meets no rule, also below [`Not`](Self::Not).
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
    /// The caller has the role outside of tenants, or in the tenant that the token is for if it lists none
    /// ([`Principal::roles`](crate::Principal::roles)).
    Role(Cow<'static, str>),
    /// The caller has the permission outside of tenants, or in the tenant that the token is for if it lists none
    /// ([`Principal::permissions`](crate::Principal::permissions)).
    Permission(Cow<'static, str>),
    /// The caller belongs to the tenant.
    Member,
    /// The caller has the role within the tenant.
    TenantRole(Cow<'static, str>),
    /// The caller has the permission within the tenant.
    TenantPermission(Cow<'static, str>),
    /// The claim at this place is this string, or a list of strings that contains it.
    Claim(Cow<'static, str>, Cow<'static, str>),
    /// The token has no claim at this place.
    NoClaim(Cow<'static, str>),
    /// The user signed in at most this long ago (`auth_time`). A token that does not say when does not meet it.
    SignedInWithin(Duration),
    /// The user signed in by this authentication context (`acr`).
    Acr(Cow<'static, str>),
    /// None of these rules holds. An empty list holds for every authenticated caller.
    ///
    /// Not for refusing by a role, permission or scope: a provider that cannot read them gives none, so that the token of a
    /// caller with `suspended` may look like one without.
    Not(Cow<'static, [Rule]>),
    /// All of these rules hold. An empty list holds for every authenticated caller.
    All(Cow<'static, [Rule]>),
    /// At least one of these rules holds. An empty list holds for no caller.
    Any(Cow<'static, [Rule]>),
}

impl Rule {
    /// Returns the rule that the token has the scope.
    #[must_use]
    pub const fn scope(name: &'static str) -> Self {
        Self::Scope(Cow::Borrowed(name))
    }

    /// Returns the rule [`Role`](Self::Role).
    #[must_use]
    pub const fn role(name: &'static str) -> Self {
        Self::Role(Cow::Borrowed(name))
    }

    /// Returns the rule [`Permission`](Self::Permission).
    #[must_use]
    pub const fn permission(name: &'static str) -> Self {
        Self::Permission(Cow::Borrowed(name))
    }

    /// Returns the rule that the caller has the role within the tenant.
    #[must_use]
    pub const fn tenant_role(name: &'static str) -> Self {
        Self::TenantRole(Cow::Borrowed(name))
    }

    /// Returns the rule that the caller has the permission within the tenant.
    #[must_use]
    pub const fn tenant_permission(name: &'static str) -> Self {
        Self::TenantPermission(Cow::Borrowed(name))
    }

    /// Returns the rule that the claim at this place is this string, or a list of strings that contains it.
    #[must_use]
    pub const fn claim(path: &'static str, value: &'static str) -> Self {
        Self::Claim(Cow::Borrowed(path), Cow::Borrowed(value))
    }

    /// Returns the rule that the token has no claim at this place.
    #[must_use]
    pub const fn no_claim(path: &'static str) -> Self {
        Self::NoClaim(Cow::Borrowed(path))
    }

    /// Returns the rule that the user signed in at most this many minutes ago.
    #[must_use]
    pub const fn signed_in_within_minutes(minutes: u32) -> Self {
        Self::SignedInWithin(Duration::from_secs(minutes as u64 * 60))
    }

    /// Returns the rule that the user signed in by this authentication context.
    #[must_use]
    pub const fn acr(value: &'static str) -> Self {
        Self::Acr(Cow::Borrowed(value))
    }

    /// Checks whether the rule holds for the caller. Errors: what is missing. A rule about a tenant holds for no caller; see
    /// [`check_in`](Self::check_in).
    pub fn check(&self, caller: &Authenticated) -> Result<(), Denial> {
        self.check_at(caller, None)
    }

    /// Checks whether the rule holds for the caller in this tenant. Errors: what is missing; if the rule is about a tenant,
    /// [`Denial::NotAMember`] before anything else.
    pub fn check_in(&self, caller: &Authenticated, tenant: &str) -> Result<(), Denial> {
        self.check_at(caller, Some(tenant))
    }

    fn check_at(&self, caller: &Authenticated, tenant: Option<&str>) -> Result<(), Denial> {
        let rights = tenant.and_then(|tenant| caller.principal().rights_in(tenant));
        if self.is_about_tenant() && rights.is_none() {
            return Err(Denial::NotAMember);
        }
        let holds = |rule: &Self| rule.holds(caller, rights) == Some(true);
        match holds(self) {
            true => Ok(()),
            false => Err(self.denial(&holds)),
        }
    }

    /// Returns whether the rule is about a tenant, so that it can only be checked in one.
    #[must_use]
    pub fn is_about_tenant(&self) -> bool {
        match self {
            Self::Member | Self::TenantRole(_) | Self::TenantPermission(_) => true,
            Self::Not(rules) | Self::All(rules) | Self::Any(rules) => {
                rules.iter().any(Self::is_about_tenant)
            }
            _ => false,
        }
    }

    /// Returns whether the rule holds; `None` if a claim has a type that says neither, which no rule around it turns into a
    /// yes. `tenant` has the caller's rights in the tenant of the request.
    fn holds(&self, caller: &Authenticated, tenant: Option<RightsIn<'_>>) -> Option<bool> {
        let (principal, claims) = (caller.principal(), caller.token().claims());
        let each = |rules: &[Self], sought| any(rules, sought, |rule| rule.holds(caller, tenant));
        Some(match self {
            Self::Authenticated => true,
            Self::Scope(scope) => principal.has_scope(scope),
            Self::Role(role) => principal.has_role(role),
            Self::Permission(permission) => principal.has_permission(permission),
            Self::Member => tenant.is_some(),
            Self::TenantRole(role) => contains(tenant?.roles, role),
            Self::TenantPermission(permission) => contains(tenant?.permissions, permission),
            Self::Claim(path, value) => includes(look_up(path, claims), value)?,
            Self::NoClaim(path) => is_absent(look_up(path, claims))?,
            Self::SignedInWithin(max_age) => caller.signed_in_within(*max_age)?,
            Self::Acr(acr) => match claims.get("acr") {
                Some(value) => value.as_str()? == acr,
                None => false,
            },
            Self::Not(rules) => !each(rules, true)?,
            Self::All(rules) => !each(rules, false)?,
            Self::Any(rules) => each(rules, true)?,
        })
    }

    /// Returns all scopes that a client may have to request, each once.
    #[must_use]
    pub fn scopes(&self) -> Vec<Cow<'static, str>> {
        match self {
            Self::Scope(scope) => vec![scope.clone()],
            Self::All(rules) | Self::Any(rules) => {
                denial::each_once(rules.iter().flat_map(Self::scopes))
            }
            _ => Vec::new(),
        }
    }
}

/// Returns whether a rule is as `sought`; `None` if none is, and one is neither.
fn any(rules: &[Rule], sought: bool, holds: impl Fn(&Rule) -> Option<bool>) -> Option<bool> {
    let mut found = Some(false);
    for rule in rules {
        match holds(rule) {
            Some(holds) if holds == sought => return Some(true),
            Some(_) => {}
            None => found = None,
        }
    }
    found
}

fn includes(found: Found<'_>, wanted: &str) -> Option<bool> {
    let equal = |value: &Value| Some(value.as_str()? == wanted);
    match found {
        Found::Absent => Some(false),
        Found::Unreadable => None,
        Found::Value(Value::Array(list)) => {
            let mut is_there = false;
            for value in list {
                is_there |= equal(value)?;
            }
            Some(is_there)
        }
        Found::Value(value) => equal(value),
    }
}

fn is_absent(found: Found<'_>) -> Option<bool> {
    match found {
        Found::Absent => Some(true),
        Found::Value(_) => Some(false),
        Found::Unreadable => None,
    }
}

#[cfg(test)]
mod tests;
