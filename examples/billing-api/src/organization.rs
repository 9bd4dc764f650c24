//! Whose data a request is about.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use identity_actix::{ApiError, Caller, Require};
use identity_core::{Policy, Rule, any_of};

/// The organization that the caller's token was issued for: its `org_id`.
///
/// A value of this type is proof that a verified token said it: there is no other way to make one. Take it as a handler's
/// second argument, after `Require<P>`. A token without a usable `org_id` is answered 403.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organization(String);

/// A policy that nobody meets, because no rule says that a claim is a usable text: it gives the answer to tokens that are
/// for no organization.
struct BelongToAnOrganization;

impl Policy for BelongToAnOrganization {
    const RULE: Rule = any_of![];
    const DENIED: Option<&'static str> =
        Some("The token is for no organization: it needs a claim org_id that is a non-empty text");
}

impl Organization {
    const MAX_CHARS: usize = 200;

    /// The id, as the issuer gave it.
    pub fn id(&self) -> &str {
        &self.0
    }

    /// An id that is empty or blank is nobody's, and one that no database could keep would be an error each time.
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
            // Nobody meets that policy, so the second error is never told.
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
