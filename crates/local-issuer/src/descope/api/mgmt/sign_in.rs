//! Sessions of users that management opens and ends.

use actix_web::HttpResponse;
use serde_json::{Map, Value, json};

use super::users::change;
use crate::descope::api::body::Body;
use crate::descope::api::manage::{body, claims, done, who};
use crate::descope::api::open::{self, SignIn};
use crate::descope::directory::{OneTimeCode, User};
use crate::descope::project::Project;
use crate::descope::refusals;
use crate::provider::Call;
use crate::random;
use crate::refusal::Refusal;
use crate::sessions::Session;
use url::Url;

/// How long a link can be used if the request does not say so, in seconds.
const LINK_LIFETIME: i64 = 60;
/// The longest that a request may ask for, in seconds: a year.
const LONGEST_LINK_LIFETIME: i64 = 365 * 24 * 60 * 60;

/// The token of a link that signs a user in, once, at `/v1/auth/magiclink/verify`.
pub(super) fn embedded_link(call: &Call<'_>, project: &Project) -> Result<HttpResponse, Refusal> {
    let mut body = body(call, project)?;
    let who = who(&mut body)?;
    let claims = claims(&mut body, "customClaims")?.unwrap_or_default();
    let lifetime = body.number("timeout")?.filter(|seconds| *seconds > 0);
    let lifetime = lifetime.unwrap_or(LINK_LIFETIME);
    if lifetime > LONGEST_LINK_LIFETIME {
        let message = format!("The timeout field must be at most {LONGEST_LINK_LIFETIME}");
        return Err(refusals::invalid(&message));
    }
    // SDKs send false for what they do not ask for.
    body.end()?;
    let user = project.directory.state().user(&who)?.clone();
    let token = link(call, project, &user, lifetime, json!({ "claims": claims }))?;
    Ok(HttpResponse::Ok().json(json!({ "token": token })))
}

/// The link that a user that was created for tests would get by e-mail.
pub(super) fn test_link(call: &Call<'_>, project: &Project) -> Result<HttpResponse, Refusal> {
    let mut body = body(call, project)?;
    let who = who(&mut body)?;
    // The link is in the response, whatever it would be delivered by.
    body.value("deliveryMethod");
    let address = body.required("URI")?;
    let mut address = Url::parse(&address)
        .map_err(|_| refusals::invalid("The URI field must be an absolute address"))?;
    let claims = body.client_claims()?;
    body.end()?;
    let user = project.directory.state().user(&who)?.clone();
    check_test(&user)?;
    let token = link(
        call,
        project,
        &user,
        LINK_LIFETIME,
        json!({ "nsec": claims }),
    )?;
    address.query_pairs_mut().append_pair("t", &token);
    let login_id = user.login_ids.first();
    Ok(HttpResponse::Ok().json(json!({ "link": address.as_str(), "loginId": login_id })))
}

/// The code that a user that was created for tests would get.
pub(super) fn test_code(call: &Call<'_>, project: &Project) -> Result<HttpResponse, Refusal> {
    let mut body = body(call, project)?;
    let who = who(&mut body)?;
    body.value("deliveryMethod");
    let claims = body.client_claims()?;
    body.end()?;
    let now = call.provider.clock.now();
    let code = random::digits(6).map_err(refusals::cannot_sign)?;
    let mut directory = project.directory.state();
    let user = directory.change_user(&who, now, |user| {
        check_test(user)?;
        user.code = Some(OneTimeCode::new(&code, claims, now));
        Ok(())
    })?;
    let login_id = user.login_ids.first();
    Ok(HttpResponse::Ok().json(json!({ "code": code, "loginId": login_id })))
}

/// Signs a user in without any proof.
pub(super) fn sign_in(call: &Call<'_>, project: &Project) -> Result<HttpResponse, Refusal> {
    let mut body: Body = body(call, project)?;
    let who = who(&mut body)?;
    let sign_in = SignIn {
        amr: "mgmt",
        claims: claims(&mut body, "customClaims")?.unwrap_or_default(),
        client_claims: Map::new(),
    };
    body.end()?;
    open::open(call, project, &who, sign_in)
}

/// Ends every session of a user.
pub(super) fn log_out(call: &Call<'_>, project: &Project) -> Result<HttpResponse, Refusal> {
    change(call, project, |_, user| {
        call.provider.sessions.end_all(&user.persona.name);
        Ok(())
    })?;
    Ok(done())
}

fn check_test(user: &User) -> Result<(), Refusal> {
    if user.is_test {
        return Ok(());
    }
    Err(refusals::arguments("The user was not created for tests"))
}

fn link(
    call: &Call<'_>,
    project: &Project,
    user: &User,
    lifetime: i64,
    details: Value,
) -> Result<String, Refusal> {
    let now = call.provider.clock.now();
    let mut link = Session::of(user.id(), now, lifetime).map_err(refusals::cannot_sign)?;
    if let Value::Object(details) = details {
        link.details = details;
    }
    let token = random::alphanumeric(43).map_err(refusals::cannot_sign)?;
    project.links.open(link, Some(&token));
    Ok(token)
}
