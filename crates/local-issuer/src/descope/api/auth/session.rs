//! What can be done with a session.

use actix_web::HttpResponse;
use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::descope::api::bearer;
use crate::descope::api::body::Body;
use crate::descope::api::open;
use crate::descope::project::Project;
use crate::descope::refusals;
use crate::provider::Call;
use crate::random;
use crate::refusal::Refusal;

pub(super) fn refresh(call: &Call<'_>, project: &Project) -> Result<HttpResponse, Refusal> {
    let (session, token) = open::found(call, project)?;
    Body::read(call)?.end()?;
    let next = if project.rotates_refresh_tokens {
        open::rotate(call, project, &session, token)?
    } else {
        token.to_owned()
    };
    open::tokens(call, project, &session, &next, false)
}

/// As [`refresh`], but no session is no error.
pub(super) fn try_refresh(call: &Call<'_>, project: &Project) -> Result<HttpResponse, Refusal> {
    bearer::project(call, project)?;
    Ok(refresh(call, project).unwrap_or_else(|_| HttpResponse::Ok().json(json!({}))))
}

/// Opens a session for one tenant, as old as the one that the request is made with.
pub(super) fn select_tenant(call: &Call<'_>, project: &Project) -> Result<HttpResponse, Refusal> {
    let (mut session, _) = open::found(call, project)?;
    let mut body = Body::read(call)?;
    let tenant = body.required("tenant")?;
    body.end()?;
    let is_member = open::user(project, &session, |_, user| {
        user.persona.descope.tenants.contains_key(&tenant)
    })?;
    if !is_member {
        let message = format!("The user is not in the tenant {tenant}");
        return Err(refusals::arguments(message));
    }
    session.id = random::alphanumeric(27).map_err(refusals::cannot_sign)?;
    session.tenant = Some(tenant);
    open::start(call, project, session, false)
}

pub(super) fn validate(call: &Call<'_>, project: &Project) -> Result<HttpResponse, Refusal> {
    let token = bearer::token(call, project)?;
    let claims = call
        .provider
        .verified(token)
        .filter(|claims| claims.get("drn").and_then(Value::as_str) == Some("DS"));
    let wrong = || refusals::invalid_token("Failed to validate the session token");
    let claims = claims.ok_or_else(wrong)?;
    if call.provider.is_expired(&claims) {
        return Err(refusals::invalid_token("The session token has expired"));
    }
    Ok(HttpResponse::Ok().json(json!({ "parsedJWT": with_dates(claims) })))
}

pub(super) fn me(call: &Call<'_>, project: &Project) -> Result<HttpResponse, Refusal> {
    let (session, _) = open::found(call, project)?;
    let record = open::user(project, &session, |directory, user| {
        directory.user_record(user)
    })?;
    Ok(HttpResponse::Ok().json(record))
}

/// The tenant that the session is for (`dct`), or those of the user that the request names.
pub(super) fn my_tenants(call: &Call<'_>, project: &Project) -> Result<HttpResponse, Refusal> {
    let (session, _) = open::found(call, project)?;
    let mut body = Body::read(call)?;
    let is_current = body.flag("dct")?.unwrap_or_default();
    let ids = body.texts("ids")?.unwrap_or_default();
    body.end()?;
    if is_current != ids.is_empty() {
        return Err(refusals::invalid("Expected either dct or ids"));
    }
    let asked: Vec<_> = if is_current {
        session.tenant.iter().cloned().collect()
    } else {
        ids
    };
    let tenants: Vec<_> = open::user(project, &session, |directory, user| {
        let tenants = directory.tenants().iter().filter(|tenant| {
            asked.contains(&tenant.id) && user.persona.descope.tenants.contains_key(&tenant.id)
        });
        let record = |tenant: &crate::descope::directory::Tenant| json!({ "id": tenant.id, "name": tenant.name, "customAttributes": tenant.custom_attributes });
        tenants.map(record).collect()
    })?;
    Ok(HttpResponse::Ok().json(json!({ "tenants": tenants })))
}

pub(super) fn log_out(call: &Call<'_>, project: &Project) -> Result<HttpResponse, Refusal> {
    let (session, _) = open::found(call, project)?;
    call.provider.sessions.end(&session.id);
    Ok(HttpResponse::Ok().json(json!({})))
}

pub(super) fn log_out_everywhere(
    call: &Call<'_>,
    project: &Project,
) -> Result<HttpResponse, Refusal> {
    let (session, _) = open::found(call, project)?;
    call.provider.sessions.end_all(&session.persona);
    Ok(HttpResponse::Ok().json(json!({})))
}

/// Times as Descope shows them here.
fn with_dates(mut claims: Map<String, Value>) -> Map<String, Value> {
    for name in ["exp", "iat"] {
        let seconds = claims.get(name).and_then(Value::as_i64);
        let date = seconds.and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok());
        if let Some(Ok(date)) = date.map(|date| date.format(&Rfc3339)) {
            claims.insert(name.to_owned(), date.into());
        }
    }
    claims
}
