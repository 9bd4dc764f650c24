//! Users and access keys: find, create, change, delete.

use serde_json::{Map, Value};

use super::key::Key;
use super::state::{State, check_size};
use super::user::{User, Who};
use crate::descope::refusals;
use crate::personas::Persona;
use crate::refusal::Refusal;

/// Users.
impl State {
    pub(crate) fn users(&self) -> &[User] {
        &self.users
    }

    pub(crate) fn user(&self, who: &Who) -> Result<&User, Refusal> {
        let found = self.users.iter().find(|user| user.is(who));
        found.ok_or_else(refusals::no_user)
    }

    /// The user that a session names.
    pub(crate) fn user_of_session(&self, persona: &str) -> Option<&User> {
        self.users.iter().find(|user| user.persona.name == persona)
    }

    pub(crate) fn create_user(&mut self, user: User) -> Result<&User, Refusal> {
        self.check_room(self.users.len())?;
        self.check_user(&user)?;
        let place = self.users.len();
        self.users.push(user);
        self.users.get(place).ok_or_else(refusals::no_user)
    }

    /// Changes a user, or nothing if the change or its result is refused.
    pub(crate) fn change_user(
        &mut self,
        who: &Who,
        now: i64,
        change: impl FnOnce(&mut User) -> Result<(), Refusal>,
    ) -> Result<&User, Refusal> {
        let place = self.users.iter().position(|user| user.is(who));
        let place = place.ok_or_else(refusals::no_user)?;
        let mut changed = self
            .users
            .get(place)
            .cloned()
            .ok_or_else(refusals::no_user)?;
        change(&mut changed)?;
        changed.modified_at = now;
        self.check_user(&changed)?;
        let user = self.users.get_mut(place).ok_or_else(refusals::no_user)?;
        *user = changed;
        Ok(user)
    }

    /// Redeems the code of a test user, which cannot be used again, and returns the claims of the client's own making.
    pub(crate) fn redeem_code(
        &mut self,
        who: &Who,
        code: &str,
        now: i64,
    ) -> Result<Map<String, Value>, Refusal> {
        let user = self.users.iter_mut().find(|user| user.is(who));
        let user = user.ok_or_else(refusals::wrong_code)?;
        let known = user.code.as_mut().ok_or_else(refusals::wrong_code)?;
        let claims = known.redeem(code, now)?;
        user.code = None;
        Ok(claims)
    }

    /// Deletes a user, and the access keys that are bound to it.
    pub(crate) fn delete_user(&mut self, who: &Who) -> Result<User, Refusal> {
        let place = self.users.iter().position(|user| user.is(who));
        let user = self.users.remove(place.ok_or_else(refusals::no_user)?);
        self.keys
            .retain(|key| key.user_id.as_deref() != Some(user.id()));
        Ok(user)
    }

    fn check_user(&self, user: &User) -> Result<(), Refusal> {
        let others = self.users.iter().filter(|other| other.id() != user.id());
        let mut taken = others.flat_map(|other| &other.login_ids);
        if taken.any(|login_id| user.login_ids.contains(login_id)) {
            return Err(refusals::user_exists());
        }
        self.check_rights(&user.persona)?;
        check_size(&self.user_record(user))
    }
}

/// Access keys.
impl State {
    pub(crate) fn keys(&self) -> &[Key] {
        &self.keys
    }

    pub(crate) fn key(&self, id: &str) -> Result<&Key, Refusal> {
        let found = self.keys.iter().find(|key| key.id() == id);
        found.ok_or_else(refusals::no_key)
    }

    /// The persona of the access key with this cleartext, and this client id if there is one.
    pub(crate) fn persona_of_cleartext(
        &self,
        cleartext: &str,
        client_id: Option<&str>,
        now: i64,
    ) -> Result<Persona, Refusal> {
        let mut keys = self
            .keys
            .iter()
            .filter(|key| client_id.is_none_or(|client_id| key.persona.client_id == client_id));
        let found = keys.find(|key| key.persona.secret.matches(cleartext));
        self.persona_of_key(found.ok_or_else(refusals::wrong_access_key)?, now)
    }

    pub(crate) fn create_key(&mut self, key: Key) -> Result<&Key, Refusal> {
        self.check_room(self.keys.len())?;
        self.check_key(&key)?;
        let place = self.keys.len();
        self.keys.push(key);
        self.keys.get(place).ok_or_else(refusals::no_key)
    }

    /// Changes an access key, or nothing if the change or its result is refused.
    pub(crate) fn change_key(
        &mut self,
        id: &str,
        change: impl FnOnce(&mut Key) -> Result<(), Refusal>,
    ) -> Result<&Key, Refusal> {
        let place = self.keys.iter().position(|key| key.id() == id);
        let place = place.ok_or_else(refusals::no_key)?;
        let mut changed = self.keys.get(place).cloned().ok_or_else(refusals::no_key)?;
        change(&mut changed)?;
        self.check_key(&changed)?;
        let key = self.keys.get_mut(place).ok_or_else(refusals::no_key)?;
        *key = changed;
        Ok(key)
    }

    pub(crate) fn delete_key(&mut self, id: &str) -> Result<(), Refusal> {
        let place = self.keys.iter().position(|key| key.id() == id);
        self.keys.remove(place.ok_or_else(refusals::no_key)?);
        Ok(())
    }

    fn check_key(&self, key: &Key) -> Result<(), Refusal> {
        if let Some(id) = &key.user_id {
            self.user(&Who::UserId(id.clone()))?;
        }
        self.check_rights(&key.persona)?;
        check_size(&self.key_record(key))
    }
}
