//! The users of a tenant. They are no users of another tenant, nor of `/api/users`.

use actix_web::{Responder, delete, get, post, web};
use identity_actix::{ApiError, RequireIn};
use serde::{Deserialize, Serialize};
use service_kit::store::{ListQuery, Rows, api_error};
use service_kit::validate;
use utoipa::ToSchema;

use super::users::{Created, Deleted, Input, NewUser};
use crate::members::Members;
use crate::policies::{AddMembers, ListMembers, RemoveMembers};
use crate::users::User;

/// A page of the users of a tenant, in creation order.
#[derive(Debug, Serialize, ToSchema)]
pub struct MemberList {
    #[schema(example = "T2RFvFexVaxxNFK6rhP0ePtaGfTK")]
    tenant_id: String,
    users: Vec<User>,
}

/// The user in a path.
#[derive(Debug, Deserialize)]
pub struct UserInPath {
    user_id: String,
}

/// List the users of a tenant
#[utoipa::path(
    tag = "tenants",
    params(("tenant_id" = String, Path, description = "The tenant's id"), ListQuery<User>),
    responses(
        (status = 200, description = "A page of users", body = MemberList,
            headers(("Link", description = "The next page, `rel=\"next\"`, if there is one"))),
        (status = 422, description = "`invalid_input`: a value that is not allowed is named", body = identity_actix::Problem, content_type = "application/problem+json"),
    ),
)]
#[get("/tenants/{tenant_id}/users")]
pub async fn list(
    caller: RequireIn<ListMembers>,
    list: ListQuery<User>,
    members: web::Data<Members>,
) -> Result<impl Responder, ApiError> {
    let page = members.list(caller.tenant(), list.page()).await;
    let Rows { rows, next } = page.map_err(|error| api_error(&error))?;
    let body = MemberList {
        tenant_id: caller.tenant().to_string(),
        users: rows,
    };
    Ok(list.response(next.as_ref(), body))
}

/// Create a user of a tenant
///
/// As `POST /api/users`, within the tenant: another tenant may have a user with the same email.
#[utoipa::path(
    tag = "tenants",
    params(
        ("tenant_id" = String, Path, description = "The tenant's id"),
        ("name" = Option<String>, Query, description = "As in the body"),
        ("email" = Option<String>, Query, description = "As in the body"),
    ),
    request_body(content = Option<NewUser>, description = "Instead of the query"),
    responses(
        (status = 200, description = "The user, new or as created before", body = Created),
        (status = 409, description = "`conflict`: a user of the tenant with another name has the email", body = identity_actix::Problem, content_type = "application/problem+json"),
        (status = 413, description = "`payload_too_large`", body = identity_actix::Problem, content_type = "application/problem+json"),
        (status = 415, description = "`unsupported_media_type`: a body must be JSON", body = identity_actix::Problem, content_type = "application/problem+json"),
        (status = 422, description = "`invalid_input`: each field that is not allowed is named", body = identity_actix::Problem, content_type = "application/problem+json"),
    ),
)]
#[post("/tenants/{tenant_id}/users")]
pub async fn create(
    caller: RequireIn<AddMembers>,
    new: Input,
    members: web::Data<Members>,
) -> Result<web::Json<Created>, ApiError> {
    let Input(new) = new;
    validate(&new)?;
    let created = members.create(caller.tenant(), new.name.trim(), &new.email);
    Created::response(created.await)
}

/// Delete a user of a tenant
#[utoipa::path(
    tag = "tenants",
    params(
        ("tenant_id" = String, Path, description = "The tenant's id"),
        ("user_id" = String, Path, description = "The user's id"),
    ),
    responses(
        (status = 200, description = "The user is gone", body = Deleted),
        (status = 404, description = "`not_found`: the tenant has no such user", body = identity_actix::Problem, content_type = "application/problem+json"),
    ),
)]
#[delete("/tenants/{tenant_id}/users/{user_id}")]
pub async fn delete(
    caller: RequireIn<RemoveMembers>,
    path: web::Path<UserInPath>,
    members: web::Data<Members>,
) -> Result<web::Json<Deleted>, ApiError> {
    let deleted = members.delete(caller.tenant(), &path.user_id).await;
    Deleted::response(&path.user_id, deleted)
}
