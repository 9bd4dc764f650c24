//! The organization whose data a request accesses.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use identity_actix::{ApiError, Caller, Require};
use identity_core::{Policy, Rule, any_of};

/// The organization for which the caller's token was issued: its `org_id` claim.
///
/// A value of this type proves that a verified token contains this id: there is no other way to make one. Take it as
/// the second argument of a handler, after `Require<P>`. The response to a token without a usable `org_id` is 403.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organization(String);

/// A policy that denies every caller. It creates the 403 response for tokens without an organization, because no rule
/// can express that a claim is a usable string.
struct BelongToAnOrganization;

impl Policy for BelongToAnOrganization {
    const RULE: Rule = any_of![];
    const DENIED: Option<&'static str> =
        Some("The token is for no organization: it needs a claim org_id that is a non-empty text");
}

impl Organization {
    const MAX_CHARS: usize = 200;

    /// Returns the id exactly as the issuer set it.
    pub fn id(&self) -> &str {
        &self.0
    }

    /// Returns `None` if the id is empty or blank, which identifies no organization, or longer than 200 characters or
    /// with control characters, which a database may refuse with an error.
    fn of_claim(org_id: &str) -> Option<Self> {
        let is_usable = !org_id.trim().is_empty()
            && org_id.chars().count() <= Self::MAX_CHARS
            && !org_id.contains(char::is_control);
        is_usable.then(|| Self(org_id.to_owned()))
    }

    #[cfg(test)]
    pub(crate) fn named(id: &str) -> Self {
        Self(id.to_owned())
    }
}

impl FromRequest for Organization {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let found = Caller::from_request(request, payload)
            .into_inner()
            .map(|caller| {
                let org_id = caller.principal().current_tenant.as_deref();
                org_id.and_then(Self::of_claim)
            });
        ready(match found {
            Ok(Some(organization)) => Ok(organization),
            // The policy denies every caller, so the second error is never returned.
            Ok(None) => Require::<BelongToAnOrganization>::from_request(request, payload)
                .into_inner()
                .and(Err(ApiError::not_found("There is no organization"))),
            Err(error) => Err(error),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Organization;

    #[test]
    fn an_id_is_a_text_that_a_database_can_keep() {
        let long = "ö".repeat(200);
        for id in ["1", "org_9ybsU1dN2dKfDkBi", "Ö & Söhne", &long] {
            assert_eq!(Organization::of_claim(id).unwrap().id(), id);
        }
        let too_long = "o".repeat(201);
        for id in ["", " ", "\u{a0}", "a\0b", "a\nb", &too_long] {
            assert_eq!(Organization::of_claim(id), None, "{id:?}");
        }
    }
}
