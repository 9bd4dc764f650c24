//! The form of the sign-in page.

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, ContentType, X_CONTENT_TYPE_OPTIONS};
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::authorize::{of_cookie, read, sign_in_page, with_code};
use super::issue::required;
use super::password_check::{checked, wrong};
use crate::authorization::{AuthorizationError, AuthorizationRequest};
use crate::browser::{Cookie, FormKey};
use crate::fair_queue::{Tenant, Waiter};
use crate::oauth_error::{OAuthError, OAuthProblem};
use crate::pages;
use crate::state::{Actor, State};
use crate::store::Write;
use crate::store::browsers::BrowserSession;
use crate::store::orgs::seconds;
use crate::store::users::Login;
use crate::tokens::{hash_of, secret};
use service_kit::ClientAddress;

/// The form of the sign-in page. It has no `Debug`.
#[derive(Deserialize, ToSchema)]
pub struct SignInForm {
    /// The query of the authorization request.
    #[serde(default)]
    request: String,
    /// The token of the form.
    #[serde(default)]
    csrf: String,
    username: Option<String>,
    password: Option<String>,
    /// Anything, to go back to the client without signing in.
    cancel: Option<String>,
}

/// The style sheet of the pages
#[utoipa::path(tag = "sign-in", responses((status = 200, description = "A style sheet", content_type = "text/css", body = String)))]
#[get("/oauth/style.css")]
pub async fn style() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header(ContentType(actix_web::mime::TEXT_CSS_UTF_8))
        .insert_header((CACHE_CONTROL, "public, max-age=3600"))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .body(pages::STYLE)
}

/// Sign in with the form of the sign-in page
///
/// Only the page itself can send it: it has a token that is bound to the authorization request and to a cookie, and a form
/// that a page of another origin sends is refused. The password is checked as at `/user/login`.
#[utoipa::path(
    tag = "sign-in",
    request_body(content = SignInForm, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 303, description = "To the redirect URI, with `code` or `error`, `state` and `iss`; with a cookie that keeps the browser signed in"),
        (status = 400, description = "The page again: the username or the password is wrong", content_type = "text/html", body = String),
        (status = 403, description = "A page: the form is not this server's, or it is from another browser", content_type = "text/html", body = String),
        (status = 415, description = "`invalid_request`: the body must be a form", body = OAuthProblem),
        (status = 429, description = "The page again: try again after `Retry-After`", content_type = "text/html", body = String),
        (status = 503, description = "The page again: too many sign-ins are waiting, or the database is unavailable", content_type = "text/html", body = String),
    )
)]
#[post("/oauth/sign-in")]
pub async fn sign_in_by_form(
    request: HttpRequest,
    form: web::Form<SignInForm>,
    address: ClientAddress,
    state: web::Data<State>,
) -> HttpResponse {
    if let Err(refused) = is_own_form(&state, &request, &form.csrf, &form.request) {
        return *refused;
    }
    let asked = match read(&state, &form.request) {
        Ok(asked) => asked,
        Err(refused) => return *refused,
    };
    if form.cancel.is_some() {
        let error = AuthorizationError::new("access_denied", "The user did not sign in");
        return asked.return_to.with_error(&error);
    }
    let outcome = signed_in(&state, &request, &form, &asked, &address).await;
    outcome.unwrap_or_else(|error| {
        let username = form.username.as_deref().unwrap_or_default();
        let refused = Some((username, &error));
        sign_in_page(&state, &request, &form.request, &asked, refused)
            .unwrap_or_else(|error| pages::failed(&error))
    })
}

/// Checks that a page of this server sent a form, to this browser, for this request. Errors: the page that refuses it.
pub(super) fn is_own_form(
    state: &State,
    request: &HttpRequest,
    token: &str,
    form_of: &str,
) -> Result<(), Box<HttpResponse>> {
    let refused = |text| Err(Box::new(pages::problem(StatusCode::FORBIDDEN, text)));
    if !state.address.may_have_sent(request) {
        return refused("A page of another site sent it.");
    }
    let key = FormKey::of(&state.address, request);
    let key = key.map_err(|error| Box::new(pages::failed(&OAuthError::internal(&error))))?;
    if !key.made(token, form_of) {
        return refused(
            "It has expired, or your browser does not keep cookies. Go back to the application and begin again.",
        );
    }
    Ok(())
}

async fn signed_in(
    state: &State,
    request: &HttpRequest,
    form: &SignInForm,
    asked: &AuthorizationRequest,
    address: &ClientAddress,
) -> Result<HttpResponse, OAuthError> {
    let name = required(&form.username, "username")?;
    let password = required(&form.password, "password")?;
    let login = checked(state, name, password, address).await?;
    let former = of_cookie(state, request).await?;
    let cookie = secret().map_err(|error| OAuthError::internal(&error))?;

    let (user, now) = (&login.user, state.now());
    let waiter = Waiter::of(address, Tenant::Organization(user.org.clone()));
    let mut write = state.store.write_for(waiter).await?;
    if !write.confirm_password(user, &login.password_hash).await? {
        return Err(wrong());
    }
    let session = open(state, &mut write, &login, former, &hash_of(&cookie)).await?;
    let response = with_code(state, &mut write, asked, &session).await?;
    write
        .remember_network(user, &address.network(), now)
        .await?;
    let actor = Actor {
        org: &user.org,
        id: &user.id,
    };
    let address = address.text();
    let target = json!({"browser_session": {"id": session.id}, "client": asked.client});
    let record = actor.did("user.login", target, &address).counted();
    write.finish(record, now).await?;
    let cookie = state.address.set(Cookie::Session, &cookie);
    Ok(pages::with_header(response, Some(cookie)))
}

/// Opens a browser session with a new cookie, in place of the former one: of the same user it goes on, of another it ends.
async fn open(
    state: &State,
    write: &mut Write,
    login: &Login,
    former: Option<BrowserSession>,
    hash: &str,
) -> Result<BrowserSession, OAuthError> {
    let auth_time = seconds(state.now());
    let (same, other) = match former {
        Some(former) if former.user.id == login.user.id => (Some(former), None),
        other => (None, other),
    };
    if let Some(former) = same {
        let session = BrowserSession {
            auth_time,
            ..former
        };
        if write.renew_browser_session(&session, hash).await? {
            return Ok(session);
        }
    }
    if let Some(other) = other {
        write.end_browser_session(&other.id).await?;
    }
    let session = BrowserSession {
        id: Uuid::now_v7().to_string(),
        user: login.user.clone(),
        auth_time,
    };
    let most = state.tokens.max_sessions;
    write.create_browser_session(&session, hash, most).await?;
    Ok(session)
}
