//! What handlers work with.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use identity_actix::ApiError;
use identity_core::Authenticated;
use identity_core::clock::{Clock, UnixTime};

use crate::address::ClientAddress;
use crate::passwords::{PasswordError, Passwords};
use crate::signing::SigningKeys;
use crate::store::audit::Record;
use crate::store::taken::taken;
use crate::store::{Store, Write};
use crate::throttle::Throttle;
use crate::tokens::TokenConfig;

/// Everything that the routes share.
#[derive(Debug)]
pub struct State {
    /// The database.
    pub store: Store,
    /// What tokens are signed with.
    pub keys: Arc<SigningKeys>,
    /// What tokens say.
    pub tokens: TokenConfig,
    /// Hashes passwords.
    pub passwords: Passwords,
    /// Slows down guessing.
    pub throttles: Throttles,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

/// What is slowed down.
#[derive(Debug)]
pub struct Throttles {
    /// Sign-ins under one name.
    pub account: Throttle,
    /// Sign-ins from one address.
    pub address: Throttle,
    /// New organizations from one address.
    pub signup: Throttle,
}

impl State {
    /// The present moment.
    pub fn now(&self) -> UnixTime {
        self.clock.now()
    }
}

/// Who changes something, by their token.
#[derive(Debug, Clone, Copy)]
pub struct Actor<'a> {
    /// The organization.
    pub org: &'a str,
    /// The user or client.
    pub id: &'a str,
}

impl<'a> Actor<'a> {
    /// Who the token says.
    pub fn of(caller: &'a Authenticated) -> Self {
        let principal = caller.principal();
        Self {
            // The provider refuses tokens without.
            org: principal.current_tenant.as_deref().unwrap_or_default(),
            id: &principal.subject,
        }
    }

    /// What they did.
    pub fn did(self, action: &'static str, target: &'a str, address: &'a str) -> Record<'a> {
        Record {
            org: self.org,
            actor: self.id,
            action,
            target,
            address,
        }
    }
}

/// A change of what an organization has: the only one there at its time, and on record when it is finished. What is not
/// finished is undone.
pub struct Change<'a> {
    /// What it is made with.
    pub write: Write,
    /// When.
    pub now: UnixTime,
    actor: Actor<'a>,
    address: String,
}

impl State {
    /// Begins a change in the organization of `actor`, as soon as no other request is changing it.
    pub async fn change<'a>(
        &self,
        actor: Actor<'a>,
        address: &ClientAddress,
    ) -> Result<Change<'a>, sqlx::Error> {
        let now = self.now();
        let mut write = self.store.write().await?;
        write.lock_org(actor.org, now).await?;
        Ok(Change {
            write,
            now,
            actor,
            address: address.text(),
        })
    }
}

impl Change<'_> {
    /// Puts it on record and makes it last.
    pub async fn finish(mut self, action: &'static str, target: &str) -> Result<(), sqlx::Error> {
        let record = self.actor.did(action, target, &self.address);
        self.write.record(record, self.now).await?;
        self.write.commit().await
    }
}

/// An [`ApiError`], also from what the store and the passwords say, so that handlers can use `?`.
#[derive(Debug)]
pub struct Refused(ApiError);

impl From<ApiError> for Refused {
    fn from(error: ApiError) -> Self {
        Self(error)
    }
}

impl From<sqlx::Error> for Refused {
    /// 409 that names what is taken, else 500.
    fn from(error: sqlx::Error) -> Self {
        Self(match taken(&error) {
            Some(taken) => ApiError::conflict(taken.message),
            None => ApiError::internal(&error),
        })
    }
}

impl From<PasswordError> for Refused {
    /// 429 while too many are waiting, else 500.
    fn from(error: PasswordError) -> Self {
        Self(match error {
            PasswordError::Busy => ApiError::too_many_requests(Duration::from_secs(1)),
            error => ApiError::internal(&error),
        })
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl ResponseError for Refused {
    fn status_code(&self) -> StatusCode {
        self.0.status_code()
    }

    fn error_response(&self) -> HttpResponse {
        self.0.error_response()
    }
}
