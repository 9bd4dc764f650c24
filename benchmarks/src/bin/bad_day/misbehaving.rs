//! The tenant that misbehaves: floods of sign-ins, lists of everything, and the longest bodies.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until, timeout_at};

use crate::api::Client;
use crate::tally::{Kind, Tally};
use crate::tenant::{Tenant, done};

/// How many lists are asked for, and long bodies sent, at once.
const AT_ONCE: usize = 16;
/// How many permissions and roles it has.
const MANY: usize = 100;

/// The tenant.
pub struct Misbehaving {
    tenant: Arc<Tenant>,
    /// One that has everything, for the longest lists.
    roles: Vec<i64>,
    slugs: Vec<String>,
    /// How many connections sign in.
    flood: usize,
}

impl Misbehaving {
    /// Gives the tenant as much as makes its lists long.
    pub async fn of(tenant: Arc<Tenant>, flood: usize) -> Result<Self> {
        let token = tenant.token().unwrap_or_default();
        let (mut roles, mut slugs) = (Vec::new(), Vec::new());
        for number in 0..MANY {
            let part = format!("thing_{number}");
            let permission = json!({"service": "service", "resource": part, "action": "read"});
            done(
                tenant
                    .client
                    .post("/permission/", &token, &permission)
                    .await,
            )?;
            slugs.push(format!("service.{part}.read"));
            let role = json!({"name": part});
            let role = done(tenant.client.post("/role/", &token, &role).await)?;
            roles.extend(crate::api::body(&role).get("id").and_then(Value::as_i64));
        }
        Ok(Self {
            tenant,
            roles,
            slugs,
            flood,
        })
    }

    /// Does each in its part of the day, and floods again from the outage to the end.
    pub async fn work(self, tally: Tally) {
        let (this, day) = (Arc::new(self), tally.day);
        let at = |part| tally.at(part);
        sleep_until(at(day.sign_ins)).await;
        this.at_once(&tally, at(day.lists), this.flood, Self::sign_in)
            .await;
        this.at_once(&tally, at(day.bodies), AT_ONCE, Self::list)
            .await;
        this.at_once(&tally, at(day.outage), AT_ONCE, Self::long_body)
            .await;
        this.at_once(&tally, at(day.end), this.flood, Self::sign_in)
            .await;
    }

    async fn at_once<F: Future<Output = ()> + Send>(
        self: &Arc<Self>,
        tally: &Tally,
        until: Instant,
        count: usize,
        again: impl Fn(Arc<Self>, Tally, usize, usize) -> F + Send + Copy + 'static,
    ) {
        let mut callers = JoinSet::new();
        for number in 0..count {
            let (this, tally) = (Arc::clone(self), tally.clone());
            let calls = async move {
                for turn in 0.. {
                    again(Arc::clone(&this), tally.clone(), number, turn).await;
                }
            };
            // A request that is under way is cut off.
            callers.spawn(async move { drop(timeout_at(until, calls).await) });
        }
        while callers.join_next().await.is_some() {}
    }

    async fn sign_in(self: Arc<Self>, tally: Tally, number: usize, _: usize) {
        let Some(name) = self.tenant.users.get(number % self.tenant.users.len()) else {
            return;
        };
        let due = Instant::now();
        let reply = self.tenant.client.sign_in(name).await;
        tally.note(Kind::Misuse, due, reply.as_ref());
        self.pause(reply.is_some_and(|reply| reply.status == 200))
            .await;
    }

    async fn list(self: Arc<Self>, tally: Tally, number: usize, turn: usize) {
        let paths = [
            "/user/?limit=1000",
            "/audit/?limit=1000",
            "/permission/",
            "/role/",
        ];
        let path = paths
            .get((number + turn) % paths.len())
            .unwrap_or(&"/user/");
        let (due, token) = (Instant::now(), self.tenant.token().unwrap_or_default());
        let reply = self.tenant.client.get(path, &token).await;
        tally.note(Kind::Misuse, due, reply.as_ref());
        self.pause(reply.is_some_and(|reply| reply.status == 200))
            .await;
    }

    /// Creates a user with the longest list of roles, or a client with as many permissions.
    async fn long_body(self: Arc<Self>, tally: Tally, number: usize, turn: usize) {
        let name = format!("long_{number}_{turn}");
        let (client, token): (&Client, _) = (&self.tenant.client, self.tenant.token());
        let (due, token) = (Instant::now(), token.unwrap_or_default());
        let reply = if number.is_multiple_of(2) {
            let user = json!({"username": name, "password": crate::api::PASSWORD, "primary_email": format!("{name}@example.com"), "role_ids": self.roles});
            client.post("/user/", &token, &user).await
        } else {
            let new = json!({"name": name, "permissions": self.slugs});
            client.post("/client/", &token, &new).await
        };
        tally.note(Kind::Misuse, due, reply.as_ref());
        self.pause(reply.is_some_and(|reply| reply.status == 200))
            .await;
    }

    /// One that was refused comes again after a second, as `Retry-After` says.
    async fn pause(&self, was_accepted: bool) {
        if !was_accepted {
            sleep(Duration::from_secs(1)).await;
        }
    }
}
