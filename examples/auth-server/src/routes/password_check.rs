//! The check of a username and a password, the same for every way to sign in.

use serde_json::json;

use crate::fair_queue::{Tenant, Waiter};
use crate::input::is_username;
use crate::oauth_error::OAuthError;
use crate::password_text;
use crate::passwords::PasswordError;
use crate::state::{Actor, State};
use crate::store::users::Login;
use crate::throttle::{Admission, Refusal, SignIn};
use service_kit::ClientAddress;

/// Returns the user with this name and password. Every sign-in is checked here: with the throttle, the fair queue, the order
/// of failures, and the audit log.
pub(super) async fn checked(
    state: &State,
    name: &str,
    password: &str,
    address: &ClientAddress,
) -> Result<Login, OAuthError> {
    let name = name.trim();
    let attempt = admitted(state, name, address).await?;
    // If it cannot be verified, the attempt is dropped and not counted.
    let verified = verified(state, name, password, address);
    let verified = state.sign_ins.run(address.network(), verified, is_wrong);
    let login = match verified.await? {
        Ok(login) => login,
        Err(known) => {
            attempt.count().await?;
            let (org, id) = known
                .as_ref()
                .map_or(("", ""), |login| (&*login.user.org, &*login.user.id));
            // Known or not, it waits as one that is not: otherwise the time would tell.
            let waiter = Waiter::of(address, Tenant::Unknown);
            let (actor, address) = (Actor { org, id }, address.text());
            let record = actor.did("user.login_failed", json!({}), &address);
            let write = state.store.write_for(waiter).await?;
            write.finish(record.counted(), state.now()).await?;
            return Err(wrong());
        }
    };
    attempt.succeed().await;
    Ok(login)
}

/// Returns the error for a username or a password that is wrong.
pub(super) fn wrong() -> OAuthError {
    OAuthError::invalid_grant("The username or the password is wrong")
}

/// Admits an attempt to sign in, or to show that one knows the password.
pub(super) async fn admitted<'s>(
    state: &'s State,
    name: &str,
    address: &ClientAddress,
) -> Result<Admission<'s>, Refusal> {
    let is_familiar = is_username(name) && {
        let waiter = Waiter::of(address, Tenant::Network(address.network()));
        let _turn = state.store.begin_sign_in(waiter).await?;
        state.store.is_familiar(name, &address.network()).await?
    };
    let from = SignIn {
        name,
        address,
        is_familiar,
    };
    state.throttles.sign_in(&from).await
}

type Verified = Result<Result<Login, Option<Login>>, OAuthError>;

fn is_wrong(verified: &Verified) -> bool {
    matches!(verified, Ok(Err(_)))
}

/// Returns the user with this name and password, else the user with the name, if any. An unknown name takes as long.
async fn verified(state: &State, name: &str, password: &str, address: &ClientAddress) -> Verified {
    let login = match is_username(name) {
        true => state.store.login(name).await?,
        false => None,
    };
    // No user has a longer password.
    let is_possible = password_text::is_possible(password);
    let password = if is_possible { password } else { "" };
    let stored = login.as_ref().map(|login| login.password_hash.clone());
    let waiter = Waiter::of(
        address,
        match &login {
            Some(login) => Tenant::Organization(login.user.org.clone()),
            None => Tenant::Unknown,
        },
    );
    let verified = state.passwords.verify(password.to_owned(), stored, waiter);
    let matches = verified.await.map_err(|error| match error {
        PasswordError::Busy => OAuthError::busy(),
        error => OAuthError::internal(&error),
    })?;
    Ok(match login {
        Some(login) if matches && is_possible => Ok(login),
        other => Err(other),
    })
}
