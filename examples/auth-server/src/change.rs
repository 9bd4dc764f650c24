//! A change to an organization: who makes it, whether they may give or take the rights in it, and its audit record.

use std::collections::{BTreeSet, HashSet};

use actix_web::HttpRequest;
use identity_actix::Caller;
use identity_core::clock::UnixTime;
use identity_core::{Authenticated, Denial};
use serde_json::{Value, json};

use crate::fair_queue::{Tenant, Waiter};
use crate::policies::{RIGHTS, is_own};
use crate::state::{Actor, Refused, State};
use crate::store::Write;
use crate::store::roles::Role;
use service_kit::ClientAddress;

/// What a change does, for the audit log.
#[derive(Debug)]
pub struct Event {
    /// The action. If the caller cannot give or take the rights in it, `_refused` is appended.
    pub action: &'static str,
    /// What it is done to, as in [`Record`](crate::store::audit::Record).
    pub target: Value,
}

impl Event {
    /// Returns the target with one more member: why the change was refused.
    pub fn target_with(&self, name: &str, value: Value) -> Value {
        let mut target = self.target.clone();
        if let Some(target) = target.as_object_mut() {
            target.insert(name.to_owned(), value);
        }
        target
    }
}

/// A change to an organization. Changes to one organization run one at a time, and each is written to the audit log.
/// Rolled back if dropped without [`finish`](Self::finish).
pub struct Change<'a> {
    /// The open transaction.
    pub write: Write,
    /// The time of the change.
    pub now: UnixTime,
    /// The caller.
    pub actor: Actor<'a>,
    caller: &'a Authenticated,
    address: String,
}

impl State {
    /// Begins a change in the organization of `caller`. Waits while another request is changing it.
    pub async fn change<'a>(
        &self,
        caller: &'a Authenticated,
        address: &ClientAddress,
    ) -> Result<Change<'a>, sqlx::Error> {
        let (actor, now) = (Actor::of(caller), self.now());
        let waiter = Waiter::of(address, Tenant::Organization(actor.org.to_owned()));
        let mut write = self.store.write_for(waiter).await?;
        write.lock_org(actor.org, now).await?;
        Ok(Change {
            write,
            now,
            actor,
            caller,
            address: address.text(),
        })
    }
}

impl Change<'_> {
    /// Checks that the caller has each of these permissions, before giving them to a role, a user or a client: a
    /// caller cannot give what they do not have, to themselves or to others. The error is 403 and names what is missing, and the
    /// audit log has the attempt. Nothing may have been written before.
    ///
    /// A caller has a permission if it is in their token *and* still theirs. An owner has all permissions of the
    /// organization, if the token has all of the server's own rights: one that was requested for a few scopes gives
    /// nothing beyond them.
    pub async fn may_give(
        mut self,
        request: &HttpRequest,
        slugs: &[String],
        event: &Event,
    ) -> Result<Self, Refused> {
        let missing = self.missing(slugs).await?;
        if missing.is_empty() {
            return Ok(self);
        }
        let target = event.target_with("missing", json!(missing));
        let action = format!("{}_refused", event.action);
        let record = self.actor.did(action, target, &self.address);
        self.write.finish(record.counted(), self.now).await?;
        let missing = missing.join(", ");
        let detail = format!("You can give or take only rights that you have; missing: {missing}");
        let denial = Denial::Permission(missing.into());
        Err(Caller::denied(request, &denial, &detail).into())
    }

    /// Checks that the caller has each of the server's own permissions among these, before taking them away, and is an
    /// owner if they are an owner's. The error is that of [`may_give`](Self::may_give).
    pub async fn may_take(
        self,
        request: &HttpRequest,
        slugs: &[String],
        event: &Event,
    ) -> Result<Self, Refused> {
        let is_guarded = |slug: &&String| is_own(slug) || *slug == Role::OWNERSHIP;
        let own: Vec<_> = slugs.iter().filter(is_guarded).cloned().collect();
        self.may_give(request, &own, event).await
    }

    async fn missing(&mut self, slugs: &[String]) -> Result<Vec<String>, sqlx::Error> {
        let Actor { org, id } = self.actor;
        let rights = match self.caller.token().text("sid") {
            Some(_) => self.write.rights_of_user(org, id).await?,
            None => self.write.rights_of_client(org, id).await?,
        };
        let in_token: HashSet<_> = self.caller.principal().scopes.iter().collect();
        let mut own = RIGHTS.iter().map(|right| right.permission().slug());
        if rights.is_owner() && own.all(|slug| in_token.contains(&slug)) {
            return Ok(Vec::new());
        }
        let has = |slug: &&String| in_token.contains(*slug) && rights.slugs.contains(*slug);
        let missing: BTreeSet<_> = slugs.iter().filter(|slug| !has(slug)).collect();
        Ok(missing.into_iter().cloned().collect())
    }

    /// Writes the audit record and commits.
    pub async fn finish(self, event: Event) -> Result<(), sqlx::Error> {
        let record = self.actor.did(event.action, event.target, &self.address);
        self.write.finish(record, self.now).await
    }
}
