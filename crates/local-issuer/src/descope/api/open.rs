//! Sessions of users: opening one, finding it by its refresh token, and its tokens.

use actix_web::HttpResponse;
use actix_web::http::header::CACHE_CONTROL;
use serde_json::{Map, Value, json};

use super::bearer;
use crate::claims::TokenKind;
use crate::descope::claims::REFRESH_LIFETIME;
use crate::descope::directory::{Status, User, Who};
use crate::descope::project::Project;
use crate::descope::refusals;
use crate::personas::{Obtained, Persona};
use crate::provider::{Call, Provider};
use crate::random;
use crate::refusal::Refusal;
use crate::sessions::{RefreshError, Session};

/// How a user signed in, and what its tokens are to have besides its rights.
#[derive(Default)]
pub(super) struct SignIn {
    /// How it proved who it is, as `amr` has it.
    pub(super) amr: &'static str,
    /// Claims that management chose; they are at the root.
    pub(super) claims: Map<String, Value>,
    /// Claims of the client's own making, which are worth nothing and say so (`nsec`).
    pub(super) client_claims: Map<String, Value>,
}

/// Signs a user in, and responds with its tokens.
pub(super) fn open(
    call: &Call<'_>,
    project: &Project,
    who: &Who,
    sign_in: SignIn,
) -> Result<HttpResponse, Refusal> {
    let provider = call.provider;
    let now = provider.clock.now();
    let (name, first) = {
        let mut directory = project.directory.state();
        directory.user(who)?.check_status()?;
        let first = !directory.user(who)?.was_seen;
        let modified_at = directory.user(who)?.modified_at;
        let user = directory.change_user(who, modified_at, |user| {
            user.was_seen = true;
            user.status = Status::Enabled;
            Ok(())
        })?;
        (user.persona.name.clone(), first)
    };
    let mut session = Session::of(&name, now, REFRESH_LIFETIME).map_err(refusals::cannot_sign)?;
    let details =
        json!({ "amr": sign_in.amr, "claims": sign_in.claims, "nsec": sign_in.client_claims });
    session.details = details.as_object().cloned().unwrap_or_default();
    tracing::info!(persona = %name, "opened a Descope session of {name}");
    start(call, project, session, first)
}

/// Keeps a session, and responds with its first tokens.
pub(super) fn start(
    call: &Call<'_>,
    project: &Project,
    session: Session,
    first: bool,
) -> Result<HttpResponse, Refusal> {
    let token = refresh_token(call.provider, project, &session)?;
    call.provider.sessions.open(session.clone(), Some(&token));
    tokens(call, project, &session, &token, first)
}

/// The session of the refresh token that came with the request, and the token.
pub(super) fn found<'a>(
    call: &'a Call<'_>,
    project: &Project,
) -> Result<(Session, &'a str), Refusal> {
    let token = bearer::token(call, project)?;
    let provider = call.provider;
    let found = provider
        .sessions
        .of_token(token, None, provider.clock.now());
    let session = found.map_err(|error| refused(provider, token, error))?;
    Ok((session, token))
}

/// Replaces the refresh token by a new one, which is returned.
pub(super) fn rotate(
    call: &Call<'_>,
    project: &Project,
    session: &Session,
    token: &str,
) -> Result<String, Refusal> {
    let provider = call.provider;
    let next = refresh_token(provider, project, session)?;
    let now = provider.clock.now();
    let rotated = provider.sessions.rotate(token, &next, None, now);
    rotated.map_err(|error| refused(provider, token, error))?;
    Ok(next)
}

/// Responds with a new session token, and the refresh token that continues the session.
pub(super) fn tokens(
    call: &Call<'_>,
    project: &Project,
    session: &Session,
    refresh_token: &str,
    first: bool,
) -> Result<HttpResponse, Refusal> {
    let provider = call.provider;
    let (persona, record) = user(project, session, |directory, user| {
        (directory.persona_of_user(user), directory.user_record(user))
    })?;
    let claims = claims(provider, project, &persona, session, TokenKind::Session);
    let expiry = claims.get("exp").cloned();
    let token = provider.sign(claims, TokenKind::Session);
    let left = session.expires_at.saturating_sub(provider.clock.now());
    Ok(HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .json(json!({
            "sessionJwt": token.map_err(refusals::cannot_sign)?,
            "refreshJwt": refresh_token,
            "cookieDomain": "",
            "cookiePath": "/",
            "cookieMaxAge": left,
            "cookieExpiration": session.expires_at,
            "user": record,
            "firstSeen": first,
            "sessionExpiration": expiry,
        })))
}

/// What `look` sees in the user of a session, who may still sign in.
pub(super) fn user<T>(
    project: &Project,
    session: &Session,
    look: impl FnOnce(&crate::descope::directory::State, &User) -> T,
) -> Result<T, Refusal> {
    let directory = project.directory.state();
    let user = directory.user_of_session(&session.persona);
    let user = user.ok_or_else(refusals::logged_out)?;
    user.check_status()?;
    Ok(look(&directory, user))
}

fn refresh_token(
    provider: &Provider,
    project: &Project,
    session: &Session,
) -> Result<String, Refusal> {
    let persona = user(project, session, |directory, user| {
        directory.persona_of_user(user)
    })?;
    let mut claims = claims(
        provider,
        project,
        &persona,
        session,
        TokenKind::SessionRefresh,
    );
    // Without it, two sessions of the same second would have the same token.
    let id = random::alphanumeric(27).map_err(refusals::cannot_sign)?;
    claims.insert("jti".to_owned(), id.into());
    claims.insert("exp".to_owned(), session.expires_at.into());
    claims.sort_keys();
    let token = provider.sign(claims, TokenKind::SessionRefresh);
    token.map_err(refusals::cannot_sign)
}

fn claims(
    provider: &Provider,
    project: &Project,
    persona: &Persona,
    session: &Session,
    kind: TokenKind,
) -> Map<String, Value> {
    // It is the person's session, also where its token otherwise comes from its access key.
    let mut persona = persona.clone();
    persona.descope.obtained = Obtained::ClientCredentials;
    let request = provider.request(&persona, &[]);
    let mut claims = project.token_claims(&request, kind);
    let members = |name: &str| session.details.get(name).and_then(Value::as_object);
    if let Some(chosen) = members("claims") {
        claims.extend(chosen.clone());
    }
    if let Some(nsec) = members("nsec").filter(|nsec| !nsec.is_empty()) {
        claims.insert("nsec".to_owned(), Value::Object(nsec.clone()));
    }
    if let Some(amr) = session.details.get("amr") {
        claims.insert("amr".to_owned(), json!([amr]));
    }
    if let Some(tenant) = &session.tenant {
        claims.insert("dct".to_owned(), tenant.as_str().into());
    }
    if claims.contains_key("rexp") {
        let left = session.expires_at.saturating_sub(request.issued_at);
        claims.insert("rexp".to_owned(), request.date_after(left).into());
    }
    claims.sort_keys();
    claims
}

fn refused(provider: &Provider, token: &str, error: RefreshError) -> Refusal {
    let is_ours = provider.verified(token).is_some_and(|claims| {
        claims.get("drn").and_then(Value::as_str) == Some("DSR") && !provider.is_expired(&claims)
    });
    match error {
        RefreshError::Expired => refusals::invalid_token("The refresh token has expired"),
        RefreshError::Unknown | RefreshError::Reused if is_ours => refusals::logged_out(),
        _ => refusals::invalid_token("Failed to validate the refresh token"),
    }
}
