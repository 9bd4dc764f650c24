//! Roles of the project, and the permissions that they give.

use actix_web::HttpResponse;
use serde_json::json;

use crate::descope::api::manage::{body, done, query};
use crate::descope::directory::Role;
use crate::descope::project::Project;
use crate::provider::Call;
use crate::refusal::Refusal;

pub(super) fn create(call: &Call<'_>, project: &Project) -> Result<HttpResponse, Refusal> {
    let mut body = body(call, project)?;
    let role = Role {
        name: body.required("name")?,
        description: body.text("description")?.unwrap_or_default(),
        permissions: body.texts("permissionNames")?.unwrap_or_default(),
        created_at: call.provider.clock.now(),
    };
    body.end()?;
    project.directory.state().create_role(role)?;
    Ok(done())
}

pub(super) fn load_all(call: &Call<'_>, project: &Project) -> Result<HttpResponse, Refusal> {
    query(call, project)?;
    let directory = project.directory.state();
    let roles = directory
        .roles()
        .iter()
        .map(|role| directory.role_record(role));
    let roles: Vec<_> = roles.collect();
    Ok(HttpResponse::Ok().json(json!({ "roles": roles })))
}

pub(super) fn delete(call: &Call<'_>, project: &Project) -> Result<HttpResponse, Refusal> {
    let mut body = body(call, project)?;
    let name = body.required("name")?;
    body.end()?;
    project.directory.state().delete_role(&name)?;
    Ok(done())
}

/// A permission is its name; a description is not kept.
pub(super) fn create_permission(
    call: &Call<'_>,
    project: &Project,
) -> Result<HttpResponse, Refusal> {
    let mut body = body(call, project)?;
    let name = body.required("name")?;
    body.end()?;
    project.directory.state().create_permission(name)?;
    Ok(done())
}

pub(super) fn load_all_permissions(
    call: &Call<'_>,
    project: &Project,
) -> Result<HttpResponse, Refusal> {
    query(call, project)?;
    let directory = project.directory.state();
    let permissions = directory.permissions().iter();
    let permissions: Vec<_> = permissions.map(|name| json!({ "name": name })).collect();
    Ok(HttpResponse::Ok().json(json!({ "permissions": permissions })))
}

pub(super) fn delete_permission(
    call: &Call<'_>,
    project: &Project,
) -> Result<HttpResponse, Refusal> {
    let mut body = body(call, project)?;
    let name = body.required("name")?;
    body.end()?;
    project.directory.state().delete_permission(&name)?;
    Ok(done())
}
