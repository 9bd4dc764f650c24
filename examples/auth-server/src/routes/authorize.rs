//! The authorization endpoint: back to the client at once, or the sign-in page.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use uuid::Uuid;

use crate::authorization::{
    AuthorizationError, AuthorizationRequest, RequestError, check_length, redirect, with_query,
};
use crate::browser::{Cookie, FormKey};
use crate::fair_queue::{Tenant, Waiter};
use crate::oauth_error::{OAuthError, OAuthProblem};
use crate::pages::{self, Form, SignInPage};
use crate::state::State;
use crate::store::Write;
use crate::store::browsers::BrowserSession;
use crate::store::codes::Code;
use crate::store::orgs::seconds;
use crate::tokens::{hash_of, secret};
use service_kit::ClientAddress;

/// A form as pairs of names and values.
pub type Pairs = web::Form<Vec<(String, String)>>;

/// Sign in with a browser
///
/// For public clients, with PKCE (RFC 7636, `S256` alone). A browser that is signed in is sent back to the client with a
/// code at once; another one gets the sign-in page. An unknown client or redirect URI is a page, never a redirect; other
/// errors go to the redirect URI. Each response to it has `iss` (RFC 9207).
#[utoipa::path(
    tag = "sign-in",
    params(
        ("client_id" = String, Query, description = "A public client"),
        ("redirect_uri" = String, Query, description = "One of its redirect URIs, exactly; the port is free on this machine"),
        ("response_type" = String, Query, description = "`code`"),
        ("code_challenge" = String, Query, description = "SHA-256 of the verifier, in base64url"),
        ("code_challenge_method" = String, Query, description = "`S256`"),
        ("state" = Option<String>, Query, description = "Returned as it is"),
        ("scope" = Option<String>, Query, description = "`openid`, `profile`, `email` and slugs, separated by spaces; empty for all slugs"),
        ("nonce" = Option<String>, Query, description = "Returned in the ID token"),
        ("prompt" = Option<String>, Query, description = "`none` for no page, `login` for the sign-in page in any case"),
        ("max_age" = Option<String>, Query, description = "How many seconds ago the user may have signed in"),
        ("login_hint" = Option<String>, Query, description = "The username or the e-mail of the user"),
        ("id_token_hint" = Option<String>, Query, description = "An ID token of the user"),
    ),
    responses(
        (status = 200, description = "The sign-in page", content_type = "text/html", body = String),
        (status = 303, description = "To the redirect URI, with `code` or `error`, `state` and `iss`"),
        (status = 400, description = "A page: the client or the redirect URI is wrong", content_type = "text/html", body = String),
    )
)]
#[get("/oauth/authorize")]
pub async fn authorize(
    request: HttpRequest,
    address: ClientAddress,
    state: web::Data<State>,
) -> HttpResponse {
    let response = respond(&state, &request, &address).await;
    response.unwrap_or_else(|error| pages::failed(&error))
}

/// Sign in with a browser, with the parameters in a form
///
/// Redirects to the same request with `GET`.
#[utoipa::path(
    tag = "sign-in",
    request_body(content = Object, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 303, description = "To the same address, with the parameters in the query"),
        (status = 400, description = "A page: the request is too long", content_type = "text/html", body = String),
        (status = 415, description = "`invalid_request`: the body must be a form", body = OAuthProblem),
    )
)]
#[post("/oauth/authorize")]
pub async fn authorize_by_form(form: Pairs) -> HttpResponse {
    as_get("authorize", &form)
}

/// Returns the redirect to `path`, relative to the one of the request, with the form as its query.
pub(super) fn as_get(path: &str, form: &[(String, String)]) -> HttpResponse {
    let pairs = form.iter().map(|(name, value)| (&**name, &**value));
    let address = with_query(path, &pairs.collect::<Vec<_>>());
    match check_length(&address) {
        Ok(()) => redirect(&address),
        Err(text) => pages::problem(StatusCode::BAD_REQUEST, &text),
    }
}

async fn respond(
    state: &State,
    request: &HttpRequest,
    address: &ClientAddress,
) -> Result<HttpResponse, OAuthError> {
    let query = request.query_string();
    let asked = match read(state, query) {
        Ok(asked) => asked,
        Err(refused) => return Ok(*refused),
    };
    let session = of_cookie(state, request).await?;
    let session = match session.filter(|session| asked.is_met_by(session, seconds(state.now()))) {
        Some(session) if is_hinted(state, &asked, &session).await? => Some(session),
        _ => None,
    };
    if let Some(session) = session.filter(|_| !asked.prompt.is_login) {
        let tenant = Tenant::Organization(session.user.org.clone());
        let mut write = state.store.write_for(Waiter::of(address, tenant)).await?;
        if write
            .confirm_browser_session(&session.id, state.now())
            .await?
        {
            let response = with_code(state, &mut write, &asked, &session).await?;
            write.commit().await?;
            return Ok(response);
        }
    }
    if asked.prompt.is_none {
        let error = AuthorizationError::new("login_required", "The user has to sign in");
        return Ok(asked.return_to.with_error(&error));
    }
    sign_in_page(state, request, query, &asked, None)
}

/// Reads an authorization request. Errors: the response that refuses it.
pub(super) fn read(state: &State, query: &str) -> Result<AuthorizationRequest, Box<HttpResponse>> {
    let issuer = &state.tokens.issuer;
    let asked = AuthorizationRequest::read(query, &state.public_clients, issuer);
    asked.map_err(|refused| {
        Box::new(match refused {
            RequestError::Page(text) => pages::problem(StatusCode::BAD_REQUEST, &text),
            RequestError::Client(return_to, error) => return_to.with_error(&error),
        })
    })
}

/// Returns the browser session of the request's cookie.
pub(super) async fn of_cookie(
    state: &State,
    request: &HttpRequest,
) -> Result<Option<BrowserSession>, OAuthError> {
    match state.address.read(Cookie::Session, request) {
        Some(secret) => {
            let hash = hash_of(&secret);
            Ok(state.store.browser_session(&hash, state.now()).await?)
        }
        None => Ok(None),
    }
}

/// Returns whether the session is of the user whom `id_token_hint` names, if it is there.
async fn is_hinted(
    state: &State,
    asked: &AuthorizationRequest,
    session: &BrowserSession,
) -> Result<bool, OAuthError> {
    let Some(token) = &asked.id_token_hint else {
        return Ok(true);
    };
    let keys = super::issue::fresh_keys(state).await?;
    let hint = state.tokens.hint(&keys, token);
    Ok(hint.is_some_and(|hint| hint.sub == session.user.id))
}

/// Returns the sign-in page for a request, with a cookie that its form is bound to.
pub(super) fn sign_in_page(
    state: &State,
    request: &HttpRequest,
    query: &str,
    asked: &AuthorizationRequest,
    refused: Option<(&str, &OAuthError)>,
) -> Result<HttpResponse, OAuthError> {
    let key = FormKey::of(&state.address, request).map_err(|error| OAuthError::internal(&error))?;
    let (status, username) = match refused {
        Some((username, error)) => (error.status(), username),
        None => (
            StatusCode::OK,
            asked.login_hint.as_deref().unwrap_or_default(),
        ),
    };
    let page = SignInPage {
        client: &asked.client,
        username,
        fault: refused.map(|(_, error)| error.description()),
        form: Form {
            request: query.to_owned(),
            token: key.token(query),
        },
    };
    let mut response = pages::page(status, &page, Some(&asked.return_to.redirect_uri));
    if let Some((_, error)) = refused {
        response = pages::of_error(response, error);
    }
    Ok(pages::with_header(response, key.cookie(&state.address)))
}

/// Issues a code to the client, or tells it that the user has nothing of what the scope asks for.
pub(super) async fn with_code(
    state: &State,
    write: &mut Write,
    asked: &AuthorizationRequest,
    session: &BrowserSession,
) -> Result<HttpResponse, OAuthError> {
    let user = &session.user;
    let rights = write.rights_of_user(&user.org, &user.id).await?;
    let granted = state.tokens.granted_to_person(&asked.scope, &rights.slugs);
    let Some(granted) = granted else {
        let description = "The user has nothing of what the scope asks for";
        let error = AuthorizationError::new("invalid_scope", description);
        return Ok(asked.return_to.with_error(&error));
    };
    let code = Code {
        id: Uuid::now_v7().to_string(),
        org: user.org.clone(),
        user: user.id.clone(),
        browser: session.id.clone(),
        client: asked.client.clone(),
        redirect_uri: asked.return_to.redirect_uri.clone(),
        code_challenge: asked.challenge.text().to_owned(),
        scope: match asked.scope.is_empty() {
            true => String::new(),
            false => granted.join(" "),
        },
        nonce: asked.nonce.clone(),
        auth_time: session.auth_time,
    };
    let secret = secret().map_err(|error| OAuthError::internal(&error))?;
    write
        .create_code(&code, &hash_of(&secret), state.now())
        .await?;
    Ok(asked.return_to.with_code(&secret))
}
