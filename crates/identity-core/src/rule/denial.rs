//! Why a rule does not hold.

use std::borrow::Cow;
use std::time::Duration;

use super::Rule;
use super::words::in_words;

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
    /// The caller does not belong to the tenant. To them it does not exist.
    #[error("Not a member of the tenant")]
    NotAMember,
    /// The caller belongs to the tenant, and does not have the role there.
    #[error("Missing required role in the tenant: {0}")]
    TenantRole(Cow<'static, str>),
    /// The caller belongs to the tenant, and does not have the permission there.
    #[error("Missing required permission in the tenant: {0}")]
    TenantPermission(Cow<'static, str>),
    /// The user has to sign in again, and in another way (RFC 9470).
    #[error("{}", step_up(acr_values, *max_age))]
    StepUp {
        /// The authentication contexts of which one is required; empty if any will do.
        acr_values: Vec<Cow<'static, str>>,
        /// How long ago the user may have signed in.
        max_age: Option<Duration>,
    },
    /// Another condition does not hold, or each of several alternatives: the rule in words.
    #[error("Access denied: requires {0}")]
    Requires(String),
    /// The caller is not allowed, for a reason that no rule states.
    #[error("Access denied")]
    Other,
}

impl Denial {
    /// Returns the stable code: the log reason, the metric label, and `code` in the response.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Scopes { .. } => "insufficient_scope",
            Self::Role(_) | Self::TenantRole(_) => "missing_role",
            Self::Permission(_) | Self::TenantPermission(_) => "missing_permission",
            Self::NotAMember => "not_found",
            Self::StepUp { .. } => "insufficient_user_authentication",
            Self::Requires(_) | Self::Other => "access_denied",
        }
    }

    /// Returns whether it is one right that is missing, which a caller can be given.
    fn is_named(&self) -> bool {
        !matches!(self, Self::Requires(_) | Self::Other)
    }
}

fn step_up(acr_values: &[Cow<'static, str>], max_age: Option<Duration>) -> String {
    let age = max_age.map(|age| format!(" within {}", in_words(age)));
    let acr = (!acr_values.is_empty()).then(|| format!(" with acr {}", acr_values.join(" or ")));
    let (age, acr) = (age.unwrap_or_default(), acr.unwrap_or_default());
    format!("Another sign-in is required:{age}{acr}")
}

impl Rule {
    /// Returns examples of the denials of this rule, for documentation: for a caller outside of the tenant, for one without
    /// any rights, and for one who only has to sign in again. Empty if the rule holds for every authenticated caller.
    #[must_use]
    pub fn denials(&self) -> Vec<Denial> {
        let mut denials = Vec::new();
        if self.is_about_tenant() {
            denials.push(Denial::NotAMember);
        }
        let without_rights: fn(&Self) -> bool = Self::needs_no_right;
        let without_step_up: fn(&Self) -> bool = Self::needs_no_step_up;
        for holds in [without_rights, without_step_up] {
            let denial = (!holds(self)).then(|| self.denial(&holds));
            denials.extend(denial.filter(|denial| !denials.contains(denial)));
        }
        denials
    }

    fn needs_no_right(&self) -> bool {
        match self {
            // Of a member, which a rule about a tenant asks for at first.
            Self::Authenticated | Self::Member => true,
            Self::Not(rules) => rules.is_empty(),
            Self::All(rules) => rules.iter().all(Self::needs_no_right),
            Self::Any(rules) => rules.iter().any(Self::needs_no_right),
            _ => false,
        }
    }

    /// Returns whether the rule holds for a caller who has every right, and signed in long ago.
    fn needs_no_step_up(&self) -> bool {
        match self {
            Self::SignedInWithin(_) | Self::Acr(_) => false,
            Self::All(rules) => rules.iter().all(Self::needs_no_step_up),
            Self::Any(rules) => rules.is_empty() || rules.iter().any(Self::needs_no_step_up),
            _ => true,
        }
    }

    /// Returns the denial for a rule that does not hold.
    pub(super) fn denial(&self, holds: &dyn Fn(&Self) -> bool) -> Denial {
        match self {
            Self::Scope(scope) => Denial::Scopes {
                missing: vec![scope.clone()],
                required: vec![scope.clone()],
            },
            Self::Role(role) => Denial::Role(role.clone()),
            Self::Permission(permission) => Denial::Permission(permission.clone()),
            Self::Member => Denial::NotAMember,
            Self::TenantRole(role) => Denial::TenantRole(role.clone()),
            Self::TenantPermission(permission) => Denial::TenantPermission(permission.clone()),
            Self::SignedInWithin(max_age) => Denial::StepUp {
                acr_values: Vec::new(),
                max_age: Some(*max_age),
            },
            Self::Acr(acr) => Denial::StepUp {
                acr_values: vec![acr.clone()],
                max_age: None,
            },
            Self::All(rules) => of_all(rules, holds),
            Self::Any(rules) => self.of_any(rules, holds),
            Self::Authenticated | Self::Claim(..) | Self::NoClaim(_) | Self::Not(_) => {
                Denial::Requires(self.to_string())
            }
        }
    }

    /// Returns the denial of alternatives none of which holds. A new sign-in, if it would do, is what a caller can change;
    /// else the one right that is missing; with several, there is no single one.
    fn of_any(&self, rules: &[Self], holds: &dyn Fn(&Self) -> bool) -> Denial {
        let denials = rules.iter().map(|rule| rule.denial(holds));
        let (step_ups, others): (Vec<_>, Vec<_>) =
            denials.partition(|denial| matches!(denial, Denial::StepUp { .. }));
        if let Some(denial) = one_step_up(step_ups) {
            return denial;
        }
        let mut named = others.into_iter().filter(Denial::is_named);
        match (named.next(), named.next()) {
            (Some(denial), None) => denial,
            _ if rules.is_empty() => Denial::Other,
            _ => Denial::Requires(self.to_string()),
        }
    }
}

/// Returns the first denial; if it is missing scopes, those of all rules together. Another sign-in comes last, and all of
/// it at once: it is no use to a caller who lacks a right.
fn of_all(rules: &[Rule], holds: &dyn Fn(&Rule) -> bool) -> Denial {
    let broken = rules.iter().filter(|rule| !holds(rule));
    let denials = broken.map(|rule| rule.denial(holds));
    let (step_ups, others): (Vec<_>, Vec<_>) =
        denials.partition(|denial| matches!(denial, Denial::StepUp { .. }));
    let mut denials = others.into_iter();
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
        None => one_step_up(step_ups).unwrap_or(Denial::Other),
    }
}

/// Returns the sign-in that meets all of these. Returns `None` for an empty list.
fn one_step_up(denials: Vec<Denial>) -> Option<Denial> {
    let is_empty = denials.is_empty();
    let (mut all_values, mut least) = (Vec::new(), None);
    for denial in denials {
        if let Denial::StepUp {
            acr_values,
            max_age,
        } = denial
        {
            all_values.extend(acr_values);
            least = [least, max_age].into_iter().flatten().min();
        }
    }
    (!is_empty).then(|| Denial::StepUp {
        acr_values: each_once(all_values),
        max_age: least,
    })
}

pub(super) fn each_once(
    names: impl IntoIterator<Item = Cow<'static, str>>,
) -> Vec<Cow<'static, str>> {
    let mut once = Vec::new();
    for name in names {
        if !once.contains(&name) {
            once.push(name);
        }
    }
    once
}
