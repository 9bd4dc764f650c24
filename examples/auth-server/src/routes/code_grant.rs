//! The grant type `authorization_code` (RFC 6749, section 4.1.3).

use serde_json::json;
use tracing::warn;

use super::issue::{Tokens, fresh_keys, tokens_of};
use crate::authorization::Challenge;
use crate::fair_queue::{Tenant, Waiter};
use crate::id_token::IdToken;
use crate::oauth_error::OAuthError;
use crate::refresh_token::RefreshToken;
use crate::state::{Actor, State};
use crate::store::codes::{Code, RedeemedCode};
use crate::store::orgs::seconds;
use crate::store::sessions::Session;
use crate::tokens::hash_of;
use service_kit::ClientAddress;

/// What a client sends to redeem a code. It has no `Debug`.
pub struct CodeRequest<'r> {
    /// The client that names itself.
    pub client: &'r str,
    /// The code.
    pub code: &'r str,
    /// The redirect URI of the authorization request.
    pub redirect_uri: &'r str,
    /// The code verifier.
    pub verifier: &'r str,
}

/// Returns the tokens of a new session for a code. A code that is sent once is used, whether the rest was right or not; one
/// that is sent again ends the session that it opened (RFC 6749, section 4.1.2).
pub(super) async fn redeemed(
    state: &State,
    sent: &CodeRequest<'_>,
    address: &ClientAddress,
) -> Result<Tokens, OAuthError> {
    let refused = || OAuthError::invalid_grant("The code is not good");
    let hash = hash_of(sent.code);
    let (keys, now) = (fresh_keys(state).await?, state.now());
    // An unknown code does not wait for a turn, and so keeps out no one.
    let org = state.store.org_of_code(&hash).await?.ok_or_else(refused)?;
    let waiter = Waiter::of(address, Tenant::Organization(org));
    let mut write = state.store.write_for(waiter).await?;
    let code = match write.redeem_code(&hash, now).await? {
        RedeemedCode::Good(code) => code,
        RedeemedCode::Refused => return Err(refused()),
        RedeemedCode::Reused { org, user, session } => {
            warn!("an authorization code was used twice: the session that it opened is ended");
            write.end_session(&org, &session).await?;
            let (actor, address) = (
                Actor {
                    org: &org,
                    id: &user,
                },
                address.text(),
            );
            let target = json!({"session": {"id": session}});
            let record = actor.did("user.code_reused", target, &address);
            write.finish(record.counted(), now).await?;
            return Err(refused());
        }
    };
    let actor = Actor {
        org: &code.org,
        id: &code.user,
    };
    let address = address.text();
    if let Err(fault) = check(&code, sent) {
        let target = json!({"client": sent.client, "reason": fault.description()});
        let record = actor.did("user.code_refused", target, &address).counted();
        write.finish(record, now).await?;
        return Err(fault);
    }
    let rights = write.rights_of_user(&code.org, &code.user).await?;
    let session = session(state, &code);
    let first = RefreshToken::first().map_err(|error| OAuthError::internal(&error))?;
    let tokens = tokens_of(state, &keys, &session, &rights, first.text())?;
    let most = state.tokens.max_sessions;
    write.create_session(&session, &first, most, now).await?;
    let target = json!({"session": {"id": session.id}, "browser_session": {"id": code.browser}, "client": code.client});
    let record = actor.did("user.code_redeemed", target, &address).counted();
    write.finish(record, now).await?;
    if !code.scope.split(' ').any(|name| name == "openid") {
        return Ok(tokens);
    }
    let id_token = IdToken {
        subject: &code.user,
        client: &code.client,
        session: &session.id,
        auth_time: code.auth_time,
        nonce: code.nonce.as_deref(),
        access_token: tokens.access_token(),
    };
    let id_token = state.tokens.id_token(keys.current(), &id_token, now);
    let id_token = id_token.map_err(|error| OAuthError::internal(&error))?;
    Ok(tokens.with_id_token(id_token))
}

fn check(code: &Code, sent: &CodeRequest<'_>) -> Result<(), OAuthError> {
    let refused = |description| Err(OAuthError::invalid_grant(description));
    if code.client != sent.client {
        return refused("The code was issued to another client");
    }
    if code.redirect_uri != sent.redirect_uri {
        return refused("The redirect_uri is not that of the authorization request");
    }
    if !Challenge::stored(code.code_challenge.clone()).is_met_by(sent.verifier) {
        return refused("The code_verifier does not match the code_challenge");
    }
    Ok(())
}

fn session(state: &State, code: &Code) -> Session {
    let lifetime = state.tokens.session_lifetime.as_secs();
    Session {
        id: code.id.clone(),
        org: code.org.clone(),
        user: code.user.clone(),
        scope: code.scope.clone(),
        expires_at: seconds(state.now()).saturating_add_unsigned(lifetime),
        client: code.client.clone(),
        browser: Some(code.browser.clone()),
    }
}
