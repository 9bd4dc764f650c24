//! What a person let a client have.

use crate::keys::KeyError;
use crate::sessions::Session;

/// What a person signs in to, besides the client.
#[derive(Clone, Debug, Default)]
pub(crate) struct Target {
    /// The API, where the provider has that parameter.
    pub(crate) audience: Option<String>,
    /// The organization (Auth0) or the tenant (Descope).
    pub(crate) tenant: Option<String>,
    /// Whether the client belongs to somebody else, so that the person is asked for consent; its tokens have an issuer of
    /// their own.
    pub(crate) third_party: bool,
}

/// What a person let a client have.
#[derive(Clone, Debug)]
pub(crate) struct Grant {
    /// The persona's name.
    pub(crate) persona: String,
    pub(crate) client_id: String,
    pub(crate) scopes: Vec<String>,
    pub(crate) nonce: Option<String>,
    pub(crate) auth_time: i64,
    /// The session of the browser, for ID tokens.
    pub(crate) sid: String,
    pub(crate) target: Target,
}

impl Grant {
    /// A session of the client that starts now.
    pub(super) fn session(&self, now: i64, lifetime: i64) -> Result<Session, KeyError> {
        let mut session = Session::of(&self.persona, now, lifetime)?;
        session.client_id = Some(self.client_id.clone());
        session.scopes.clone_from(&self.scopes);
        session.tenant.clone_from(&self.target.tenant);
        session.auth_time = self.auth_time;
        let details = &mut session.details;
        details.insert("sid".to_owned(), self.sid.as_str().into());
        details.insert("third_party".to_owned(), self.target.third_party.into());
        if let Some(audience) = &self.target.audience {
            details.insert("audience".to_owned(), audience.as_str().into());
        }
        Ok(session)
    }

    /// The grant that a session goes on with; a `nonce` is for the first ID token only.
    pub(crate) fn of_session(session: &Session) -> Self {
        let text = |name| {
            let value = session.details.get(name)?.as_str()?;
            Some(value.to_owned())
        };
        let third_party = session.details.get("third_party");
        Self {
            persona: session.persona.clone(),
            client_id: session.client_id.clone().unwrap_or_default(),
            scopes: session.scopes.clone(),
            nonce: None,
            auth_time: session.auth_time,
            sid: text("sid").unwrap_or_default(),
            target: Target {
                audience: text("audience"),
                tenant: session.tenant.clone(),
                third_party: third_party == Some(&true.into()),
            },
        }
    }
}
