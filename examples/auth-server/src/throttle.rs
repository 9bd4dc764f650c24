//! Slows down password guessing and mass sign-up: failures fill a bucket, which drains with time, and while it is full
//! an attempt has to wait.
//!
//! Not `governor`: there an attempt cannot be undone, and a right password must cost nothing.

mod attempts;
mod bucket;
mod buckets;
mod clock;
mod familiar;

use std::sync::Arc;

use tracing::warn;

pub use attempts::{Attempt, Refusal};
pub use clock::{SinceStart, SteadyClock};

use self::attempts::{Origin, Throttle, ThrottleConfig};
use self::bucket::Limit;
use crate::address::ClientAddress;
use crate::input::is_username;
use crate::limits::Limits;
use crate::store::Store;

/// The throttles, with separate buckets for people, machine clients and sign-ups.
pub struct Throttles {
    people: Throttle,
    clients: Throttle,
    signups: Throttle,
}

impl Throttles {
    /// Among how many events of the audit log earlier sign-ins are looked for.
    const RECALLED: u32 = 50_000;

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
        let throttle = |per_network, per_name| {
            let config = ThrottleConfig {
                per_network,
                per_name,
            };
            Throttle::new(config, Arc::clone(clock))
        };
        Self {
            people: throttle(per_network, per_name),
            clients: throttle(per_network, per_name),
            signups: throttle(signups, signups),
        }
    }

    /// Admits an attempt to sign in with a password.
    pub async fn sign_in(
        &self,
        name: &str,
        address: &ClientAddress,
    ) -> Result<Attempt<'_>, Refusal> {
        self.people.admit(&named(name, address)).await
    }

    /// Remembers the addresses of the latest sign-ins on record: those before a restart, and those of other replicas.
    pub async fn recall(&self, store: &Store) {
        match store.sign_ins(Self::RECALLED).await {
            Ok(sign_ins) => {
                for (name, address) in sign_ins {
                    if let Ok(address) = address.parse() {
                        self.people
                            .remember(&named(&name, &ClientAddress::at(address)));
                    }
                }
            }
            Err(error) => {
                warn!(reason = %error, "the addresses of earlier sign-ins cannot be read: {error}");
            }
        }
    }

    /// Admits the refusal of a client's secret. A right secret needs no admission: 256 random bits cannot be guessed,
    /// and so a client with a wrong one does not keep out others at its address.
    pub async fn wrong_secret(&self, address: &ClientAddress) -> Result<Attempt<'_>, Refusal> {
        self.clients.admit(&nameless(address)).await
    }

    /// Admits a sign-up.
    pub async fn sign_up(&self, address: &ClientAddress) -> Result<Attempt<'_>, Refusal> {
        self.signups.admit(&nameless(address)).await
    }
}

fn named(name: &str, address: &ClientAddress) -> Origin {
    // All invalid names are counted as one.
    let name = if is_username(name) { name } else { "" };
    Origin {
        network: address.network(),
        name: Some(name.to_ascii_lowercase()),
    }
}

fn nameless(address: &ClientAddress) -> Origin {
    Origin {
        network: address.network(),
        name: None,
    }
}

#[cfg(test)]
mod set_clock;
#[cfg(test)]
mod simulation;
