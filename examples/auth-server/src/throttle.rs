//! Slows down password guessing and mass sign-up: failures fill a bucket, which drains with time, and while it is full
//! an attempt has to wait.
//!
//! Not `governor`: there an attempt cannot be undone, and a right password must cost nothing.

mod admission;
mod attempts;
mod bucket;
mod buckets;
mod clock;
mod shared;

use std::sync::Arc;

pub use admission::Admission;
pub use attempts::Refusal;
pub use clock::{SinceStart, SteadyClock};

use self::attempts::{Origin, Throttle, ThrottleConfig};
use self::bucket::Limit;
use self::shared::Shared;
use crate::input::is_username;
use crate::limits::Limits;
use crate::store::Store;
use service_kit::ClientAddress;

/// The throttles, with separate buckets for people, machine clients, sign-ups and taken names.
pub struct Throttles {
    people: Throttle,
    clients: Throttle,
    signups: Throttle,
    taken_names: Throttle,
    /// What replicas count together.
    shared: Option<Shared>,
}

/// An attempt to sign in with a password.
pub struct SignIn<'s> {
    /// The name, as it was sent.
    pub name: &'s str,
    /// The address of the client.
    pub address: &'s ClientAddress,
    /// Whether the name was signed in from this network before.
    pub is_familiar: bool,
}

impl Throttles {
    /// Returns throttles with these limits, without any failures.
    pub fn new(limits: &Limits, clock: &Arc<dyn SteadyClock>) -> Self {
        let per_name = Limit {
            free: limits.failures_per_account,
            per_hour: limits.account_failures_per_hour,
        };
        let per_network = Limit {
            free: limits.failures_per_address,
            per_hour: limits.address_failures_per_hour,
        };
        let signups = Limit {
            free: limits.signups_per_address,
            per_hour: limits.address_signups_per_hour,
        };
        let throttle = |kind, per_network, per_name| {
            let config = ThrottleConfig {
                kind,
                per_network,
                per_name,
            };
            Throttle::new(config, Arc::clone(clock))
        };
        Self {
            people: throttle("people", per_network, per_name),
            clients: throttle("clients", per_network, per_name),
            signups: throttle("signups", signups, signups),
            taken_names: throttle("taken names", per_network, per_name),
            shared: None,
        }
    }

    /// Returns the same throttles, whose failures are also counted in the database, together with those of all replicas.
    pub async fn shared_in(
        self,
        store: Store,
        clock: &Arc<dyn SteadyClock>,
    ) -> Result<Self, sqlx::Error> {
        let shared = Shared::open(store, Arc::clone(clock)).await?;
        Ok(Self {
            shared: Some(shared),
            ..self
        })
    }

    /// Deletes what has drained from the database. Returns `false` if there is nothing in it, now and later.
    pub async fn clean(&self) -> Result<bool, sqlx::Error> {
        match &self.shared {
            Some(shared) => shared.clean().await.map(|()| true),
            None => Ok(false),
        }
    }

    /// Admits an attempt to sign in with a password.
    pub async fn sign_in(&self, sign_in: &SignIn<'_>) -> Result<Admission<'_>, Refusal> {
        // All invalid names are counted as one.
        let name = if is_username(sign_in.name) {
            sign_in.name
        } else {
            ""
        };
        let origin = Origin {
            network: sign_in.address.network(),
            name: Some(name.to_ascii_lowercase()),
            is_familiar: sign_in.is_familiar,
        };
        self.admit(&self.people, &origin).await
    }

    /// Admits the refusal of a client's secret. A right secret needs no admission: 256 random bits cannot be guessed,
    /// and so a client with a wrong one does not keep out others at its address.
    pub async fn wrong_secret(&self, address: &ClientAddress) -> Result<Admission<'_>, Refusal> {
        self.admit(&self.clients, &nameless(address)).await
    }

    /// Admits a sign-up.
    pub async fn sign_up(&self, address: &ClientAddress) -> Result<Admission<'_>, Refusal> {
        self.admit(&self.signups, &nameless(address)).await
    }

    /// Admits a user that an organization creates: a name that is taken says that another organization may have it.
    pub async fn new_name(&self, org: &str) -> Result<Admission<'_>, Refusal> {
        let origin = Origin {
            network: org.to_owned(),
            name: None,
            is_familiar: false,
        };
        self.admit(&self.taken_names, &origin).await
    }

    async fn admit<'t>(
        &self,
        throttle: &'t Throttle,
        origin: &Origin,
    ) -> Result<Admission<'t>, Refusal> {
        // In this process first: the database does not see a flood that it refuses.
        let attempt = throttle.admit(origin).await?;
        let shared = match &self.shared {
            Some(shared) => Some(shared.admit(throttle.config(), origin).await?),
            None => None,
        };
        Ok(Admission::new(attempt, shared))
    }
}

fn nameless(address: &ClientAddress) -> Origin {
    Origin {
        network: address.network(),
        name: None,
        is_familiar: false,
    }
}

#[cfg(test)]
mod set_clock;
#[cfg(test)]
mod simulation;
