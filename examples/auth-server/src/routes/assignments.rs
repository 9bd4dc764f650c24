//! The permissions of roles and the roles of users.

use std::slice;

use actix_web::{HttpRequest, post, web};
use identity_actix::{ApiError, Problem, Require};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::permissions::find_permission;
use super::roles::find_role;
use super::users::find_user;
use crate::change::Event;
use crate::policies::{WriteRoles, is_own};
use crate::state::{Refused, State};
use crate::store::Write;
use crate::store::permissions::Attachment;
use crate::store::roles::Role;
use crate::store::users::User;
use service_kit::ClientAddress;

/// A permission of a role.
#[derive(Debug, Deserialize, ToSchema)]
pub struct AttachmentBody {
    #[schema(example = 1)]
    role_id: i64,
    #[schema(example = "example_service.billing.read")]
    permission_slug: String,
}

/// A role of a user.
#[derive(Debug, Deserialize, ToSchema)]
pub struct AssignmentBody {
    #[schema(example = "019a2f6e-0000-7000-8000-000000000000")]
    user_id: String,
    #[schema(example = 1)]
    role_id: i64,
}

/// The state after the change.
#[derive(Debug, Serialize, ToSchema)]
pub struct Done {
    #[schema(example = "owner has example_service.billing.read")]
    message: String,
}

/// Attach a permission to a role
///
/// No error if it is attached already. Tokens issued from now on include it. The caller must have the permission, or be
/// an owner: else 403 `missing_permission`.
#[utoipa::path(tag = "role", responses(
    (status = 200, description = "The role has the permission", body = Done),
    (status = 404, description = "`not_found`: the organization has no such role or permission", body = Problem, content_type = "application/problem+json"),
))]
#[post("/attach-permission")]
pub async fn attach(
    caller: Require<WriteRoles>,
    body: web::Json<AttachmentBody>,
    request: HttpRequest,
    address: ClientAddress,
    state: web::Data<State>,
) -> Result<web::Json<Done>, Refused> {
    let mut change = state.change(&caller, &address).await?;
    let (write, org) = (&mut change.write, change.actor.org);
    let (role, slug, link) = both(write, org, &body).await?;
    let event = Event {
        action: "role.attach_permission",
        target: json!({"role": role.named(), "permission": slug}),
    };
    let slugs = slice::from_ref(&slug);
    let mut change = change.may_give(&request, slugs, &event).await?;
    change.write.attach(org, link).await?;
    change.finish(event).await?;
    Ok(done(format!("{} has {slug}", role.name)))
}

/// Detach a permission from a role
///
/// No error if it is not attached. Other services accept tokens that include it until their `exp`.
#[utoipa::path(tag = "role", responses(
    (status = 200, description = "The role does not have the permission", body = Done),
    (status = 404, description = "`not_found`: the organization has no such role or permission", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "`conflict`: owners keep the server's own rights", body = Problem, content_type = "application/problem+json"),
))]
#[post("/detach-permission")]
pub async fn detach(
    caller: Require<WriteRoles>,
    body: web::Json<AttachmentBody>,
    request: HttpRequest,
    address: ClientAddress,
    state: web::Data<State>,
) -> Result<web::Json<Done>, Refused> {
    let mut change = state.change(&caller, &address).await?;
    let (write, org) = (&mut change.write, change.actor.org);
    let (role, slug, link) = both(write, org, &body).await?;
    if role.name == Role::OWNER && is_own(&slug) {
        return Err(ApiError::conflict("Owners keep the server's own rights").into());
    }
    let event = Event {
        action: "role.detach_permission",
        target: json!({"role": role.named(), "permission": slug}),
    };
    let slugs = slice::from_ref(&slug);
    let mut change = change.may_take(&request, slugs, &event).await?;
    change.write.detach(org, link).await?;
    change.finish(event).await?;
    Ok(done(format!("{} does not have {slug}", role.name)))
}

/// Returns the role, the slug of the permission, and the link between them.
async fn both(
    write: &mut Write,
    org: &str,
    body: &AttachmentBody,
) -> Result<(Role, String, Attachment), Refused> {
    let role = find_role(write, org, body.role_id).await?;
    let permission = find_permission(write, org, &body.permission_slug).await?;
    let link = Attachment {
        role: role.id,
        permission: permission.id,
    };
    Ok((role, permission.slug, link))
}

/// Assign a role to a user
///
/// The caller must have all permissions of the role, or be an owner: else 403 `missing_permission`.
#[utoipa::path(tag = "role", responses(
    (status = 200, description = "The user has the role", body = Done),
    (status = 404, description = "`not_found`: the organization has no such role or user", body = Problem, content_type = "application/problem+json"),
))]
#[post("/assign")]
pub async fn assign(
    caller: Require<WriteRoles>,
    body: web::Json<AssignmentBody>,
    request: HttpRequest,
    address: ClientAddress,
    state: web::Data<State>,
) -> Result<web::Json<Done>, Refused> {
    let mut change = state.change(&caller, &address).await?;
    let (write, org) = (&mut change.write, change.actor.org);
    let (user, role) = user_and_role(write, org, &body).await?;
    let event = Event {
        action: "role.assign",
        target: json!({"user": user.named(), "role": role.with_permissions()}),
    };
    let mut change = change.may_give(&request, &role.rights(), &event).await?;
    let write = &mut change.write;
    write.assign_role(org, &user.id, role.id).await?;
    change.finish(event).await?;
    Ok(done(format!("{} is {}", body.user_id, role.name)))
}

/// Remove a role from a user
#[utoipa::path(tag = "role", responses(
    (status = 200, description = "The user does not have the role", body = Done),
    (status = 404, description = "`not_found`: the organization has no such role or user", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "`conflict`: the last owner stays one", body = Problem, content_type = "application/problem+json"),
))]
#[post("/unassign")]
pub async fn unassign(
    caller: Require<WriteRoles>,
    body: web::Json<AssignmentBody>,
    request: HttpRequest,
    address: ClientAddress,
    state: web::Data<State>,
) -> Result<web::Json<Done>, Refused> {
    let mut change = state.change(&caller, &address).await?;
    let (write, org) = (&mut change.write, change.actor.org);
    let (user, role) = user_and_role(write, org, &body).await?;
    let event = Event {
        action: "role.unassign",
        target: json!({"user": user.named(), "role": role.with_permissions()}),
    };
    let mut change = change.may_take(&request, &role.rights(), &event).await?;
    let write = &mut change.write;
    if role.name == Role::OWNER && !write.has_other_owner(org, &user.id).await? {
        return Err(ApiError::conflict("The last owner stays one").into());
    }
    write.unassign_role(org, &user.id, role.id).await?;
    change.finish(event).await?;
    Ok(done(format!("{} is not {}", body.user_id, role.name)))
}

async fn user_and_role(
    write: &mut Write,
    org: &str,
    body: &AssignmentBody,
) -> Result<(User, Role), Refused> {
    let role = find_role(write, org, body.role_id).await?;
    Ok((find_user(write, org, &body.user_id).await?, role))
}

fn done(message: String) -> web::Json<Done> {
    web::Json(Done { message })
}
