//! The session of a browser at the issuer: who signed in with it, and when.

use super::kept::BrowserSession;
use crate::cookies::Cookie;
use crate::keys::KeyError;
use crate::personas::{Persona, PersonaKind};
use crate::provider::{Call, Provider};
use crate::random;

/// A day, in seconds.
const LIFETIME: i64 = 24 * 60 * 60;

/// A browser that has a session.
pub(super) struct Browser {
    /// The value of its cookie.
    pub(super) id: String,
    pub(super) session: BrowserSession,
    /// Whether the browser does not have the cookie yet.
    pub(super) is_new: bool,
}

impl Browser {
    /// The session that the browser's cookie names.
    pub(super) fn of_cookie(call: &Call<'_>) -> Option<Self> {
        let id = Cookie::Session.read(call)?;
        let provider = call.provider;
        let session = provider.sign_ins.browsers.get(&id, provider.clock.now())?;
        Some(Self {
            id,
            session,
            is_new: false,
        })
    }

    /// Signs a persona in, with a new id and in place of whoever was signed in before.
    pub(super) fn sign_in(call: &Call<'_>, persona: &Persona) -> Result<Self, KeyError> {
        let provider = call.provider;
        let now = provider.clock.now();
        if let Some(former) = Cookie::Session.read(call) {
            provider.sign_ins.browsers.take(&former, now);
        }
        let session = BrowserSession::new(random::alphanumeric(27)?, &persona.name, now);
        let browsers = &provider.sign_ins.browsers;
        let id = browsers.put(session.clone(), now.saturating_add(LIFETIME))?;
        tracing::info!(persona = %persona.name, "{} signed in", persona.name);
        Ok(Self {
            id,
            session,
            is_new: true,
        })
    }

    pub(super) fn has_agreed(&self, agreement: &str) -> bool {
        self.session.agreements.iter().any(|one| one == agreement)
    }

    pub(super) fn agree(&self, provider: &Provider, agreement: String) {
        let browsers = &provider.sign_ins.browsers;
        browsers.change(&self.id, provider.clock.now(), |session| {
            session.remember_agreement(agreement);
        });
    }
}

/// Remembers that a session of a client came of the browser session `sid`.
pub(super) fn add_session(provider: &Provider, sid: &str, session_id: &str) {
    let now = provider.clock.now();
    let browsers = &provider.sign_ins.browsers;
    if let Some(id) = browsers.find(now, |session| session.sid == sid) {
        browsers.change(&id, now, |session| {
            session.remember_session(session_id);
        });
    }
}

/// Ends the session of a browser, and those of clients that came of it.
pub(super) fn sign_out(provider: &Provider, browser_id: &str) {
    let now = provider.clock.now();
    if let Some(session) = provider.sign_ins.browsers.take(browser_id, now) {
        for id in &session.sessions {
            provider.sessions.end(id);
        }
        // A code that was not redeemed yet would open another one.
        let codes = &provider.sign_ins.codes;
        codes.drop_each(|code| code.is_of(&session.sid));
        let devices = &provider.sign_ins.devices;
        devices.drop_each(|device| device.is_of(&session.sid));
        tracing::info!(persona = %session.persona, "{} signed out", session.persona);
    }
}

/// The personas that a person can be.
pub(super) fn users(provider: &Provider) -> impl Iterator<Item = &Persona> {
    let personas = provider.personas.iter();
    personas.filter(|persona| persona.kind == PersonaKind::User)
}

/// The user that a `login_hint` names: by name, email address or subject.
pub(super) fn hinted<'a>(provider: &'a Provider, hint: &str) -> Option<&'a Persona> {
    users(provider).find(|persona| {
        persona.name == hint
            || persona.subject == hint
            || persona.profile.email.as_deref() == Some(hint)
    })
}
