//! One session.

use std::fmt;

use serde_json::{Map, Value};

use crate::keys::KeyError;
use crate::random;

/// What a persona signed in to, and all that its later tokens are made from.
#[derive(Clone)]
pub(crate) struct Session {
    /// Random; may be shown, as `sid` in a token.
    pub(crate) id: String,
    /// The persona's name.
    pub(crate) persona: String,
    /// The client that the session is for, if it is for one.
    pub(crate) client_id: Option<String>,
    /// The scopes that were granted.
    pub(crate) scopes: Vec<String>,
    /// The tenant (Descope) or the organization (Auth0) that was chosen.
    pub(crate) tenant: Option<String>,
    /// When the persona signed in, in seconds since 1970 by the provider's clock.
    pub(crate) auth_time: i64,
    /// When the session and its refresh tokens expire, in seconds since 1970 by the provider's clock.
    pub(crate) expires_at: i64,
    /// What else the dialect wants back at a refresh: an audience, claims that the client asked for.
    pub(crate) details: Map<String, Value>,
}

impl Session {
    /// A session of `persona` that starts now and is for no client, scope or tenant; the fields say otherwise.
    pub(crate) fn of(persona: &str, now: i64, lifetime_seconds: i64) -> Result<Self, KeyError> {
        Ok(Self {
            id: random::alphanumeric(27)?,
            persona: persona.to_owned(),
            client_id: None,
            scopes: Vec::new(),
            tenant: None,
            auth_time: now,
            expires_at: now.saturating_add(lifetime_seconds),
            details: Map::new(),
        })
    }

    /// Roughly the memory that it takes, in bytes.
    pub(super) fn weight(&self) -> usize {
        const FIXED: usize = 512;
        let texts = [&self.id, &self.persona].into_iter();
        let texts = texts
            .chain(&self.client_id)
            .chain(&self.tenant)
            .chain(&self.scopes);
        let details = if self.details.is_empty() {
            0
        } else {
            // Parsed JSON takes a multiple of its text.
            4 * Value::Object(self.details.clone()).to_string().len()
        };
        FIXED + details + texts.map(|text| text.len() + 32).sum::<usize>()
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The details may hold personal data.
        formatter
            .debug_struct("Session")
            .field("id", &self.id)
            .field("persona", &self.persona)
            .finish_non_exhaustive()
    }
}
