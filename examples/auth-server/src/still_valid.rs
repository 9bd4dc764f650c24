//! Checks whether a verified token is still valid: a token outlives its session and its rights.
//!
//! Only this server can check it. Other services accept a token of an ended session until its `exp`.

use std::any::Any;
use std::collections::HashSet;

use actix_web::dev::ServiceRequest;
use actix_web::http::Method;
use actix_web::http::header::WWW_AUTHENTICATE;
use actix_web::{HttpRequest, HttpResponse, web};
use identity_actix::{ApiError, Caller};
use identity_core::Authenticated;
use serde_json::json;
use service_kit::audit::Refusal;
use service_kit::store::api_error;
use service_kit::{CheckOutcome, resource_metadata};
use tracing::info;

use crate::fair_queue::{Tenant, Waiter};
use crate::policies::is_own;
use crate::signing::SigningError;
use crate::state::{Actor, State};
use crate::store::rights::Rights;
use crate::turns::Turn;

/// Checks an authenticated request. Responds with 401 if the key or session of the token has ended, the user or client
/// was deleted, or a permission of this server in the token was removed since.
///
/// A request that reads waits for its turn first, which ends with the response of its handler.
pub fn still_valid(request: &ServiceRequest) -> CheckOutcome<'_> {
    Box::pin(async move {
        let state = request.app_data::<web::Data<State>>();
        let (Some(caller), Some(state)) = (Caller::of(request), state) else {
            let error = ApiError::broken("a request to be checked has no caller or no state");
            return Err(HttpResponse::from_error(error));
        };
        let turn = match turn(state, request, &caller).await {
            Ok(turn) => turn,
            Err(error) => return Err(HttpResponse::from_error(api_error(&error))),
        };
        match rights_behind(state, &caller).await {
            Ok(Some(_)) => Ok(Box::new(turn) as Box<dyn Any>),
            Ok(None) => {
                info!(
                    token.reason = "token_revoked",
                    "token rejected: its key, its session or one of its rights has ended"
                );
                Err(revoked(request.request()))
            }
            Err(error) => Err(HttpResponse::from_error(api_error(&error))),
        }
    })
}

/// Waits for the turn to read, so that one organization's lists do not hold up those of others, nor sign-ins. A change waits for its
/// turn to write, and not here: its body may be slow to come.
async fn turn(
    state: &State,
    request: &ServiceRequest,
    caller: &Authenticated,
) -> Result<Option<Turn>, sqlx::Error> {
    if request.method() != Method::GET {
        return Ok(None);
    }
    let waiter = Waiter {
        tenant: Tenant::Organization(Actor::of(caller).org.to_owned()),
        network: None,
    };
    let mut turn = state.store.read_for(waiter).await?;
    // Long lists, one after the other, take all the processors that they can get.
    if state.passwords.are_awaited() {
        turn.rest().await;
    }
    Ok(Some(turn))
}

/// Returns the current rights of the user or client of a verified token. Returns `None` if the token is valid no more: its
/// key or session has ended, its user or client was deleted, or a permission of this server in it was removed.
pub async fn rights_behind(
    state: &State,
    caller: &Authenticated,
) -> Result<Option<Rights>, SigningError> {
    // The token may be in the token cache from before a rotation.
    if !state.keys.fresh().await?.has(caller.token().key_id()) {
        return Ok(None);
    }
    let Actor { org, id } = Actor::of(caller);
    let rights = match caller.token().text("sid") {
        Some(session) => {
            let session = state.store.session(org, session, state.now()).await?;
            if session.is_none_or(|session| session.user != id) {
                return Ok(None);
            }
            state.store.rights_of_user(org, id).await?
        }
        None => {
            if !state.store.has_client(org, id).await? {
                return Ok(None);
            }
            state.store.rights_of_client(org, id).await?
        }
    };
    let held: HashSet<_> = rights.slugs.iter().collect();
    let scopes = &caller.principal().scopes;
    let mut own = scopes.iter().filter(|slug| is_own(slug));
    let has_all = own.all(|slug| held.contains(slug));
    Ok(has_all.then_some(rights))
}

/// Returns a 401 response like that for an invalid token. `ErrorCode` has no code for a token that was valid before.
fn revoked(request: &HttpRequest) -> HttpResponse {
    let detail = "The key, the session or a right of this token has ended. Please get a new one.";
    let mut challenge = format!(
        r#"Bearer realm="auth-server", error="invalid_token", error_description="{detail}""#
    );
    if let Some(address) = resource_metadata(request) {
        challenge += &format!(r#", resource_metadata="{address}""#);
    }
    let mut response = HttpResponse::Unauthorized();
    response
        .extensions_mut()
        .insert(Refusal::Credentials("token_revoked"));
    response
        .content_type("application/problem+json")
        .insert_header((WWW_AUTHENTICATE, challenge))
        .json(json!({
            "type": "about:blank",
            "title": "Unauthorized",
            "status": 401,
            "detail": detail,
            "code": "token_revoked",
        }))
}
