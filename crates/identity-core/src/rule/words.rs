//! Rules in words.

use std::fmt;
use std::time::Duration;

use super::Rule;

/// Writes the rule in words, as in the OpenAPI document and the access table.
impl fmt::Display for Rule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Authenticated => formatter.write_str("any verified token"),
            Self::Scope(scope) => write!(formatter, "scope {scope}"),
            Self::Role(role) => write!(formatter, "role {role}"),
            Self::Permission(permission) => write!(formatter, "permission {permission}"),
            Self::Member => formatter.write_str("membership in the tenant"),
            Self::TenantRole(role) => write!(formatter, "role {role} in the tenant"),
            Self::TenantPermission(name) => write!(formatter, "permission {name} in the tenant"),
            Self::Claim(path, value) => write!(formatter, "claim {path} = {value}"),
            Self::NoClaim(path) => write!(formatter, "a token without the claim {path}"),
            Self::SignedInWithin(age) => write!(formatter, "a sign-in within {}", in_words(*age)),
            Self::Acr(acr) => write!(formatter, "a sign-in with acr {acr}"),
            Self::Not(rules) | Self::All(rules) if rules.is_empty() => {
                formatter.write_str("any verified token")
            }
            Self::Any(rules) if rules.is_empty() => formatter.write_str("nobody"),
            Self::Not(rules) => match &**rules {
                [only @ (Self::Not(_) | Self::All(_) | Self::Any(_))] => {
                    write!(formatter, "not ({only})")
                }
                [only] => write!(formatter, "not {only}"),
                rules => write!(formatter, "not ({})", list(rules, " or ")),
            },
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

/// Returns a time in minutes, or in seconds if it is not a number of minutes.
pub(super) fn in_words(time: Duration) -> String {
    match time.as_secs() {
        seconds if seconds >= 60 && seconds % 60 == 0 => format!("{} min", seconds / 60),
        seconds => format!("{seconds} s"),
    }
}
