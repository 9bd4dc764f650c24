//! Signing out with a browser (OpenID Connect RP-Initiated Logout 1.0).

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use serde_json::json;

use super::authorize::{Pairs, as_get, of_cookie};
use super::browser_sign_in::is_own_form;
use super::issue::fresh_keys;
use crate::authorization::{Parameters, check_length, redirect, with_query};
use crate::browser::{Cookie, FormKey};
use crate::fair_queue::{Tenant, Waiter};
use crate::id_token::Hint;
use crate::oauth_error::{OAuthError, OAuthProblem};
use crate::pages::{self, Form, MessagePage, SignOutPage};
use crate::state::{Actor, State};
use crate::store::browsers::BrowserSession;
use service_kit::ClientAddress;

/// A valid request to sign out.
struct LogoutRequest {
    /// From `id_token_hint`.
    hint: Option<Hint>,
    /// Where the browser goes afterwards, with `state`.
    return_to: Option<String>,
}

/// Sign out
///
/// Ends the browser's session, and the sessions of the clients that the user signed in to with it. Asks the user first,
/// unless `id_token_hint` is an ID token of this very user. A redirect URI that is not registered is a page, never a
/// redirect.
#[utoipa::path(
    tag = "sign-in",
    params(
        ("id_token_hint" = Option<String>, Query, description = "An ID token of the user"),
        ("client_id" = Option<String>, Query, description = "The client, if there is no `id_token_hint`"),
        ("post_logout_redirect_uri" = Option<String>, Query, description = "One of the client's redirect URIs"),
        ("state" = Option<String>, Query, description = "Returned as it is"),
    ),
    responses(
        (status = 200, description = "A page: the question, or that nobody is signed in", content_type = "text/html", body = String),
        (status = 303, description = "To `post_logout_redirect_uri`, with `state`"),
        (status = 400, description = "A page: the client, the redirect URI or the hint is wrong", content_type = "text/html", body = String),
    )
)]
#[get("/oauth/logout")]
pub async fn logout(
    request: HttpRequest,
    address: ClientAddress,
    state: web::Data<State>,
) -> HttpResponse {
    let response = ask(&state, &request, &address).await;
    response.unwrap_or_else(|error| pages::failed(&error))
}

/// Sign out, with the form of the page
///
/// A form without its token is the request of a client: it is redirected to the page.
#[utoipa::path(
    tag = "sign-in",
    request_body(content = Object, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "A page: the user is signed out", content_type = "text/html", body = String),
        (status = 303, description = "To `post_logout_redirect_uri`, with `state`, or to the page that asks"),
        (status = 400, description = "A page: the client, the redirect URI or the hint is wrong", content_type = "text/html", body = String),
        (status = 403, description = "A page: the form is not this server's, or it is from another browser", content_type = "text/html", body = String),
        (status = 415, description = "`invalid_request`: the body must be a form", body = OAuthProblem),
    )
)]
#[post("/oauth/logout")]
pub async fn logout_by_form(
    request: HttpRequest,
    form: Pairs,
    address: ClientAddress,
    state: web::Data<State>,
) -> HttpResponse {
    let field = |name: &str| {
        let mut pairs = form.iter();
        let (_, value) = pairs.find(|(found, _)| found == name)?;
        Some(value.as_str())
    };
    let Some(token) = field("csrf") else {
        return as_get("logout", &form);
    };
    let query = field("request").unwrap_or_default();
    if let Err(refused) = is_own_form(&state, &request, token, &token_of(query)) {
        return *refused;
    }
    let response = confirmed(&state, &request, query, &address).await;
    response.unwrap_or_else(|error| pages::failed(&error))
}

/// Returns what the token of a form is made for: not the same as for signing in.
fn token_of(query: &str) -> String {
    format!("logout?{query}")
}

async fn ask(
    state: &State,
    request: &HttpRequest,
    address: &ClientAddress,
) -> Result<HttpResponse, OAuthError> {
    let query = request.query_string();
    let asked = match read(state, query).await? {
        Ok(asked) => asked,
        Err(text) => return Ok(pages::problem(StatusCode::BAD_REQUEST, &text)),
    };
    let Some(session) = of_cookie(state, request).await? else {
        return Ok(signed_out(state, &asked));
    };
    let is_user = |hint: &Hint| hint.sub == session.user.id;
    if asked.hint.as_ref().is_some_and(is_user) {
        end(state, &session, address).await?;
        return Ok(signed_out(state, &asked));
    }
    let key = FormKey::of(&state.address, request).map_err(|error| OAuthError::internal(&error))?;
    let page = SignOutPage {
        username: &session.user.username,
        form: Form {
            request: query.to_owned(),
            token: key.token(&token_of(query)),
        },
    };
    let response = pages::page(StatusCode::OK, &page, asked.return_to.as_deref());
    Ok(pages::with_header(response, key.cookie(&state.address)))
}

async fn confirmed(
    state: &State,
    request: &HttpRequest,
    query: &str,
    address: &ClientAddress,
) -> Result<HttpResponse, OAuthError> {
    let asked = match read(state, query).await? {
        Ok(asked) => asked,
        Err(text) => return Ok(pages::problem(StatusCode::BAD_REQUEST, &text)),
    };
    if let Some(session) = of_cookie(state, request).await? {
        end(state, &session, address).await?;
    }
    Ok(signed_out(state, &asked))
}

async fn end(
    state: &State,
    session: &BrowserSession,
    address: &ClientAddress,
) -> Result<(), OAuthError> {
    let user = &session.user;
    let waiter = Waiter::of(address, Tenant::Organization(user.org.clone()));
    let address = address.text();
    let mut write = state.store.write_for(waiter).await?;
    write.end_browser_session(&session.id).await?;
    let actor = Actor {
        org: &user.org,
        id: &user.id,
    };
    let target = json!({"browser_session": {"id": session.id}});
    let record = actor.did("user.logout", target, &address).counted();
    Ok(write.finish(record, state.now()).await?)
}

fn signed_out(state: &State, asked: &LogoutRequest) -> HttpResponse {
    let response = match &asked.return_to {
        Some(address) => redirect(address),
        None => {
            let page = MessagePage {
                title: "You are signed out",
                text: "You can close this page.",
            };
            pages::page(StatusCode::OK, &page, None)
        }
    };
    pages::with_header(response, Some(state.address.remove(Cookie::Session)))
}

/// Reads a request to sign out. Errors: what is wrong, for a page.
async fn read(state: &State, query: &str) -> Result<Result<LogoutRequest, String>, OAuthError> {
    if let Err(fault) = check_length(query) {
        return Ok(Err(fault));
    }
    let parameters = Parameters::of(query);
    if parameters.repeated().is_some() {
        return Ok(Err("The request has a parameter twice.".to_owned()));
    }
    let hint = match parameters.get("id_token_hint") {
        Some(token) => match state.tokens.hint(&*fresh_keys(state).await?, token) {
            Some(hint) => Some(hint),
            None => {
                return Ok(Err(
                    "The id_token_hint is no ID token of this server.".to_owned()
                ));
            }
        },
        None => None,
    };
    let client = parameters.get("client_id");
    let of_hint = hint.as_ref().map(|hint| hint.aud.as_str());
    if let (Some(client), Some(of_hint)) = (client, of_hint)
        && client != of_hint
    {
        return Ok(Err("The id_token_hint is of another client.".to_owned()));
    }
    let Some(address) = parameters.get("post_logout_redirect_uri") else {
        let return_to = None;
        return Ok(Ok(LogoutRequest { hint, return_to }));
    };
    let client = client.or(of_hint).unwrap_or_default();
    if !state.public_clients.may_redirect(client, address) {
        return Ok(Err(format!(
            "The redirect URI {address} is not registered for the client {client}."
        )));
    }
    let sent = parameters.get("state").map(|state| ("state", state));
    let return_to = with_query(address, &Vec::from_iter(sent));
    Ok(Ok(LogoutRequest {
        hint,
        return_to: Some(return_to),
    }))
}
