//! An access key.

use serde_json::{Map, Value};

use super::rights::{self, RightsOrigin, TenantRoles};
use crate::personas::{Persona, PersonaKind};
use crate::secret::Secret;

/// An access key of the project.
#[derive(Clone)]
pub(crate) struct Key {
    /// What its session tokens are made from; its secret is the key itself.
    pub(crate) persona: Persona,
    pub(crate) origin: RightsOrigin,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) is_active: bool,
    /// In seconds since 1970; 0 is never.
    pub(crate) expires_at: i64,
    /// The user whose rights it has instead of its own.
    pub(crate) user_id: Option<String>,
    pub(crate) custom_attributes: Map<String, Value>,
    pub(crate) created_at: i64,
}

impl Key {
    /// The access key of a persona. A person's is bound to the user.
    pub(super) fn of_persona(persona: &Persona) -> Self {
        let is_user = persona.kind == PersonaKind::User;
        Self {
            origin: RightsOrigin::Persona,
            description: persona.description.clone(),
            user_id: is_user.then(|| persona.subject.clone()),
            ..Self::with(persona.clone(), &persona.name, 0)
        }
    }

    /// A key that management creates.
    pub(crate) fn new(id: &str, name: &str, secret: Secret, now: i64) -> Self {
        Self::with(rights::blank(id, PersonaKind::Machine, secret), name, now)
    }

    fn with(persona: Persona, name: &str, now: i64) -> Self {
        Self {
            persona,
            origin: RightsOrigin::Roles,
            name: name.to_owned(),
            description: String::new(),
            is_active: true,
            expires_at: 0,
            user_id: None,
            custom_attributes: Map::new(),
            created_at: now,
        }
    }

    pub(crate) fn id(&self) -> &str {
        &self.persona.descope.key_id
    }

    /// Makes these its roles and tenants.
    pub(crate) fn set_rights(&mut self, roles: Vec<String>, tenants: TenantRoles) {
        self.origin = RightsOrigin::Roles;
        self.persona.roles = rights::distinct(roles);
        self.persona.descope.tenants = rights::tenants(tenants);
    }

    /// Whether it can be used at this time.
    pub(super) fn is_usable(&self, now: i64) -> bool {
        self.is_active && (self.expires_at == 0 || now < self.expires_at)
    }
}
