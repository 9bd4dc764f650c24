//! The users, access keys, tenants and roles of the project, in memory: at first the personas, then what management made of them.

mod code;
mod groups;
mod key;
mod people;
mod records;
mod rights;
mod role;
mod state;
mod tenant;
mod user;

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

pub(super) use code::OneTimeCode;
pub(super) use key::Key;
pub(super) use rights::{RoleChange, TenantRoles};
pub(super) use role::Role;
pub(super) use state::State;
pub(super) use tenant::Tenant;
pub(super) use user::{Status, User, Who};

use crate::personas::Persona;

/// The directory of one project.
pub(crate) struct Directory {
    first: State,
    state: Mutex<State>,
}

impl Directory {
    /// The personas as users and access keys. There may be `most` of each kind of thing.
    pub(crate) fn of(personas: &[Persona], most: usize) -> Self {
        let first = State::of(personas, most);
        Self {
            state: Mutex::new(first.clone()),
            first,
        }
    }

    /// Makes everything as it was at the start.
    pub(super) fn reset(&self) {
        *self.state() = self.first.clone();
    }

    /// The state; no other request sees or changes it meanwhile.
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Directory {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Directory").finish_non_exhaustive()
    }
}
