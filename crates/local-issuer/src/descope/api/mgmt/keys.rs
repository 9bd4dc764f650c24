//! Access keys.

use actix_web::HttpResponse;
use serde_json::json;

use crate::descope::api::manage::{body, claims, done, id_in_query, tenants};
use crate::descope::directory::Key;
use crate::descope::project::Project;
use crate::descope::refusals;
use crate::provider::Call;
use crate::random;
use crate::refusal::Refusal;
use crate::secret::Secret;

/// Creates an access key. The response has its cleartext, which no later one has.
pub(super) fn create(call: &Call<'_>, project: &Project) -> Result<HttpResponse, Refusal> {
    let mut body = body(call, project)?;
    let name = body.required("name")?;
    let id = random::alphanumeric(27).map_err(refusals::cannot_sign)?;
    let (id, cleartext) = (format!("K{id}"), new_cleartext()?);
    let secret = Secret::new(cleartext.as_str());
    let mut key = Key::new(&id, &name, secret, call.provider.clock.now());
    key.description = body.text("description")?.unwrap_or_default();
    key.expires_at = body.number("expireTime")?.unwrap_or_default();
    key.user_id = body.text("userId")?;
    let roles = body.texts("roleNames")?.unwrap_or_default();
    key.set_rights(roles, tenants(&mut body, "keyTenants")?.unwrap_or_default());
    key.persona.attributes = claims(&mut body, "customClaims")?.unwrap_or_default();
    key.custom_attributes = body.attributes("customAttributes")?.unwrap_or_default();
    body.end()?;
    let mut directory = project.directory.state();
    directory.create_key(key)?;
    tracing::info!(key = %id, "created the Descope access key {id}");
    let record = directory.key_record(directory.key(&id)?);
    Ok(HttpResponse::Ok().json(json!({ "key": record, "cleartext": cleartext })))
}

pub(super) fn load(call: &Call<'_>, project: &Project) -> Result<HttpResponse, Refusal> {
    respond(project, &id_in_query(call, project)?)
}

pub(super) fn search(call: &Call<'_>, project: &Project) -> Result<HttpResponse, Refusal> {
    let mut body = body(call, project)?;
    let tenants = body.texts("tenantIds")?.unwrap_or_default();
    let user_id = body.text("boundUserId")?;
    let attributes = body.attributes("customAttributes")?.unwrap_or_default();
    body.end()?;
    let directory = project.directory.state();
    let found = directory.keys().iter().filter(|key| {
        let mut in_tenants = key.persona.descope.tenants.keys();
        (tenants.is_empty() || in_tenants.any(|tenant| tenants.contains(tenant)))
            && (user_id.is_none() || key.user_id == user_id)
            && attributes
                .iter()
                .all(|(name, value)| key.custom_attributes.get(name) == Some(value))
    });
    let keys: Vec<_> = found.map(|key| directory.key_record(key)).collect();
    Ok(HttpResponse::Ok().json(json!({ "keys": keys })))
}

pub(super) fn update(call: &Call<'_>, project: &Project) -> Result<HttpResponse, Refusal> {
    let mut body = body(call, project)?;
    let (id, name) = (body.required("id")?, body.required("name")?);
    let description = body.text("description")?;
    let custom_claims = claims(&mut body, "customClaims")?;
    let custom_attributes = body.attributes("customAttributes")?;
    body.end()?;
    project.directory.state().change_key(&id, |key| {
        key.name = name;
        key.description = description.unwrap_or(std::mem::take(&mut key.description));
        if let Some(claims) = custom_claims {
            key.persona.attributes = claims;
        }
        if let Some(attributes) = custom_attributes {
            key.custom_attributes = attributes;
        }
        Ok(())
    })?;
    respond(project, &id)
}

/// Gives an access key a new cleartext; the old one is refused from now on.
pub(super) fn rotate(call: &Call<'_>, project: &Project) -> Result<HttpResponse, Refusal> {
    let mut body = body(call, project)?;
    let id = body.required("id")?;
    body.end()?;
    let cleartext = new_cleartext()?;
    let secret = Secret::new(cleartext.as_str());
    let mut directory = project.directory.state();
    directory.change_key(&id, |key| {
        key.persona.secret = secret;
        Ok(())
    })?;
    let record = directory.key_record(directory.key(&id)?);
    Ok(HttpResponse::Ok().json(json!({ "key": record, "cleartext": cleartext })))
}

pub(super) fn activate(call: &Call<'_>, project: &Project) -> Result<HttpResponse, Refusal> {
    set_active(call, project, true)
}

pub(super) fn deactivate(call: &Call<'_>, project: &Project) -> Result<HttpResponse, Refusal> {
    set_active(call, project, false)
}

pub(super) fn delete(call: &Call<'_>, project: &Project) -> Result<HttpResponse, Refusal> {
    let mut body = body(call, project)?;
    let id = body.required("id")?;
    body.end()?;
    project.directory.state().delete_key(&id)?;
    tracing::info!(key = %id, "deleted the Descope access key {id}");
    Ok(done())
}

/// Keys begin with a K, as their ids do.
fn new_cleartext() -> Result<String, Refusal> {
    let letters = random::alphanumeric(80).map_err(refusals::cannot_sign)?;
    Ok(format!("K{letters}"))
}

fn set_active(
    call: &Call<'_>,
    project: &Project,
    is_active: bool,
) -> Result<HttpResponse, Refusal> {
    let mut body = body(call, project)?;
    let id = body.required("id")?;
    body.end()?;
    project.directory.state().change_key(&id, |key| {
        key.is_active = is_active;
        Ok(())
    })?;
    Ok(done())
}

fn respond(project: &Project, id: &str) -> Result<HttpResponse, Refusal> {
    let directory = project.directory.state();
    let record = directory.key_record(directory.key(id)?);
    Ok(HttpResponse::Ok().json(json!({ "key": record })))
}
