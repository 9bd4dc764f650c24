//! A Descope project.

use std::fmt;

use super::directory::{Directory, Who};
use crate::config::DescopeConfig;
use crate::personas::Persona;
use crate::secret::Secret;
use crate::sessions::{SessionLimits, Sessions};

/// Links that can be used to sign in; the oldest is dropped for a new one.
const MOST_LINKS: usize = 1_000;

/// A Descope project.
pub(crate) struct Project {
    pub(crate) id: String,
    /// What its issuers start with, without a trailing slash.
    pub(crate) issuer_base: String,
    /// What management requests are authenticated by.
    pub(crate) management_key: Secret,
    /// Whether each refresh of a session gives a new refresh token.
    pub(crate) rotates_refresh_tokens: bool,
    /// Its users, access keys, tenants and roles.
    pub(crate) directory: Directory,
    /// Links that sign a user in, once. Each is kept as a session, which ends when the link is used.
    pub(crate) links: Sessions,
}

impl Project {
    pub(crate) fn new(config: &DescopeConfig, personas: &[Persona]) -> Self {
        Self {
            id: config.project_id.clone(),
            issuer_base: config.issuer_base.clone().unwrap_or_default(),
            management_key: config.management_key.clone(),
            rotates_refresh_tokens: config.rotates_refresh_tokens,
            directory: Directory::of(personas, config.directory_entries),
            links: Sessions::new(SessionLimits {
                sessions: MOST_LINKS,
                ..SessionLimits::default()
            }),
        }
    }

    /// The persona of the user with this name, with the rights that it has now, if it may sign in.
    pub(super) fn user(&self, name: &str) -> Option<Persona> {
        let directory = self.directory.state();
        let user = directory.user_of_session(name)?;
        user.check_status().ok()?;
        Some(directory.persona_of_user(user))
    }

    /// The user or the access key that is the subject of a token, with the rights that it has now.
    pub(super) fn of_subject(&self, subject: &str, now: i64) -> Option<Persona> {
        let directory = self.directory.state();
        if let Ok(user) = directory.user(&Who::UserId(subject.to_owned())) {
            user.check_status().ok()?;
            return Some(directory.persona_of_user(user));
        }
        let mut keys = directory.keys().iter();
        let key = keys.find(|key| key.persona.subject == subject)?;
        directory.persona_of_key(key, now).ok()
    }

    /// The issuer of the default OpenID application.
    pub(crate) fn federated_issuer(&self) -> String {
        format!("{}/{}", self.issuer_base, self.id)
    }

    /// The issuer of an application of the project's own, or of an inbound one, which belongs to somebody else.
    pub(crate) fn issuer_of(&self, third_party: bool) -> String {
        if third_party {
            self.apps_issuer()
        } else {
            self.federated_issuer()
        }
    }

    /// The issuer of inbound applications and of session tokens.
    pub(crate) fn apps_issuer(&self) -> String {
        format!("{}/v1/apps/{}", self.issuer_base, self.id)
    }
}

impl fmt::Debug for Project {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Project")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}
