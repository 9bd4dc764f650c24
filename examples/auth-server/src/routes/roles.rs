//! The roles of an organization.

use actix_web::{HttpRequest, HttpResponse, Responder, delete, get, post, web};
use garde::Validate;
use identity_actix::{ApiError, Problem, Require};
use serde::Deserialize;
use serde_json::json;
use service_kit::store::{ListQuery, Rows};
use service_kit::validate;
use utoipa::ToSchema;

use crate::change::Event;
use crate::input;
use crate::policies::{ReadRoles, WriteRoles};
use crate::state::{Actor, Refused, State};
use crate::store::Write;
use crate::store::lists::MOST;
use crate::store::roles::{NewRole, Role};
use service_kit::ClientAddress;

/// The role to create.
#[derive(Debug, Deserialize, Validate, ToSchema)]
pub struct NewRoleBody {
    /// Not blank, no control characters; unique within the organization.
    #[schema(example = "bookkeeper", min_length = 1, max_length = 200)]
    #[garde(custom(input::name))]
    name: String,
    #[serde(default)]
    /// No control characters.
    #[schema(example = "Keeps the books", max_length = 200)]
    #[garde(custom(input::description))]
    description: String,
}

/// List the roles of the organization
///
/// A page with more than 10,000 permissions in all ends before `limit`.
#[utoipa::path(tag = "role", params(ListQuery<Role>), responses(
    (status = 200, description = "A page of roles, in the order in which they were created", body = Vec<Role>,
        headers(("Link", description = "The next page, `rel=\"next\"`, if there is one"))),
    (status = 422, description = "`invalid_input`: a value that is not allowed is named", body = Problem, content_type = "application/problem+json"),
))]
#[get("/")]
pub async fn list(
    caller: Require<ReadRoles>,
    list: ListQuery<Role>,
    state: web::Data<State>,
) -> Result<impl Responder, Refused> {
    let org = Actor::of(&caller).org;
    let Rows { rows, next } = state.store.roles(org, list.page()).await?;
    Ok(list.response(next.as_ref(), rows))
}

/// Create a role
#[utoipa::path(tag = "role", responses(
    (status = 200, description = "The role", body = Role),
    (status = 409, description = "`conflict`: the name is taken", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "`invalid_input`: each field that is not allowed is named", body = Problem, content_type = "application/problem+json"),
))]
#[post("/")]
pub async fn create(
    caller: Require<WriteRoles>,
    new: web::Json<NewRoleBody>,
    address: ClientAddress,
    state: web::Data<State>,
) -> Result<web::Json<Role>, Refused> {
    validate(&*new)?;
    let new = NewRole {
        name: new.name.trim(),
        description: &new.description,
    };
    let mut change = state.change(&caller, &address).await?;
    let (write, org, now) = (&mut change.write, change.actor.org, change.now);
    if write.count_roles(org).await? >= MOST {
        return Err(ApiError::conflict("The organization has 1000 roles already").into());
    }
    let id = write.create_role(org, new, now).await?;
    let role = Role {
        id,
        name: new.name.to_owned(),
        description: new.description.to_owned(),
        permissions: Vec::new(),
    };
    let event = Event {
        action: "role.create",
        target: json!({"role": role.named()}),
    };
    change.finish(event).await?;
    Ok(web::Json(role))
}

/// Delete a role
///
/// Removes it from all its users.
#[utoipa::path(tag = "role", params(("role_id" = i64, Path, description = "The role's id")), responses(
    (status = 204, description = "The role is gone"),
    (status = 404, description = "`not_found`: the organization has no such role", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "`conflict`: owner, admin and user cannot be deleted", body = Problem, content_type = "application/problem+json"),
))]
#[delete(r"/{role_id:\d+}")]
pub async fn delete(
    caller: Require<WriteRoles>,
    id: web::Path<i64>,
    request: HttpRequest,
    address: ClientAddress,
    state: web::Data<State>,
) -> Result<HttpResponse, Refused> {
    let mut change = state.change(&caller, &address).await?;
    let (write, org) = (&mut change.write, change.actor.org);
    let role = find_role(write, org, *id).await?;
    if role.is_built_in() {
        return Err(ApiError::conflict(format!("The role {} cannot be deleted", role.name)).into());
    }
    let event = Event {
        action: "role.delete",
        target: json!({"role": role.with_permissions()}),
    };
    let mut change = change.may_take(&request, &role.permissions, &event).await?;
    change.write.delete_role(org, role.id).await?;
    change.finish(event).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Returns a role of the organization. The error is the same 404 for an unknown role and for another organization's.
pub(super) async fn find_role(write: &mut Write, org: &str, id: i64) -> Result<Role, Refused> {
    let role = write.role(org, id).await?;
    Ok(role.ok_or_else(|| ApiError::not_found(format!("There is no role {id}")))?)
}
