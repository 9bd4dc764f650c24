//! Sessions of personas, and the refresh tokens that continue them. They live in memory, are bounded, and know no dialect.
//!
//! A dialect makes the refresh token (opaque or a JWT, as its provider does) and hands its text over: a session finds itself
//! again by the SHA-256 of that text, so that no token is kept. So a refresh is three steps:
//!
//! 1. [`Sessions::of_token`] checks the token that came, and returns the session.
//! 2. The dialect makes the new tokens.
//! 3. [`Sessions::rotate`] replaces the refresh token that was used by the new one, or refuses if another request was first.
//!    A provider that does not rotate its refresh tokens leaves this step out.

mod limits;
mod session;
mod store;

use std::sync::{Mutex, MutexGuard, PoisonError};

pub use limits::SessionLimits;

pub(crate) use session::Session;

use store::{Hash, Store};

/// Why a refresh token cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RefreshError {
    /// No session has this token: it was never issued, or its session has ended or was dropped.
    #[error("unknown refresh token")]
    Unknown,
    /// It was used before, and another one replaced it. The session has now ended, because the token may have been stolen.
    #[error("this refresh token was used before")]
    Reused,
    /// It was issued to another client. The session goes on.
    #[error("this refresh token was issued to another client")]
    OtherClient,
    /// The session has expired, by the provider's clock.
    #[error("this refresh token has expired")]
    Expired,
}

/// The sessions of one provider.
pub(crate) struct Sessions {
    limits: SessionLimits,
    store: Mutex<Store>,
}

impl Sessions {
    pub(crate) fn new(limits: SessionLimits) -> Self {
        Self {
            limits,
            store: Mutex::default(),
        }
    }

    /// Opens a session. `refresh_token` continues it, if there is one; its text must be one that no other session has, so that
    /// a JWT needs a random member.
    pub(crate) fn open(&self, session: Session, refresh_token: Option<&str>) {
        self.lock()
            .insert(session, refresh_token.map(store::hash), &self.limits);
    }

    /// Returns the session with this id, unless it has expired.
    pub(crate) fn get(&self, id: &str, now: i64) -> Option<Session> {
        let session = self.lock().of_id(id)?.clone();
        (now < session.expires_at).then_some(session)
    }

    /// Returns the session that a refresh token continues. `client_id` is the client that sent it: the one that it was issued
    /// to, or `None` if it was issued to none. A token that was used before ends its session.
    pub(crate) fn of_token(
        &self,
        refresh_token: &str,
        client_id: Option<&str>,
        now: i64,
    ) -> Result<Session, RefreshError> {
        let token = store::hash(refresh_token);
        check(&mut self.lock(), &token, client_id, now)
    }

    /// Replaces the refresh token `used` by `next`, after the checks of [`Self::of_token`].
    /// The session expires when it would have expired before.
    pub(crate) fn rotate(
        &self,
        used: &str,
        next: &str,
        client_id: Option<&str>,
        now: i64,
    ) -> Result<Session, RefreshError> {
        let (used, next) = (store::hash(used), store::hash(next));
        let mut store = self.lock();
        let session = check(&mut store, &used, client_id, now)?;
        store.replace(&used, next);
        Ok(session)
    }

    /// Ends a session; whether there was one.
    pub(crate) fn end(&self, id: &str) -> bool {
        self.lock().remove_id(id)
    }

    /// Ends every session of a persona; how many there were.
    pub(crate) fn end_all(&self, persona: &str) -> usize {
        self.lock().remove_persona(persona)
    }

    /// Ends every session.
    pub(crate) fn clear(&self) {
        *self.lock() = Store::default();
    }

    /// How many sessions there are; those that have expired are counted until they are dropped.
    pub(crate) fn count(&self) -> usize {
        self.lock().count()
    }

    fn lock(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn check(
    store: &mut Store,
    token: &Hash,
    client_id: Option<&str>,
    now: i64,
) -> Result<Session, RefreshError> {
    let (session, is_current) = store.of_token(token).ok_or(RefreshError::Unknown)?;
    let session = session.clone();
    if !is_current {
        store.remove_id(&session.id);
        return Err(RefreshError::Reused);
    }
    if session.client_id.as_deref() != client_id {
        return Err(RefreshError::OtherClient);
    }
    if now >= session.expires_at {
        return Err(RefreshError::Expired);
    }
    Ok(session)
}

#[cfg(test)]
mod tests;
