//! A user.

use super::code::OneTimeCode;
use super::rights::{self, RightsOrigin, RoleChange, TenantRoles};
use crate::descope::refusals;
use crate::personas::{Persona, PersonaKind};
use crate::refusal::Refusal;
use crate::secret::Secret;

/// A user of the project.
#[derive(Clone)]
pub(crate) struct User {
    /// What its tokens are made from; `subject` is the user id.
    pub(crate) persona: Persona,
    pub(crate) origin: RightsOrigin,
    /// What it signs in with; the first is the usual one.
    pub(crate) login_ids: Vec<String>,
    pub(crate) middle_name: String,
    pub(crate) phone: String,
    pub(crate) verified_phone: bool,
    pub(crate) status: Status,
    /// Whether it was created for tests.
    pub(crate) is_test: bool,
    pub(crate) password: Option<Secret>,
    /// The last code that was made for a test user, until it is used.
    pub(crate) code: Option<OneTimeCode>,
    pub(crate) created_at: i64,
    pub(crate) modified_at: i64,
    /// Whether it signed in before.
    pub(crate) was_seen: bool,
}

/// Whether a user may sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Enabled,
    Disabled,
    /// Becomes enabled by signing in.
    Invited,
    Expired,
}

/// How a request names a user.
#[derive(Clone, Debug)]
pub(crate) enum Who {
    LoginId(String),
    UserId(String),
}

impl User {
    /// A persona that is a person. It signs in with its e-mail address or its name, and its client secret is its password.
    pub(super) fn of_persona(persona: &Persona) -> Self {
        let email = persona.profile.email.iter().cloned();
        let login_ids = email.chain([persona.name.clone()]).collect();
        Self {
            origin: RightsOrigin::Persona,
            login_ids: rights::distinct(login_ids),
            password: Some(persona.secret.clone()),
            was_seen: true,
            ..Self::with(persona.clone(), 0)
        }
    }

    /// A user that management or a sign-up creates.
    pub(crate) fn new(user_id: &str, login_id: &str, now: i64) -> Self {
        // Users have no access key; nothing is compared with this secret.
        let persona = rights::blank(user_id, PersonaKind::User, Secret::new(""));
        Self {
            login_ids: vec![login_id.to_owned()],
            ..Self::with(persona, now)
        }
    }

    fn with(persona: Persona, now: i64) -> Self {
        Self {
            persona,
            origin: RightsOrigin::Roles,
            login_ids: Vec::new(),
            middle_name: String::new(),
            phone: String::new(),
            verified_phone: false,
            status: Status::Enabled,
            is_test: false,
            password: None,
            code: None,
            created_at: now,
            modified_at: now,
            was_seen: false,
        }
    }

    pub(crate) fn id(&self) -> &str {
        &self.persona.subject
    }

    pub(crate) fn is(&self, who: &Who) -> bool {
        match who {
            Who::LoginId(login_id) => self.login_ids.contains(login_id),
            Who::UserId(user_id) => self.id() == user_id,
        }
    }

    /// Whether it may sign in.
    pub(crate) fn check_status(&self) -> Result<(), Refusal> {
        match self.status {
            Status::Enabled | Status::Invited => Ok(()),
            Status::Disabled | Status::Expired => Err(refusals::not_enabled()),
        }
    }

    pub(crate) fn change_roles(
        &mut self,
        tenant: Option<&str>,
        change: RoleChange,
        names: Vec<String>,
    ) -> Result<(), Refusal> {
        self.origin = RightsOrigin::Roles;
        rights::change_roles(&mut self.persona, tenant, change, names)
    }

    /// Makes these its roles in the whole project.
    pub(crate) fn set_roles(&mut self, names: Vec<String>) {
        self.origin = RightsOrigin::Roles;
        self.persona.roles = rights::distinct(names);
    }

    /// Makes these its tenants, with these roles in them.
    pub(crate) fn set_tenants(&mut self, roles: TenantRoles) {
        self.origin = RightsOrigin::Roles;
        self.persona.descope.tenants = rights::tenants(roles);
    }
}

impl Status {
    const ALL: [(Self, &'static str); 4] = [
        (Self::Enabled, "enabled"),
        (Self::Disabled, "disabled"),
        (Self::Invited, "invited"),
        (Self::Expired, "expired"),
    ];

    pub(crate) fn name(self) -> &'static str {
        let found = Self::ALL.iter().find(|(status, _)| *status == self);
        found.map_or("", |(_, name)| name)
    }

    pub(crate) fn of_name(name: &str) -> Result<Self, Refusal> {
        let found = Self::ALL.iter().find(|(_, known)| *known == name);
        let expected = "The status field must be one of: enabled, disabled, invited, expired";
        found
            .map(|(status, _)| *status)
            .ok_or_else(|| refusals::invalid(expected))
    }
}
