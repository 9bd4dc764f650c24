//! The roles and tenants of users.

use actix_web::HttpResponse;

use super::users::change;
use crate::descope::directory::RoleChange;
use crate::descope::project::Project;
use crate::provider::Call;
use crate::refusal::Refusal;

pub(super) fn set_roles(call: &Call<'_>, project: &Project) -> Result<HttpResponse, Refusal> {
    change_roles(call, project, RoleChange::Set)
}

pub(super) fn add_roles(call: &Call<'_>, project: &Project) -> Result<HttpResponse, Refusal> {
    change_roles(call, project, RoleChange::Add)
}

pub(super) fn remove_roles(call: &Call<'_>, project: &Project) -> Result<HttpResponse, Refusal> {
    change_roles(call, project, RoleChange::Remove)
}

pub(super) fn add_tenant(call: &Call<'_>, project: &Project) -> Result<HttpResponse, Refusal> {
    change(call, project, |body, user| {
        let tenant = body.required("tenantId")?;
        user.persona.descope.tenants.entry(tenant).or_default();
        Ok(())
    })
}

pub(super) fn remove_tenant(call: &Call<'_>, project: &Project) -> Result<HttpResponse, Refusal> {
    change(call, project, |body, user| {
        let tenant = body.required("tenantId")?;
        user.persona.descope.tenants.remove(&tenant);
        Ok(())
    })
}

/// In the tenant that the body names, or in the whole project.
fn change_roles(
    call: &Call<'_>,
    project: &Project,
    kind: RoleChange,
) -> Result<HttpResponse, Refusal> {
    change(call, project, |body, user| {
        let tenant = body.text("tenantId")?;
        let names = body.texts("roleNames")?.unwrap_or_default();
        user.change_roles(tenant.as_deref(), kind, names)
    })
}
