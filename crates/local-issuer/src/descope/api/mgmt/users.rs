//! Users: create, load, change, delete.

use actix_web::HttpResponse;
use serde_json::json;

use crate::descope::api::body::Body;
use crate::descope::api::manage::{body, claims, done, query, tenants, who};
use crate::descope::directory::{Status, User, Who};
use crate::descope::project::Project;
use crate::descope::refusals;
use crate::provider::Call;
use crate::random;
use crate::refusal::Refusal;
use crate::secret::Secret;

pub(super) fn create(call: &Call<'_>, project: &Project) -> Result<HttpResponse, Refusal> {
    let mut body = body(call, project)?;
    let is_test = body.flag("test")?.unwrap_or_default();
    create_as(call, project, body, is_test)
}

pub(super) fn create_test(call: &Call<'_>, project: &Project) -> Result<HttpResponse, Refusal> {
    let mut body = body(call, project)?;
    body.value("test");
    create_as(call, project, body, true)
}

fn create_as(
    call: &Call<'_>,
    project: &Project,
    mut body: Body,
    is_test: bool,
) -> Result<HttpResponse, Refusal> {
    let Who::LoginId(login_id) = who(&mut body)? else {
        return Err(refusals::invalid("The loginId field is required"));
    };
    let id = random::alphanumeric(27).map_err(refusals::cannot_sign)?;
    let mut user = User::new(&format!("U{id}"), &login_id, call.provider.clock.now());
    user.is_test = is_test;
    apply(&mut body, &mut user)?;
    body.end()?;
    let mut directory = project.directory.state();
    let id = directory.create_user(user)?.id().to_owned();
    tracing::info!(user = %id, "created the Descope user {id}");
    let record = directory.user_record(directory.user(&Who::UserId(id))?);
    Ok(HttpResponse::Ok().json(json!({ "user": record })))
}

pub(super) fn load(call: &Call<'_>, project: &Project) -> Result<HttpResponse, Refusal> {
    let mut query = query(call, project)?;
    let mut named = |name: &str| query.remove(name).filter(|value| !value.is_empty());
    let login_id = named("loginId").or_else(|| named("identifier"));
    let who = match (login_id, named("userId")) {
        (Some(login_id), _) => Who::LoginId(login_id),
        (None, Some(user_id)) => Who::UserId(user_id),
        (None, None) => return Err(refusals::invalid("The loginId field is required")),
    };
    respond(project, &who)
}

/// Sets what the request has, and clears what it does not have: names, addresses, picture, roles, tenants and attributes.
pub(super) fn update(call: &Call<'_>, project: &Project) -> Result<HttpResponse, Refusal> {
    change(call, project, |body, user| {
        body.value("test");
        let profile = &mut user.persona.profile;
        (profile.name, profile.given_name, profile.family_name) = (None, None, None);
        (profile.email, profile.picture) = (None, None);
        user.middle_name.clear();
        user.phone.clear();
        user.persona.attributes.clear();
        apply(body, user)
    })
}

/// Sets what the request has, and nothing else.
pub(super) fn patch(call: &Call<'_>, project: &Project) -> Result<HttpResponse, Refusal> {
    change(call, project, apply)
}

pub(super) fn set_status(call: &Call<'_>, project: &Project) -> Result<HttpResponse, Refusal> {
    change(call, project, |body, user| {
        user.status = Status::of_name(&body.required("status")?)?;
        Ok(())
    })
}

pub(super) fn set_password(call: &Call<'_>, project: &Project) -> Result<HttpResponse, Refusal> {
    change(call, project, |body, user| {
        // It says the same as the path.
        body.value("setActive");
        user.password = Some(Secret::new(body.required("password")?));
        Ok(())
    })?;
    Ok(done())
}

/// Deletes a user, its sessions and its access keys.
pub(super) fn delete(call: &Call<'_>, project: &Project) -> Result<HttpResponse, Refusal> {
    let mut body = body(call, project)?;
    let who = who(&mut body)?;
    body.end()?;
    let user = project.directory.state().delete_user(&who)?;
    call.provider.sessions.end_all(&user.persona.name);
    tracing::info!(user = %user.id(), "deleted the Descope user {}", user.id());
    Ok(done())
}

pub(super) fn delete_test_users(
    call: &Call<'_>,
    project: &Project,
) -> Result<HttpResponse, Refusal> {
    body(call, project)?.end()?;
    let mut directory = project.directory.state();
    let tests = directory.users().iter().filter(|user| user.is_test);
    let tests: Vec<_> = tests
        .map(|user| Who::UserId(user.id().to_owned()))
        .collect();
    for who in tests {
        let user = directory.delete_user(&who)?;
        call.provider.sessions.end_all(&user.persona.name);
    }
    Ok(done())
}

/// Changes the user that the body names, and responds with it.
pub(super) fn change(
    call: &Call<'_>,
    project: &Project,
    change: impl FnOnce(&mut Body, &mut User) -> Result<(), Refusal>,
) -> Result<HttpResponse, Refusal> {
    let mut body = body(call, project)?;
    let who = who(&mut body)?;
    let now = call.provider.clock.now();
    let id = {
        let mut directory = project.directory.state();
        let user = directory.change_user(&who, now, |user| {
            change(&mut body, user)?;
            body.end()
        })?;
        if user.check_status().is_err() {
            call.provider.sessions.end_all(&user.persona.name);
        }
        user.id().to_owned()
    };
    respond(project, &Who::UserId(id))
}

fn respond(project: &Project, who: &Who) -> Result<HttpResponse, Refusal> {
    let directory = project.directory.state();
    let record = directory.user_record(directory.user(who)?);
    Ok(HttpResponse::Ok().json(json!({ "user": record })))
}

/// Sets what the body has.
fn apply(body: &mut Body, user: &mut User) -> Result<(), Refusal> {
    let name = match body.text("displayName")? {
        None => body.text("name")?,
        found => found,
    };
    let profile = &mut user.persona.profile;
    for (field, value) in [
        (&mut profile.name, name),
        (&mut profile.given_name, body.text("givenName")?),
        (&mut profile.family_name, body.text("familyName")?),
        (&mut profile.email, body.text("email")?),
        (&mut profile.picture, body.text("picture")?),
    ] {
        if value.is_some() {
            *field = value;
        }
    }
    if let Some(verified) = body.flag("verifiedEmail")? {
        profile.email_verified = verified;
    }
    user.middle_name = body
        .text("middleName")?
        .unwrap_or(std::mem::take(&mut user.middle_name));
    user.phone = body
        .text("phone")?
        .unwrap_or(std::mem::take(&mut user.phone));
    user.verified_phone = body.flag("verifiedPhone")?.unwrap_or(user.verified_phone);
    if let Some(status) = body.text("status")? {
        user.status = Status::of_name(&status)?;
    }
    if let Some(attributes) = claims(body, "customAttributes")? {
        user.persona.attributes.extend(attributes);
    }
    user.login_ids
        .extend(body.texts("additionalLoginIds")?.unwrap_or_default());
    if let Some(roles) = body.texts("roleNames")? {
        user.set_roles(roles);
    }
    if let Some(tenants) = tenants(body, "userTenants")? {
        user.set_tenants(tenants);
    }
    Ok(())
}
