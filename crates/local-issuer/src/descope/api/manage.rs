//! What the management operations share: who may call them, and how they name things.

use std::collections::HashMap;

use actix_web::HttpResponse;
use actix_web::web::Query;
use serde_json::{Map, Value};

use super::bearer;
use super::body::Body;
use crate::descope::directory::{TenantRoles, Who};
use crate::descope::project::Project;
use crate::descope::refusals;
use crate::kind::ProviderKind;
use crate::personas::is_reserved_claim;
use crate::provider::Call;
use crate::refusal::Refusal;

/// The body of a request that has the management key.
pub(super) fn body(call: &Call<'_>, project: &Project) -> Result<Body, Refusal> {
    bearer::management(call, project)?;
    Body::read(call)
}

/// The query of a request that has the management key.
pub(super) fn query(
    call: &Call<'_>,
    project: &Project,
) -> Result<HashMap<String, String>, Refusal> {
    bearer::management(call, project)?;
    let query = Query::from_query(call.request.query_string());
    let query: Query<HashMap<String, String>> =
        query.map_err(|_| refusals::unreadable("The query cannot be read"))?;
    Ok(query.into_inner())
}

/// `id` in the query of a request that has the management key.
pub(super) fn id_in_query(call: &Call<'_>, project: &Project) -> Result<String, Refusal> {
    let id = query(call, project)?.remove("id");
    let id = id.filter(|id| !id.is_empty());
    id.ok_or_else(|| refusals::invalid("The id field is required"))
}

/// The user that the body names, by a login id (`loginId`, in some SDKs `identifier`) or by its user id.
pub(super) fn who(body: &mut Body) -> Result<Who, Refusal> {
    let login_id = match body.text("loginId")? {
        None => body.text("identifier")?,
        found => found,
    };
    match (login_id, body.text("userId")?) {
        (Some(login_id), _) => Ok(Who::LoginId(login_id)),
        (None, Some(user_id)) => Ok(Who::UserId(user_id)),
        (None, None) => Err(refusals::invalid("The loginId field is required")),
    }
}

/// Tenants with roles in them: `[{"tenantId", "roleNames"}]`.
pub(super) fn tenants(body: &mut Body, name: &str) -> Result<Option<TenantRoles>, Refusal> {
    let Some(listed) = body.objects(name)? else {
        return Ok(None);
    };
    let tenants = listed.into_iter().map(|mut tenant| {
        let id = tenant.required("tenantId")?;
        let roles = tenant.texts("roleNames")?.unwrap_or_default();
        // What a record has besides, when it is sent back.
        tenant.value("tenantName");
        tenant.value("permissions");
        tenant.end()?;
        Ok((id, roles))
    });
    tenants.collect::<Result<_, _>>().map(Some)
}

/// Members that become claims; none may be a claim of Descope's own.
pub(super) fn claims(body: &mut Body, name: &str) -> Result<Option<Map<String, Value>>, Refusal> {
    let claims = body.attributes(name)?;
    let mut names = claims.iter().flat_map(Map::keys);
    match names.find(|name| is_reserved_claim(ProviderKind::Descope, name)) {
        Some(claim) => {
            let message =
                format!("The {name} field must not have {claim}, a claim of Descope's own");
            Err(refusals::invalid(&message))
        }
        None => Ok(claims),
    }
}

/// A response that says nothing but that it is done.
pub(super) fn done() -> HttpResponse {
    HttpResponse::Ok().json(serde_json::json!({}))
}
