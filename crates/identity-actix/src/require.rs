//! Extractors for callers who satisfy a policy.

use std::future::{Ready, ready};
use std::marker::PhantomData;
use std::ops::Deref;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use identity_core::{Authenticated, Denial, Policy, RightsIn, Rule, Tenant};
use serde::Deserialize;

use crate::api_error::ApiError;
use crate::caller::{Caller, refused, session};

/// A caller who satisfies the rule of the policy `P`. The response to other callers is 403, or 401 if they have to sign in
/// again.
///
/// A rule about a tenant ([`Rule::is_about_tenant`]) is checked in the tenant that the path names, as by [`RequireIn`].
///
/// Take it as the handler's *first* argument: then a caller who is not allowed learns nothing about their query or
/// body.
#[derive(Debug, Clone)]
pub struct Require<P> {
    caller: Caller,
    policy: PhantomData<fn() -> P>,
}

/// A caller who belongs to the tenant that the path names, by its part `{tenant_id}` or `{org_id}`, and who satisfies the
/// rule of the policy `P` there.
///
/// The response to a caller who does not belong to the tenant is 404, the same as for a path that does not exist, and
/// before anything else is looked at. On a path without such a part, or with both, the response is 500, and the log has
/// the reason.
///
/// Take it as the handler's *first* argument, and the tenant from [`tenant`](Self::tenant): it is the one that was checked.
///
/// ```
/// use actix_web::get;
/// use identity_actix::RequireIn;
/// use identity_core::{Rule, policies};
///
/// policies! {
///     /// Allows listing the members of a tenant.
///     ListMembers = Rule::tenant_role("admin");
/// }
///
/// #[get("/tenants/{tenant_id}/users")]
/// async fn list(caller: RequireIn<ListMembers>) -> String {
///     format!("the members of {}", caller.tenant())
/// }
/// ```
#[derive(Debug, Clone)]
pub struct RequireIn<P> {
    caller: Caller,
    tenant: Tenant,
    policy: PhantomData<fn() -> P>,
}

impl<P> RequireIn<P> {
    /// Returns the tenant.
    pub fn tenant(&self) -> &Tenant {
        &self.tenant
    }

    /// Returns the caller's rights in the tenant.
    pub fn rights(&self) -> RightsIn<'_> {
        let rights = self.principal().rights_in(self.tenant.id());
        rights.unwrap_or_default()
    }
}

impl<P> Deref for Require<P> {
    type Target = Authenticated;

    fn deref(&self) -> &Authenticated {
        &self.caller
    }
}

impl<P> Deref for RequireIn<P> {
    type Target = Authenticated;

    fn deref(&self) -> &Authenticated {
        &self.caller
    }
}

impl<P: Policy> FromRequest for Require<P> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(session(request, |session| {
            let (rule, caller) = (P::RULE, &*session.caller);
            let outcome = match rule.is_about_tenant() {
                true => in_tenant(&rule, caller, &tenant_in(request)?).map(drop),
                false => rule.check(caller),
            };
            outcome.map_err(|denial| refused(request, session, &denial, P::DENIED))?;
            Ok(Self {
                caller: session.into(),
                policy: PhantomData,
            })
        }))
    }
}

impl<P: Policy> FromRequest for RequireIn<P> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(session(request, |session| {
            let outcome = in_tenant(&P::RULE, &session.caller, &tenant_in(request)?);
            Ok(Self {
                tenant: outcome.map_err(|denial| refused(request, session, &denial, P::DENIED))?,
                caller: session.into(),
                policy: PhantomData,
            })
        }))
    }
}

fn in_tenant(rule: &Rule, caller: &Authenticated, id: &str) -> Result<Tenant, Denial> {
    let tenant = caller.principal().tenant(id).ok_or(Denial::NotAMember)?;
    rule.check_in(caller, id).map(|()| tenant)
}

#[derive(Deserialize)]
struct TenantParts {
    tenant_id: Option<String>,
    org_id: Option<String>,
}

/// Returns the tenant that the path names, decoded. Errors: 404 for a path that cannot be decoded; 500 for a route whose
/// path names none, or one twice.
fn tenant_in(request: &HttpRequest) -> Result<String, ApiError> {
    let names = request.match_info().iter();
    if names
        .filter(|(name, _)| matches!(*name, "tenant_id" | "org_id"))
        .count()
        != 1
    {
        return Err(ApiError::broken(
            "a policy is about a tenant, but the route's path does not name one: it needs one of {tenant_id} and {org_id}, once",
        ));
    }
    let parts = web::Path::<TenantParts>::extract(request).into_inner();
    let parts = parts.map_err(|_| ApiError::outside(request.path()))?;
    let TenantParts { tenant_id, org_id } = parts.into_inner();
    tenant_id
        .or(org_id)
        .ok_or_else(|| ApiError::outside(request.path()))
}
