//! The organization whose data a request accesses.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use identity_actix::{ApiError, Caller};
use identity_core::Denial;
use identity_core::providers::OidcConfig;

/// The organization for which the caller's token was issued: the claim that `ORGANIZATION_CLAIM` names, `org_id` by
/// default.
///
/// A value of this type proves that a verified token contains this id: there is no other way to make one. Take it as
/// the second argument of a handler, after `Require<P>`. The response to a token without a usable id is 403.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organization(String);

impl Organization {
    const MAX_CHARS: usize = 200;

    /// Between the name of another issuer and the id of its organization. No id has a control character in it.
    const OF_ISSUER: char = '\u{1f}';

    /// Returns the id exactly as the issuer set it; of an issuer in `OTHER_ISSUERS`, with the issuer's name before it, because
    /// an id is unique only within one issuer.
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

    /// Returns the organization of this name of another issuer.
    fn of_issuer(self, issuer: &str) -> Self {
        Self(format!("{issuer}{}{}", Self::OF_ISSUER, self.0))
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
        let caller = Caller::from_request(request, payload).into_inner();
        ready(caller.and_then(|caller| {
            let principal = caller.principal();
            let id = principal.current_tenant.as_deref();
            let found = id.and_then(Self::of_claim).ok_or_else(|| denied(request))?;
            Ok(match is_of_first_issuer(request, &principal.issuer) {
                true => found,
                false => found.of_issuer(&principal.issuer),
            })
        }))
    }
}

/// Returns whether this is a name of the issuer in `ISSUER`.
fn is_of_first_issuer(request: &HttpRequest, issuer: &str) -> bool {
    let oidc = request.app_data::<web::Data<OidcConfig>>();
    oidc.is_some_and(|oidc| {
        oidc.issuer == issuer || oidc.other_issuers.iter().any(|one| one == issuer)
    })
}

/// Returns the 403 error for a token without a usable id. No rule can express that a claim is one.
fn denied(request: &HttpRequest) -> ApiError {
    let oidc = request.app_data::<web::Data<OidcConfig>>();
    let claim = oidc.map(|oidc| oidc.tenant_claim.to_string());
    let detail = format!(
        "The token is for no organization: it needs a claim {} that is a non-empty text",
        claim.unwrap_or_default()
    );
    Caller::denied(request, &Denial::Other, &detail)
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
