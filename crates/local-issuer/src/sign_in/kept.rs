//! What is kept of a person: forms that are open, and the sessions of browsers.

use super::request::AuthorizationRequest;
use crate::secret::Secret;

/// Sessions of clients that signing out ends; older ones are left to expire.
const MOST_SESSIONS: usize = 100;
/// Clients that the person agreed to.
const MOST_AGREEMENTS: usize = 100;

/// A form that was shown, and what it is about.
#[derive(Clone, Debug)]
pub(super) enum Form {
    /// Who signs in.
    Choose(Box<AuthorizationRequest>),
    /// Which tenant or organization the tokens are for; with the value of the session cookie.
    Tenant(Box<AuthorizationRequest>, String),
    /// Whether the client may have what it asked for; with the value of the session cookie.
    Consent(Box<AuthorizationRequest>, String),
    /// Which device is to be let in.
    Device,
    /// Whether to sign out; with the address to go to afterwards.
    LogOut(Option<String>),
}

/// A form as it is remembered.
#[derive(Clone)]
pub(super) struct Kept {
    pub(super) csrf: Secret,
    pub(super) browser: Secret,
    pub(super) form: Form,
}

/// The session of a browser.
#[derive(Clone, Debug)]
pub(super) struct BrowserSession {
    /// `sid` in ID tokens. It is not the value of the cookie.
    pub(super) sid: String,
    /// The persona's name.
    pub(super) persona: String,
    pub(super) auth_time: i64,
    /// The sessions of clients that came of it, by their ids.
    pub(super) sessions: Vec<String>,
    /// Client and scopes that the person agreed to.
    pub(super) agreements: Vec<String>,
}

impl BrowserSession {
    pub(super) fn new(sid: String, persona: &str, auth_time: i64) -> Self {
        Self {
            sid,
            persona: persona.to_owned(),
            auth_time,
            sessions: Vec::new(),
            agreements: Vec::new(),
        }
    }

    pub(super) fn remember_agreement(&mut self, agreement: String) {
        remember(&mut self.agreements, agreement, MOST_AGREEMENTS);
    }

    pub(super) fn remember_session(&mut self, id: &str) {
        remember(&mut self.sessions, id.to_owned(), MOST_SESSIONS);
    }
}

fn remember(list: &mut Vec<String>, one: String, most: usize) {
    if list.contains(&one) {
        return;
    }
    if list.len() >= most {
        list.remove(0);
    }
    list.push(one);
}
