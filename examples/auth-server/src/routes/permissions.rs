//! The permissions of an organization.

use actix_web::{HttpResponse, Responder, delete, get, post, web};
use garde::Validate;
use identity_actix::{ApiError, Problem, Require};
use serde::Deserialize;
use serde_json::json;
use service_kit::store::{ListQuery, Rows};
use service_kit::validate;
use utoipa::ToSchema;

use crate::change::Event;
use crate::input;
use crate::policies::{ReadPermissions, SERVICE, WritePermissions, is_own};
use crate::state::{Actor, Refused, State};
use crate::store::Write;
use crate::store::lists::MOST;
use crate::store::permissions::{NewPermission, Permission};
use service_kit::ClientAddress;

/// The permission to create. Its slug is `{service}.{resource}.{action}`.
#[derive(Debug, Deserialize, Validate, ToSchema)]
pub struct NewPermissionBody {
    /// 1 to 64 lower-case letters, digits, _ and -. `auth_server` is reserved for this server.
    #[schema(
        example = "example_service",
        min_length = 1,
        max_length = 64,
        pattern = "^[a-z0-9_-]+$"
    )]
    #[garde(custom(self::service))]
    service: String,
    /// 1 to 64 lower-case letters, digits, _ and -.
    #[schema(
        example = "billing",
        min_length = 1,
        max_length = 64,
        pattern = "^[a-z0-9_-]+$"
    )]
    #[garde(custom(input::slug_part))]
    resource: String,
    /// 1 to 64 lower-case letters, digits, _ and -.
    #[schema(
        example = "read",
        min_length = 1,
        max_length = 64,
        pattern = "^[a-z0-9_-]+$"
    )]
    #[garde(custom(input::slug_part))]
    action: String,
    #[serde(default)]
    /// No control characters.
    #[schema(example = "Example service read", max_length = 200)]
    #[garde(custom(input::description))]
    description: String,
}

fn service(text: &str, (): &()) -> garde::Result {
    input::slug_part(text, &())?;
    input::must(text != SERVICE, "is this server's own")
}

/// List the permissions of the organization
///
/// Includes those of the service `auth_server`, which every organization has.
#[utoipa::path(tag = "permission", params(ListQuery<Permission>), responses(
    (status = 200, description = "A page of permissions, in the order in which they were created", body = Vec<Permission>,
        headers(("Link", description = "The next page, `rel=\"next\"`, if there is one"))),
    (status = 422, description = "`invalid_input`: a value that is not allowed is named", body = Problem, content_type = "application/problem+json"),
))]
#[get("/")]
pub async fn list(
    caller: Require<ReadPermissions>,
    list: ListQuery<Permission>,
    state: web::Data<State>,
) -> Result<impl Responder, Refused> {
    let org = Actor::of(&caller).org;
    let Rows { rows, next } = state.store.permissions(org, list.page()).await?;
    Ok(list.response(next.as_ref(), rows))
}

/// Create a permission
///
/// Every organization can create any slug: a service with data must also check `org_id`.
#[utoipa::path(tag = "permission", responses(
    (status = 200, description = "The permission", body = Permission),
    (status = 409, description = "`conflict`: the slug is taken", body = Problem, content_type = "application/problem+json"),
    (status = 415, description = "`unsupported_media_type`: the body must be JSON", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "`invalid_input`: each field that is not allowed is named", body = Problem, content_type = "application/problem+json"),
))]
#[post("/")]
pub async fn create(
    caller: Require<WritePermissions>,
    new: web::Json<NewPermissionBody>,
    address: ClientAddress,
    state: web::Data<State>,
) -> Result<web::Json<Permission>, Refused> {
    validate(&*new)?;
    let body = new.into_inner();
    let new = NewPermission {
        service: &body.service,
        resource: &body.resource,
        action: &body.action,
        description: &body.description,
    };
    let slug = new.slug();
    let mut change = state.change(&caller, &address).await?;
    let (write, org, now) = (&mut change.write, change.actor.org, change.now);
    if write.count_permissions(org).await? >= MOST {
        return Err(ApiError::conflict("The organization has 1000 permissions already").into());
    }
    let id = write.create_permission(org, new, now).await?;
    let event = Event {
        action: "permission.create",
        target: json!({"permission": slug}),
    };
    change.finish(event).await?;
    Ok(web::Json(Permission {
        id,
        service: body.service,
        resource: body.resource,
        action: body.action,
        slug,
        description: body.description,
    }))
}

/// Delete a permission
///
/// Removes it from all roles and clients.
#[utoipa::path(tag = "permission", params(("permission_id" = i64, Path, description = "The permission's id")), responses(
    (status = 204, description = "The permission is gone"),
    (status = 404, description = "`not_found`: the organization has no such permission", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "`conflict`: one of the server's own", body = Problem, content_type = "application/problem+json"),
))]
#[delete(r"/{permission_id:\d+}")]
pub async fn delete(
    caller: Require<WritePermissions>,
    id: web::Path<i64>,
    address: ClientAddress,
    state: web::Data<State>,
) -> Result<HttpResponse, Refused> {
    let mut change = state.change(&caller, &address).await?;
    let (write, org) = (&mut change.write, change.actor.org);
    let permission = write.permission(org, *id).await?;
    let permission = permission.ok_or_else(|| no_permission(&id.to_string()))?;
    if is_own(&permission.slug) {
        return Err(ApiError::conflict("The server's own rights cannot be deleted").into());
    }
    write.delete_permission(org, permission.id).await?;
    let event = Event {
        action: "permission.delete",
        target: json!({"permission": permission.slug}),
    };
    change.finish(event).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Returns the permission of the organization with this slug. The error is 404.
pub(super) async fn find_permission(
    write: &mut Write,
    org: &str,
    slug: &str,
) -> Result<Permission, Refused> {
    let permission = match input::is_slug(slug) {
        true => write.permission_of_slug(org, slug).await?,
        false => None,
    };
    Ok(permission.ok_or_else(|| no_permission(slug))?)
}

/// Returns the same 404 for an unknown permission and for one of another organization.
fn no_permission(name: &str) -> ApiError {
    ApiError::not_found(format!("There is no permission {name:?}"))
}
