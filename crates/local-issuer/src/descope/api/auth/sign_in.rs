//! Signing in and up.

use actix_web::HttpResponse;
use serde_json::{Map, Value};

use crate::descope::api::bearer;
use crate::descope::api::body::Body;
use crate::descope::api::open::{self, SignIn};
use crate::descope::directory::{User, Who};
use crate::descope::project::Project;
use crate::descope::refusals;
use crate::provider::Call;
use crate::random;
use crate::refusal::Refusal;
use crate::secret::Secret;

pub(super) fn by_password(call: &Call<'_>, project: &Project) -> Result<HttpResponse, Refusal> {
    bearer::project(call, project)?;
    let mut body = Body::read(call)?;
    let who = Who::LoginId(body.required("loginId")?);
    let password = body.required("password")?;
    let sign_in = SignIn {
        amr: "pwd",
        client_claims: body.client_claims()?,
        ..SignIn::default()
    };
    body.end()?;
    let known = project.directory.state().user(&who).ok().cloned();
    let known = known.and_then(|user| user.password);
    // Compared without a password, too, so that the time does not tell who there is.
    let matches = known
        .as_ref()
        .unwrap_or(&Secret::new(""))
        .matches(&password);
    if !matches || known.is_none() {
        return Err(refusals::wrong_password());
    }
    open::open(call, project, &who, sign_in)
}

pub(super) fn sign_up(call: &Call<'_>, project: &Project) -> Result<HttpResponse, Refusal> {
    bearer::project(call, project)?;
    let mut body = Body::read(call)?;
    let login_id = body.required("loginId")?;
    let id = random::alphanumeric(27).map_err(refusals::cannot_sign)?;
    let mut user = User::new(&format!("U{id}"), &login_id, call.provider.clock.now());
    user.password = Some(Secret::new(body.required("password")?));
    if let Some(mut profile) = body.object("user")? {
        let persona = &mut user.persona.profile;
        persona.name = profile.text("name")?;
        persona.given_name = profile.text("givenName")?;
        persona.family_name = profile.text("familyName")?;
        persona.email = profile.text("email")?;
        user.middle_name = profile.text("middleName")?.unwrap_or_default();
        user.phone = profile.text("phone")?.unwrap_or_default();
        profile.end()?;
    }
    let sign_in = SignIn {
        amr: "pwd",
        client_claims: body.client_claims()?,
        ..SignIn::default()
    };
    body.end()?;
    project.directory.state().create_user(user)?;
    open::open(call, project, &Who::LoginId(login_id), sign_in)
}

/// Uses the code of a test user, once.
pub(super) fn by_code(call: &Call<'_>, project: &Project) -> Result<HttpResponse, Refusal> {
    bearer::project(call, project)?;
    let mut body = Body::read(call)?;
    let who = Who::LoginId(body.required("loginId")?);
    let code = body.required("code")?;
    body.end()?;
    let now = call.provider.clock.now();
    let client_claims = project.directory.state().redeem_code(&who, &code, now)?;
    let is_email = call.request.path().ends_with("/email");
    let sign_in = SignIn {
        amr: if is_email { "email" } else { "sms" },
        client_claims,
        ..SignIn::default()
    };
    open::open(call, project, &who, sign_in)
}

/// Uses the token of a link, once.
pub(super) fn by_link(call: &Call<'_>, project: &Project) -> Result<HttpResponse, Refusal> {
    bearer::project(call, project)?;
    let mut body = Body::read(call)?;
    let token = body.required("token")?;
    body.end()?;
    let link = project
        .links
        .of_token(&token, None, call.provider.clock.now());
    // Of two requests with the same link, one ends it.
    let link = link.ok().filter(|link| project.links.end(&link.id));
    let unknown = || refusals::invalid_token("The link is unknown, expired, or was used before");
    let link = link.ok_or_else(unknown)?;
    let members = |name: &str| match link.details.get(name) {
        Some(Value::Object(members)) => members.clone(),
        _ => Map::new(),
    };
    let sign_in = SignIn {
        amr: "email",
        claims: members("claims"),
        client_claims: members("nsec"),
    };
    open::open(call, project, &Who::UserId(link.persona), sign_in)
}
