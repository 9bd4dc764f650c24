//! Named rules, and the macros for constant rules.

use crate::rule::Rule;

/// A named rule, for use in a handler's signature.
///
/// ```
/// use identity_core::{Policy, Rule};
///
/// /// Who may create users.
/// struct CreateUsers;
///
/// impl Policy for CreateUsers {
///     const RULE: Rule = Rule::permission("users.create");
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a policy",
    label = "expected a `Policy`",
    note = "name a rule with the macro `policies!`, or implement `Policy` for a type of yours"
)]
pub trait Policy: 'static {
    /// The rule that the caller must satisfy.
    const RULE: Rule;
    /// The message in the response to a caller who does not satisfy it; by default, it names what is missing.
    const DENIED: Option<&'static str> = None;
}

/// Declares policies, one per line, so that an access model fits on one screen. After `=>` follows the policy's own
/// message for callers who do not satisfy it ([`Policy::DENIED`]).
///
/// ```
/// use identity_core::{Rule, all_of, policies};
///
/// policies! {
///     /// Who may read messages.
///     ReadMessages = Rule::scope("read:messages");
///     /// Who may write messages.
///     WriteMessages = all_of![Rule::scope("read:messages"), Rule::scope("write:messages")];
///     /// Who may administer.
///     Administer = Rule::role("admin") => "Administrators only.";
/// }
/// ```
#[macro_export]
macro_rules! policies {
    ($($(#[$doc:meta])* $name:ident = $rule:expr $(=> $denied:expr)?;)*) => {
        $(
            $(#[$doc])*
            pub struct $name;

            impl $crate::Policy for $name {
                const RULE: $crate::Rule = $rule;
                $(const DENIED: ::core::option::Option<&'static str> = ::core::option::Option::Some($denied);)?
            }
        )*
    };
}

/// Returns the rule that all of these constant rules hold ([`Rule::All`]). Without rules, it holds for every
/// authenticated caller.
#[macro_export]
macro_rules! all_of {
    ($($rule:expr),* $(,)?) => {
        $crate::Rule::All(::std::borrow::Cow::Borrowed(const { &[$($rule),*] }))
    };
}

/// Returns the rule that at least one of these constant rules holds ([`Rule::Any`]). Without rules, it holds for no
/// caller.
#[macro_export]
macro_rules! any_of {
    ($($rule:expr),* $(,)?) => {
        $crate::Rule::Any(::std::borrow::Cow::Borrowed(const { &[$($rule),*] }))
    };
}

/// Returns the rule that none of these constant rules holds ([`Rule::Not`]).
#[macro_export]
macro_rules! none_of {
    ($($rule:expr),* $(,)?) => {
        $crate::Rule::Not(::std::borrow::Cow::Borrowed(const { &[$($rule),*] }))
    };
}
