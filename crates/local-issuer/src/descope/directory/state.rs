//! Everything in the directory, and the checks that keep it whole and bounded.

use serde_json::Value;

use super::key::Key;
use super::rights::RightsOrigin;
use super::role::{self, Role};
use super::tenant::Tenant;
use super::user::{User, Who};
use crate::descope::refusals;
use crate::personas::{Persona, PersonaKind};
use crate::refusal::Refusal;

/// A thing may be as long as this when it is written in JSON; also bounds what many small changes add up to.
const LONGEST_RECORD_BYTES: usize = 32 * 1024;

/// What is in the directory at one moment.
#[derive(Clone)]
pub(crate) struct State {
    /// How many of each kind of thing there may be.
    most: usize,
    pub(super) users: Vec<User>,
    pub(super) keys: Vec<Key>,
    pub(super) tenants: Vec<Tenant>,
    pub(super) roles: Vec<Role>,
    pub(super) permissions: Vec<String>,
}

impl State {
    pub(super) fn of(personas: &[Persona], most: usize) -> Self {
        let people = personas
            .iter()
            .filter(|persona| persona.kind == PersonaKind::User);
        let ids = personas
            .iter()
            .flat_map(|persona| persona.descope.tenants.keys());
        let ids = super::rights::distinct(ids.cloned().collect());
        Self {
            most: most.max(personas.len()),
            users: people.map(User::of_persona).collect(),
            keys: personas.iter().map(Key::of_persona).collect(),
            tenants: ids.iter().map(|id| Tenant::new(id, id, 0)).collect(),
            roles: role::of_personas(personas),
            permissions: role::permissions_of(personas),
        }
    }

    /// Refuses one more thing if there are as many as there may be.
    pub(super) fn check_room(&self, count: usize) -> Result<(), Refusal> {
        if count < self.most {
            return Ok(());
        }
        let most = self.most;
        let message = format!("This local issuer keeps at most {most} of these; delete some");
        Err(refusals::arguments(message))
    }

    /// Refuses rights that name no tenant or no role of the project.
    pub(super) fn check_rights(&self, persona: &Persona) -> Result<(), Refusal> {
        let tenants = &persona.descope.tenants;
        let unknown = tenants.keys().find(|id| self.tenant(id).is_err());
        if let Some(id) = unknown {
            return Err(refusals::arguments(format!("There is no tenant {id}")));
        }
        let in_tenants = tenants.values().flat_map(|rights| &rights.roles);
        let mut names = persona.roles.iter().chain(in_tenants);
        match names.find(|name| self.role(name).is_none()) {
            Some(name) => Err(refusals::arguments(format!("There is no role {name}"))),
            None => Ok(()),
        }
    }

    /// The persona that the tokens of a user are made from.
    pub(crate) fn persona_of_user(&self, user: &User) -> Persona {
        self.with_permissions(user.persona.clone(), user.origin)
    }

    /// The persona that the tokens of an access key are made from, if it can be used now.
    pub(crate) fn persona_of_key(&self, key: &Key, now: i64) -> Result<Persona, Refusal> {
        if !key.is_usable(now) {
            return Err(refusals::wrong_access_key());
        }
        let Some(id) = &key.user_id else {
            return Ok(self.with_permissions(key.persona.clone(), key.origin));
        };
        let user = self.user(&Who::UserId(id.clone()))?;
        user.check_status()?;
        let mut persona = self.persona_of_user(user);
        persona.descope.key_id = key.id().to_owned();
        persona.attributes.extend(key.persona.attributes.clone());
        Ok(persona)
    }

    fn with_permissions(&self, mut persona: Persona, origin: RightsOrigin) -> Persona {
        if origin == RightsOrigin::Roles {
            persona.permissions = self.permissions_of(&persona.roles);
            for rights in persona.descope.tenants.values_mut() {
                rights.permissions = self.permissions_of(&rights.roles);
            }
        }
        persona
    }

    fn permissions_of(&self, roles: &[String]) -> Vec<String> {
        let roles = roles.iter().filter_map(|name| self.role(name));
        let permissions = roles.flat_map(|role| &role.permissions);
        super::rights::distinct(permissions.cloned().collect())
    }
}

/// Refuses a thing that became too large.
pub(super) fn check_size(record: &Value) -> Result<(), Refusal> {
    if record.to_string().len() <= LONGEST_RECORD_BYTES {
        return Ok(());
    }
    let message = format!("This local issuer keeps at most {LONGEST_RECORD_BYTES} bytes of it");
    Err(refusals::arguments(message))
}
