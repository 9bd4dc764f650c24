//! The shared state of the handlers.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use identity_actix::ApiError;
use identity_core::clock::{Clock, UnixTime};
use identity_core::{Authenticated, Authenticator};
use serde_json::Value;
use service_kit::store::api_error;

use crate::browser::PublicAddress;
use crate::cross_site::CrossSite;
use crate::in_order::InOrder;
use crate::passwords::{PasswordError, Passwords};
use crate::public_clients::PublicClients;
use crate::signing::SigningKeys;
use crate::store::Store;
use crate::store::audit::Record;
use crate::store::sessions::Session;
use crate::store::taken::taken;
use crate::throttle::{Refusal, Throttles};
use crate::tokens::TokenConfig;

/// The state shared by all routes.
pub struct State {
    /// The database.
    pub store: Store,
    /// The signing keys.
    pub keys: Arc<SigningKeys>,
    /// Verifies the server's own access tokens.
    pub authenticator: Arc<Authenticator>,
    /// Configuration of tokens.
    pub tokens: TokenConfig,
    /// The applications that people sign in to.
    pub public_clients: PublicClients,
    /// Whether applications may send passwords.
    pub password_grant: bool,
    /// How browsers reach the server.
    pub address: PublicAddress,
    /// The password hasher.
    pub passwords: Passwords,
    /// The order of failed sign-ins.
    pub sign_ins: InOrder,
    /// The throttles against password guessing and mass sign-up.
    pub throttles: Throttles,
    /// The clock.
    pub clock: Arc<dyn Clock>,
}

impl State {
    /// Returns the current time.
    pub fn now(&self) -> UnixTime {
        self.clock.now()
    }
}

/// The caller who makes a change, from their token.
#[derive(Debug, Clone, Copy)]
pub struct Actor<'a> {
    /// The organization of the caller.
    pub org: &'a str,
    /// The id of the user or client.
    pub id: &'a str,
}

impl<'a> Actor<'a> {
    /// Returns the actor of a token.
    pub fn of(caller: &'a Authenticated) -> Self {
        let principal = caller.principal();
        Self {
            // The provider refuses tokens without `org_id`.
            org: principal.current_tenant.as_deref().unwrap_or_default(),
            id: &principal.subject,
        }
    }

    /// Returns the user of a session.
    pub fn of_session(session: &'a Session) -> Self {
        Self {
            org: &session.org,
            id: &session.user,
        }
    }

    /// Returns an audit record of an action by this actor.
    pub fn did(
        self,
        action: impl Into<Cow<'static, str>>,
        target: Value,
        address: &'a str,
    ) -> Record<'a> {
        Record {
            org: self.org,
            actor: self.id,
            action: action.into(),
            target,
            address,
            is_counted: false,
        }
    }
}

/// An [`ApiError`] that is also made from errors of the store and of password hashing, so that handlers can use `?`.
#[derive(Debug)]
pub struct Refused(ApiError);

impl From<ApiError> for Refused {
    fn from(error: ApiError) -> Self {
        Self(error)
    }
}

impl From<sqlx::Error> for Refused {
    /// Returns 409 with the taken field for a unique violation, 503 if the database is out of reach, else 500.
    fn from(error: sqlx::Error) -> Self {
        Self(match taken(&error) {
            Some(taken) => ApiError::conflict(taken.message),
            None => api_error(&error),
        })
    }
}

impl From<PasswordError> for Refused {
    /// Returns 429 if too many passwords are waiting, else 500.
    fn from(error: PasswordError) -> Self {
        Self(match error {
            PasswordError::Busy => ApiError::too_many_requests(Duration::from_secs(1)),
            error => ApiError::internal(&error),
        })
    }
}

impl From<Refusal> for Refused {
    /// Returns 429, or the response for an error of the store.
    fn from(refusal: Refusal) -> Self {
        let wait = match refusal {
            Refusal::Full(wait) => wait,
            Refusal::Busy => Duration::from_secs(1),
            Refusal::Store(error) => return error.into(),
        };
        Self(ApiError::too_many_requests(wait))
    }
}

impl From<CrossSite> for Refused {
    /// Returns 403.
    fn from(_: CrossSite) -> Self {
        Self(ApiError::access_denied(CrossSite::DESCRIPTION))
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
