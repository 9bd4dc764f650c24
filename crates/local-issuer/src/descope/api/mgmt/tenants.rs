//! Tenants.

use actix_web::HttpResponse;
use serde_json::json;

use crate::descope::api::manage::{body, done, id_in_query, query};
use crate::descope::directory::Tenant;
use crate::descope::project::Project;
use crate::descope::refusals;
use crate::provider::Call;
use crate::random;
use crate::refusal::Refusal;

/// Creates a tenant, under an id of the caller's own or a random one.
pub(super) fn create(call: &Call<'_>, project: &Project) -> Result<HttpResponse, Refusal> {
    let mut body = body(call, project)?;
    let name = body.required("name")?;
    let id = match body.text("id")? {
        Some(id) => id,
        None => format!(
            "T{}",
            random::alphanumeric(27).map_err(refusals::cannot_sign)?
        ),
    };
    let mut tenant = Tenant::new(&id, &name, call.provider.clock.now());
    tenant.domains = body.texts("selfProvisioningDomains")?.unwrap_or_default();
    tenant.custom_attributes = body.attributes("customAttributes")?.unwrap_or_default();
    body.end()?;
    project.directory.state().create_tenant(tenant)?;
    Ok(HttpResponse::Ok().json(json!({ "id": id })))
}

pub(super) fn load(call: &Call<'_>, project: &Project) -> Result<HttpResponse, Refusal> {
    let id = id_in_query(call, project)?;
    let directory = project.directory.state();
    let record = directory.tenant_record(directory.tenant(&id)?);
    Ok(HttpResponse::Ok().json(record))
}

pub(super) fn load_all(call: &Call<'_>, project: &Project) -> Result<HttpResponse, Refusal> {
    query(call, project)?;
    Ok(respond(project, |_| true))
}

pub(super) fn search(call: &Call<'_>, project: &Project) -> Result<HttpResponse, Refusal> {
    let mut body = body(call, project)?;
    let ids = body.texts("tenantIds")?.unwrap_or_default();
    let names = body.texts("tenantNames")?.unwrap_or_default();
    let domains = body
        .texts("tenantSelfProvisioningDomains")?
        .unwrap_or_default();
    let attributes = body.attributes("customAttributes")?.unwrap_or_default();
    body.end()?;
    Ok(respond(project, |tenant| {
        (ids.is_empty() || ids.contains(&tenant.id))
            && (names.is_empty() || names.contains(&tenant.name))
            && (domains.is_empty() || tenant.domains.iter().any(|one| domains.contains(one)))
            && attributes
                .iter()
                .all(|(name, value)| tenant.custom_attributes.get(name) == Some(value))
    }))
}

/// Sets what the request has, and clears what it does not have.
pub(super) fn update(call: &Call<'_>, project: &Project) -> Result<HttpResponse, Refusal> {
    let mut body = body(call, project)?;
    let (id, name) = (body.required("id")?, body.required("name")?);
    let domains = body.texts("selfProvisioningDomains")?.unwrap_or_default();
    let attributes = body.attributes("customAttributes")?.unwrap_or_default();
    body.end()?;
    project.directory.state().change_tenant(&id, |tenant| {
        tenant.name = name;
        tenant.domains = domains;
        tenant.custom_attributes = attributes;
    })?;
    Ok(done())
}

/// Deletes a tenant; its users and access keys stay.
pub(super) fn delete(call: &Call<'_>, project: &Project) -> Result<HttpResponse, Refusal> {
    let mut body = body(call, project)?;
    let id = body.required("id")?;
    body.end()?;
    project.directory.state().delete_tenant(&id)?;
    Ok(done())
}

fn respond(project: &Project, finds: impl Fn(&Tenant) -> bool) -> HttpResponse {
    let directory = project.directory.state();
    let found = directory.tenants().iter().filter(|tenant| finds(tenant));
    let tenants: Vec<_> = found
        .map(|tenant| directory.tenant_record(tenant))
        .collect();
    HttpResponse::Ok().json(json!({ "tenants": tenants }))
}
