//! Routes for the caller's own account.

use actix_web::{HttpResponse, get, post, web};
use garde::Validate;
use identity_actix::{ApiError, Caller, Problem};
use serde::{Deserialize, Serialize};
use serde_json::json;
use service_kit::validate_with;
use utoipa::ToSchema;

use super::password_check::admitted;
use crate::fair_queue::{Tenant, Waiter};
use crate::input;
use crate::password_text;
use crate::state::{Actor, Refused, State};
use crate::store::sessions::Session;
use crate::store::users::Login;
use service_kit::ClientAddress;

/// The caller.
#[derive(Debug, Serialize, ToSchema)]
pub struct Me {
    #[schema(example = "019a2f6e-0000-7000-8000-000000000000")]
    user_id: String,
    #[schema(example = "test_user")]
    username: String,
    #[schema(example = "example@example.com")]
    primary_email: String,
    #[schema(example = "019a2f6e-0000-7000-8000-000000000001")]
    org_id: String,
    org: MyOrg,
    /// The current roles.
    #[schema(example = json!(["owner"]))]
    roles: Vec<String>,
    /// The scopes of this token.
    scopes: Vec<String>,
}

/// The caller's organization.
#[derive(Debug, Serialize, ToSchema)]
pub struct MyOrg {
    #[schema(example = "test_org")]
    name: String,
    #[schema(example = "example.example.come")]
    domain: String,
    #[serde(rename = "type")]
    #[schema(example = "teams")]
    kind: String,
    mfa_enabled: bool,
}

/// A password change. It has no `Debug`.
#[derive(Deserialize, Validate, ToSchema)]
#[garde(context(Login as login))]
pub struct NewPassword {
    #[schema(example = "test1234@")]
    #[garde(skip)]
    old_password: String,
    /// At least 8 characters, at most 256 bytes, and different from the username.
    #[schema(example = "1234test@", min_length = 8)]
    #[garde(custom(|new: &str, login: &Login| input::password_of(&login.user.username)(new, &())))]
    new_password: String,
}

/// Show the caller
#[utoipa::path(tag = "user", responses(
    (status = 200, description = "The caller", body = Me),
    (status = 404, description = "`not_found`: the token is a machine client's", body = Problem, content_type = "application/problem+json"),
))]
#[get("/me")]
pub async fn me(caller: Caller, state: web::Data<State>) -> Result<web::Json<Me>, Refused> {
    let Actor { org: org_id, id } = Actor::of(&caller);
    let user = state.store.user(org_id, id).await?.ok_or_else(no_user)?;
    let org = state.store.org(org_id).await?.ok_or_else(no_user)?;
    let rights = state.store.rights_of_user(org_id, id).await?;
    Ok(web::Json(Me {
        user_id: user.id,
        username: user.username,
        primary_email: user.email,
        org_id: org.id,
        org: MyOrg {
            name: org.name,
            domain: org.domain,
            kind: org.kind,
            mfa_enabled: false,
        },
        roles: rights.roles,
        scopes: caller.principal().scopes.clone(),
    }))
}

fn no_user() -> ApiError {
    ApiError::not_found("There is no user behind this token")
}

/// End the session of this token
///
/// Its refresh token becomes invalid. Other services accept the access token until its `exp`.
#[utoipa::path(tag = "user", responses((status = 204, description = "It has ended")))]
#[post("/logout")]
pub async fn logout(
    caller: Caller,
    address: ClientAddress,
    state: web::Data<State>,
) -> Result<HttpResponse, Refused> {
    let (actor, now) = (Actor::of(&caller), state.now());
    let waiter = Waiter::of(&address, Tenant::Organization(actor.org.to_owned()));
    let address = address.text();
    if let Some(session) = caller.token().text("sid") {
        let mut write = state.store.write_for(waiter).await?;
        write.end_session(actor.org, session).await?;
        let target = json!({"session": {"id": session}});
        let record = actor.did("user.logout", target, &address).counted();
        write.finish(record, now).await?;
    }
    Ok(HttpResponse::NoContent().finish())
}

/// Change the caller's password
///
/// Ends every other session of the user.
#[utoipa::path(tag = "user", responses(
    (status = 204, description = "It is changed"),
    (status = 422, description = "`invalid_input`: the old password is wrong, or the new one is not allowed", body = Problem, content_type = "application/problem+json"),
    (status = 429, description = "`too_many_requests`", body = Problem, content_type = "application/problem+json"),
))]
#[post("/password")]
pub async fn change_password(
    caller: Caller,
    new: web::Json<NewPassword>,
    address: ClientAddress,
    state: web::Data<State>,
) -> Result<HttpResponse, Refused> {
    let (actor, new) = (Actor::of(&caller), new.into_inner());
    let login = state.store.login_of(actor.org, actor.id).await?;
    let login = login.ok_or_else(no_user)?;
    validate_with(&new, &login)?;
    compare(&state, &login, new.old_password, &address).await?;

    let waiter = Waiter::of(&address, Tenant::Organization(login.user.org.clone()));
    let hash = state
        .passwords
        .hash(new.new_password, waiter.clone())
        .await?;
    let (now, network, address) = (state.now(), address.network(), address.text());
    let kept = Session {
        id: caller.token().text("sid").unwrap_or_default().to_owned(),
        org: login.user.org.clone(),
        user: login.user.id.clone(),
        scope: String::new(),
        expires_at: 0,
        client: String::new(),
        browser: None,
    };
    let mut write = state.store.write_for(waiter).await?;
    let changed = write
        .change_password(&login.user, &login.password_hash, &hash)
        .await?;
    if !changed {
        return Err(wrong_password().into());
    }
    write.end_other_sessions(&kept).await?;
    write.end_browser_sessions_of(&kept.org, &kept.user).await?;
    write.remember_network(&login.user, &network, now).await?;
    let record = actor
        .did("user.password_changed", json!({}), &address)
        .counted();
    write.finish(record, now).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Checks the old password, with the same throttle as at sign-in: a stolen token allows no more guesses.
async fn compare(
    state: &State,
    login: &Login,
    password: String,
    address: &ClientAddress,
) -> Result<(), Refused> {
    let name = &login.user.username;
    let attempt = admitted(state, name, address).await?;
    // No user has a longer password.
    let is_possible = password_text::is_possible(&password);
    let stored = Some(login.password_hash.clone());
    let waiter = Waiter::of(address, Tenant::Organization(login.user.org.clone()));
    // If it cannot be verified, the attempt is dropped and not counted.
    if is_possible && state.passwords.verify(password, stored, waiter).await? {
        attempt.succeed().await;
        Ok(())
    } else {
        attempt.count().await?;
        Err(wrong_password().into())
    }
}

fn wrong_password() -> ApiError {
    ApiError::invalid_field("old_password", "is not the password")
}
